"""What `keras.applications`, KerasHub and the course call their layers."""

from __future__ import annotations

from typing import Any

from resnets.weights.dialect import Dialect

_BLOCK = "stage{stage}_block{block}"


def _body(prefix: str, before: str) -> dict[str, str]:
    """Name layers as Keras's own nets do; 0 is the shortcut, so it stands before every n."""
    return {
        f"{_BLOCK}/before/norm": f"{prefix}_{before}",
        f"{_BLOCK}/shortcut/conv": f"{prefix}_0_conv",
        f"{_BLOCK}/shortcut/norm": f"{prefix}_0_bn",
        f"{_BLOCK}/branch/conv{{n}}": f"{prefix}_{{n}}_conv",
        f"{_BLOCK}/branch/norm{{n}}": f"{prefix}_{{n}}_bn",
        "stem/conv{n}": "conv{n}_conv",
        "stem/norm{n}": "conv{n}_bn",
        "final/norm": "post_bn",
        "head": "predictions",
    }


_APPLICATIONS = _body("conv{stage_from_2}_block{block}", "preact_bn")
_HUB = _body("stack{stage_from_0}_block{block_from_0}", "pre_activation_bn")
_COURSE = {
    f"{_BLOCK}/branch/conv{{n}}": "res{stage_from_2}{block_letter}_branch2{n_letter}",
    f"{_BLOCK}/branch/norm{{n}}": "bn{stage_from_2}{block_letter}_branch2{n_letter}",
    f"{_BLOCK}/shortcut/conv": "res{stage_from_2}{block_letter}_branch1",
    f"{_BLOCK}/shortcut/norm": "bn{stage_from_2}{block_letter}_branch1",
    "stem/conv1": "conv1",
    "stem/norm1": "bn_conv1",
    "head": "fc{classes}",
}
_OLD: dict[str, Any] = {"norm_epsilon": 1.001e-5, "norm_momentum": 0.99}
_HUB_FIELDS: dict[str, Any] = {"stride_in": "3x3", "norm_epsilon": 1e-5, "norm_momentum": 0.9}
_HUB_SOURCE = "KerasHub, keras_hub/src/models/resnet/resnet_backbone.py"

DIALECTS: tuple[Dialect, ...] = (
    Dialect(
        library="keras-applications",
        source="Keras, keras/src/applications/resnet.py",
        layers=_APPLICATIONS,
        torch=False,
        fields={"stride_in": "first", **_OLD},
        where={"order": "post"},
        rows=("resnet50v1", "resnet101v1", "resnet152v1"),
        bias="all",
        preprocessing="caffe",
    ),
    Dialect(
        library="keras-applications",
        source="Keras, keras/src/applications/resnet.py: the V2 nets",
        layers=_APPLICATIONS,
        torch=False,
        fields={"stride_in": "3x3", "stem_fill": "zeros", "stride_block": "last", **_OLD},
        shortcuts={"B": "subsample"},
        where={"order": "pre"},
        rows=("resnet50v2", "resnet101v2", "resnet152v2"),
        bias="unnormalised",
        preprocessing="keras-v2",
    ),
    Dialect(
        library="keras-hub",
        source=_HUB_SOURCE,
        layers=_HUB,
        torch=False,
        fields=_HUB_FIELDS,
        where={"stem": "imagenet", "order": "post"},
        rows=("resnet18", "resnet34", "resnet50", "resnet101", "resnet152"),
        preprocessing="keras-hub",
    ),
    Dialect(
        library="keras-hub",
        source=f"{_HUB_SOURCE}: v2",
        layers=_HUB,
        torch=False,
        fields=_HUB_FIELDS,
        where={"stem": "imagenet", "order": "pre"},
        rows=("resnet18v2", "resnet34v2", "resnet50v2", "resnet101v2", "resnet152v2"),
        preprocessing="keras-hub-v2",
    ),
    Dialect(
        library="keras-hub",
        source=f"{_HUB_SOURCE}: vd",
        layers=_HUB,
        torch=False,
        fields=_HUB_FIELDS,
        where={"stem": "deep", "order": "post"},
        shortcuts={"B": "D", "first": "D-first"},
        rows=("resnet18", "resnet34", "resnet50", "resnet101", "resnet152"),
        preprocessing="keras-hub",
    ),
    Dialect(
        library="course",
        source="the assignment `Residual Networks` of deeplearning.ai",
        layers=_COURSE,
        torch=False,
        # What the course leaves to Keras, and a pool that has no pixel around it.
        fields={
            "stride_in": "first",
            "norm_epsilon": 1e-3,
            "norm_momentum": 0.99,
            "stem_fill": "nothing",
        },
        where={"order": "post", "branch": "bottleneck"},
        rows=("resnet50v1",),
        bias="all",
        preprocessing="course",
    ),
)
