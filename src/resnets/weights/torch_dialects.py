"""What torchvision, timm and akamaster's CIFAR nets call their layers."""

from __future__ import annotations

from typing import Any

from resnets.weights.dialect import Dialect

_BLOCK, _THERE = "stage{stage}_block{block}", "layer{stage}.{block_from_0}"
_STEM = {"stem/conv1": "conv1", "stem/norm1": "bn1"}
_DEEP = {
    "stem/conv1": "conv1.0",
    "stem/norm1": "conv1.1",
    "stem/conv2": "conv1.3",
    "stem/norm2": "conv1.4",
    "stem/conv3": "conv1.6",
    "stem/norm3": "bn1",
}
_BRANCH = {
    f"{_BLOCK}/branch/conv{{n}}": f"{_THERE}.conv{{n}}",
    f"{_BLOCK}/branch/norm{{n}}": f"{_THERE}.bn{{n}}",
}
_GATE = {
    f"{_BLOCK}/branch/gate/reduce": f"{_THERE}.se.fc1",
    f"{_BLOCK}/branch/gate/expand": f"{_THERE}.se.fc2",
}
_HEAD = {"head": "fc"}


def _shortcut(name: str, first: int) -> dict[str, str]:
    """Place a projection and its norm in their sequence, behind a pool where there is one."""
    return {
        f"{_BLOCK}/shortcut/conv": f"{_THERE}.{name}.{first}",
        f"{_BLOCK}/shortcut/norm": f"{_THERE}.{name}.{first + 1}",
    }


_BARE, _POOLED = _shortcut("downsample", 0), _shortcut("downsample", 1)
_D = {"B": "D", "first": "D-first"}
_TORCH: dict[str, Any] = {"stride_in": "3x3", "norm_epsilon": 1e-5, "norm_momentum": 0.9}
_TIMM: dict[str, Any] = {
    "library": "timm",
    "convolved": ("gate/reduce", "gate/expand"),
    "fields": _TORCH,
    "preprocessing": "timm",
}
_TIMM_SOURCE = "timm, timm/models/resnet.py"

_V2_BLOCK = "stages.{stage_from_0}.blocks.{block_from_0}"
_V2 = {
    f"{_BLOCK}/before/norm": f"{_V2_BLOCK}.norm1",
    f"{_BLOCK}/branch/conv{{n}}": f"{_V2_BLOCK}.conv{{n}}",
    f"{_BLOCK}/branch/norm{{n}}": f"{_V2_BLOCK}.norm{{n_from_2}}",
    f"{_BLOCK}/shortcut/conv": f"{_V2_BLOCK}.downsample.conv",
    "final/norm": "norm",
    "head": "head.fc",
}
_TIMM_V2: dict[str, Any] = {
    "library": "timm",
    "source": "timm, timm/models/resnetv2.py",
    "convolved": ("head",),
    "fields": _TORCH,
    "preprocessing": "timm-v2",
}

DIALECTS: tuple[Dialect, ...] = (
    Dialect(
        library="torchvision",
        source="torchvision, torchvision/models/resnet.py",
        layers=_STEM | _BRANCH | _BARE | _HEAD,
        fields=_TORCH,
        preprocessing="torchvision",
        rows=(
            *("resnet18", "resnet34", "resnet50", "resnet101", "resnet152"),
            *("resnext50_32x4d", "resnext101_32x8d", "resnext101_64x4d"),
            *("wide_resnet50_2", "wide_resnet101_2"),
        ),
    ),
    Dialect(
        layers=_STEM | _BRANCH | _GATE | _BARE | _HEAD,
        source=_TIMM_SOURCE,
        rows=("seresnet50",),
        **_TIMM,
    ),
    Dialect(
        layers=_DEEP | _BRANCH | _GATE | _BARE | _HEAD,
        source=f"{_TIMM_SOURCE}: c, s",
        rows=("resnet50c",),
        **_TIMM,
    ),
    Dialect(
        layers=_DEEP | _BRANCH | _GATE | _POOLED | _HEAD,
        source=f"{_TIMM_SOURCE}: d",
        shortcuts=_D,
        rows=("resnet50d",),
        **_TIMM,
    ),
    Dialect(
        layers={"stem/conv1": "stem.conv"} | _V2,
        where={"order": "pre", "stem": "imagenet"},
        rows=("resnet18v2", "resnet34v2", "resnet50v2", "resnet101v2", "resnet152v2"),
        **_TIMM_V2,
    ),
    Dialect(
        layers={"stem/conv{n}": "stem.conv{n}", "stem/norm{n}": "stem.norm{n}"} | _V2,
        where={"order": "pre", "stem": "deep"},
        shortcuts=_D,
        rows=("resnet50v2", "resnet101v2"),
        **_TIMM_V2,
    ),
    Dialect(
        library="akamaster",
        source="akamaster/pytorch_resnet_cifar10, resnet.py",
        layers=_STEM | _BRANCH | _shortcut("shortcut", 0) | {"head": "linear"},
        fields=_TORCH,
        shortcuts={"A": "A-both", "B": "B"},
        where={"branch": "basic", "stem": "cifar"},
        rows=("resnet20", "resnet32", "resnet44", "resnet56", "resnet110", "resnet1202"),
        preprocessing="akamaster",
    ),
)
