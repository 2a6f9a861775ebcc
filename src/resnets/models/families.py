"""The table of nets: one row each, with its source."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from resnets.models.layout import depth_of
from resnets.models.netspec import NetSpec


@dataclass(frozen=True)
class Row:
    """One net of the table.

    Args:
        spec: the net as its source has it.
        source: where it comes from.
        depth: weighted layers, as the source counts them.
    """

    spec: NetSpec
    source: str
    depth: int


def _cifar(name: str, blocks: int, **fields: Any) -> NetSpec:
    defaults: dict[str, Any] = {
        "classes": 10,
        "input_shape": (32, 32, 3),
        # Means and deviations over the 50,000 training pictures.
        "mean": (0.4914, 0.4822, 0.4465),
        "std": (0.2470, 0.2435, 0.2616),
        "branch": "basic",
        "shortcut": "A",
        "stem": "cifar",
        "stem_width": 16,
        "width": 16,
    }
    return NetSpec(name, (blocks,) * 3, **{**defaults, **fields})


_18, _34, _50, _101, _152 = (2, 2, 2, 2), (3, 4, 6, 3), (3, 4, 6, 3), (3, 4, 23, 3), (3, 8, 36, 3)
_V1: dict[str, Any] = {"stride_in": "first"}
_V2: dict[str, Any] = {"order": "pre"}
_HE15, _HE16 = "He 2015, arXiv:1512.03385", "He 2016, arXiv:1603.05027"
_TORCH = "stride in the 3x3, as in the paper's Torch port and torchvision"


def _rows() -> Mapping[str, Row]:
    table: dict[str, Row] = {}

    def add(spec: NetSpec, source: str, depth: int | None = None) -> None:
        table[spec.name] = Row(spec, source, depth or depth_of(spec))

    for depth in (20, 32, 44, 56, 110, 1202):
        spec = _cifar(f"resnet{depth}", (depth - 2) // 6)
        add(spec, f"{_HE15}, section 4.2 and table 6")
    for depth in (20, 32, 44, 56, 110):
        spec = _cifar(f"plain{depth}", (depth - 2) // 6, shortcut="none")
        add(spec, f"{_HE15}, section 4.2 and figure 6")
    add(_cifar("resnet110v2", 18, **_V2), f"{_HE16}, table 3")
    for depth in (164, 1001):
        bottlenecks: dict[str, Any] = {"branch": "bottleneck", "shortcut": "B", **_V2}
        add(_cifar(f"resnet{depth}v2", (depth - 2) // 9, **bottlenecks), f"{_HE16}, tables 3 and 4")
    for depth, factor in ((28, 10), (16, 4), (40, 4)):
        wide: dict[str, Any] = {"width": 16 * factor, "shortcut": "B", **_V2}
        spec = _cifar(f"wrn{depth}_{factor}", (depth - 4) // 6, **wide)
        # The paper counts the three projections and not the dense layer.
        add(spec, "Zagoruyko 2016, arXiv:1605.07146, tables 1 and 5", depth)

    basic: dict[str, Any] = {"branch": "basic"}
    add(NetSpec("resnet18", _18, **basic), f"{_HE15}, table 1, option B")
    add(NetSpec("resnet34", _34, **basic), f"{_HE15}, table 1, option B")
    for name, blocks in (("resnet50", _50), ("resnet101", _101), ("resnet152", _152)):
        add(NetSpec(name, blocks), f"{_HE15}, table 1; {_TORCH}")
        add(NetSpec(f"{name}v1", blocks, **_V1), f"{_HE15}, table 1; stride in the first 1x1")
    for name, blocks in (("resnet18v2", _18), ("resnet34v2", _34)):
        add(NetSpec(name, blocks, **basic, **_V2), f"{_HE16}, figure 1b, on {_HE15}, table 1")
    for name, blocks in (("resnet50v2", _50), ("resnet101v2", _101), ("resnet152v2", _152)):
        add(NetSpec(name, blocks, **_V2), f"{_HE16}, table 5 and appendix; {_TORCH}")

    tricks = "He 2019, arXiv:1812.01187, figures 1 and 2"
    add(NetSpec("resnet50c", _50, stem="deep"), f"{tricks}: C, on B")
    add(NetSpec("resnet50d", _50, stem="deep", shortcut="D"), f"{tricks}: D, on C")
    add(NetSpec("seresnet50", _50, se_ratio=1 / 16, **_V1), "Hu 2018, arXiv:1709.01507, table 2")
    next_ = "Xie 2017, arXiv:1611.05431"
    add(NetSpec("resnext50_32x4d", _50, groups=32, widening=2.0), f"{next_}, table 1")
    add(NetSpec("resnext101_32x8d", _101, groups=32, widening=4.0), f"{next_}; torchvision")
    wide_ = "Zagoruyko 2016, arXiv:1605.07146"
    add(NetSpec("wide_resnet50_2", _50, widening=2.0), f"{wide_}, table 8; {_TORCH}")
    add(NetSpec("wide_resnet101_2", _101, widening=2.0), f"{wide_}; torchvision")
    plain: dict[str, Any] = {"branch": "basic", "shortcut": "none"}
    add(NetSpec("plain18", _18, **plain), f"{_HE15}, table 2")
    add(NetSpec("plain34", _34, **plain), f"{_HE15}, table 2 and figure 3")
    add(_lesson(), "the assignment `Residual Networks` of deeplearning.ai; see resnets.lesson")
    return MappingProxyType(table)


def _lesson() -> NetSpec:
    return NetSpec(
        "lesson",
        _50,
        classes=6,
        input_shape=(64, 64, 3),
        mean=(0.0,),
        std=(1.0,),
        bias="all",
        norm_momentum=0.99,
        norm_epsilon=1.001e-5,
        page="lesson",
        **_V1,
    )


FAMILIES: Mapping[str, Row] = _rows()

__all__ = ["FAMILIES", "Row"]
