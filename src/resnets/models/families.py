"""The table of nets: one row each, with its source."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
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


_HE15 = "He 2015, arXiv:1512.03385"
_HE16 = "He 2016, arXiv:1603.05027"
_WIDE = "Zagoruyko 2016, arXiv:1605.07146"
_NEXT = "Xie 2017, arXiv:1611.05431"
_TRICKS = "He 2019, arXiv:1812.01187, figures 1 and 2"
_JORDAN = "Jordan 2024, arXiv:2404.00498"
_SE = "Hu 2018, arXiv:1709.01507"
_PORT = f"{_HE15}, table 1; stride in the 3x3 as in its Torch port and torchvision"
_PAPER = f"{_HE15}, table 1; stride in the first 1x1"
_COURSE = "the assignment `Residual Networks` of deeplearning.ai; see resnets.lesson"


def _cifar(blocks: int, **fields: Any) -> NetSpec:
    """Describe a net for 10 classes of 32x32 pictures: three stages of as many blocks."""
    usual: dict[str, Any] = {
        "classes": 10,
        "input_shape": (32, 32, 3),
        # Means and deviations over the 50,000 training pictures of CIFAR-10.
        "mean": (0.4914, 0.4822, 0.4465),
        "std": (0.2470, 0.2435, 0.2616),
        "branch": "basic",
        "shortcut": "A",
        "stem": "cifar",
        "stem_width": 16,
        "width": 16,
    }
    return NetSpec("", (blocks,) * 3, **{**usual, **fields})


def _large(*blocks: int, **fields: Any) -> NetSpec:
    """Describe a net for 1,000 classes of 224x224 pictures."""
    return NetSpec("", blocks, **fields)


_LESSON: dict[str, Any] = {
    "classes": 6,
    "input_shape": (64, 64, 3),
    "mean": (0.0,),
    "std": (1.0,),
    "bias": "all",
    "norm_momentum": 0.99,
    "norm_epsilon": 1.001e-5,
    "page": "lesson",
}
_PRE: dict[str, Any] = {"order": "pre"}
_FIRST: dict[str, Any] = {"stride_in": "first"}
_BASIC: dict[str, Any] = {"branch": "basic"}
_NECK: dict[str, Any] = {"branch": "bottleneck", "shortcut": "B"}
_PLAIN: dict[str, Any] = {"shortcut": "none"}
_SPRINT: dict[str, Any] = {
    "stem": "whitening",
    "widths": (64, 256, 256),
    "first_stride": 2,
    "halving": "pool",
    "shortcut": "D",
}

# A name, the net, its source; and the depth where the source counts otherwise than `depth_of`.
_TABLE: tuple[tuple[str, NetSpec, str] | tuple[str, NetSpec, str, int], ...] = (
    ("resnet20", _cifar(3), f"{_HE15}, section 4.2 and table 6"),
    ("resnet32", _cifar(5), f"{_HE15}, section 4.2 and table 6"),
    ("resnet44", _cifar(7), f"{_HE15}, section 4.2 and table 6"),
    ("resnet56", _cifar(9), f"{_HE15}, section 4.2 and table 6"),
    ("resnet110", _cifar(18), f"{_HE15}, section 4.2 and table 6"),
    ("resnet1202", _cifar(200), f"{_HE15}, section 4.2 and table 6"),
    ("plain20", _cifar(3, **_PLAIN), f"{_HE15}, section 4.2 and figure 6"),
    ("plain32", _cifar(5, **_PLAIN), f"{_HE15}, section 4.2 and figure 6"),
    ("plain44", _cifar(7, **_PLAIN), f"{_HE15}, section 4.2 and figure 6"),
    ("plain56", _cifar(9, **_PLAIN), f"{_HE15}, section 4.2 and figure 6"),
    ("plain110", _cifar(18, **_PLAIN), f"{_HE15}, section 4.2 and figure 6"),
    ("resnet110v2", _cifar(18, **_PRE), f"{_HE16}, table 3"),
    ("resnet164v2", _cifar(18, **_NECK, **_PRE), f"{_HE16}, tables 3 and 4"),
    ("resnet1001v2", _cifar(111, **_NECK, **_PRE), f"{_HE16}, tables 3 and 4"),
    # These count the three projections, and not the dense layer.
    ("wrn16_4", _cifar(2, width=64, shortcut="B", **_PRE), f"{_WIDE}, table 6", 16),
    ("wrn28_10", _cifar(4, width=160, shortcut="B", **_PRE), f"{_WIDE}, tables 4 and 5", 28),
    ("wrn40_4", _cifar(6, width=64, shortcut="B", **_PRE), f"{_WIDE}, tables 4 and 5", 40),
    ("sprint8", _cifar(1, **_SPRINT), f"ours, with the widths and pools of {_JORDAN}, appendix A"),
    ("resnet18", _large(2, 2, 2, 2, **_BASIC), f"{_HE15}, table 1, option B"),
    ("resnet34", _large(3, 4, 6, 3, **_BASIC), f"{_HE15}, table 1, option B"),
    ("resnet50", _large(3, 4, 6, 3), _PORT),
    ("resnet101", _large(3, 4, 23, 3), _PORT),
    ("resnet152", _large(3, 8, 36, 3), _PORT),
    ("resnet50v1", _large(3, 4, 6, 3, **_FIRST), _PAPER),
    ("resnet101v1", _large(3, 4, 23, 3, **_FIRST), _PAPER),
    ("resnet152v1", _large(3, 8, 36, 3, **_FIRST), _PAPER),
    ("resnet18v2", _large(2, 2, 2, 2, **_BASIC, **_PRE), f"{_HE16}, on {_HE15}, table 1"),
    ("resnet34v2", _large(3, 4, 6, 3, **_BASIC, **_PRE), f"{_HE16}, on {_HE15}, table 1"),
    ("resnet50v2", _large(3, 4, 6, 3, **_PRE), f"{_HE16}, on {_PORT}"),
    ("resnet101v2", _large(3, 4, 23, 3, **_PRE), f"{_HE16}, on {_PORT}"),
    ("resnet152v2", _large(3, 8, 36, 3, **_PRE), f"{_HE16}, table 5 and appendix"),
    ("resnet50c", _large(3, 4, 6, 3, stem="deep"), f"{_TRICKS}: C, on B"),
    ("resnet50d", _large(3, 4, 6, 3, stem="deep", shortcut="D"), f"{_TRICKS}: D, on C"),
    ("seresnet50", _large(3, 4, 6, 3, se_ratio=1 / 16, **_FIRST), f"{_SE}, table 2"),
    ("resnext50_32x4d", _large(3, 4, 6, 3, groups=32, widening=2.0), f"{_NEXT}, table 1"),
    ("resnext101_32x8d", _large(3, 4, 23, 3, groups=32, widening=4.0), f"{_NEXT}; torchvision"),
    ("resnext101_64x4d", _large(3, 4, 23, 3, groups=64, widening=4.0), f"{_NEXT}; torchvision"),
    ("wide_resnet50_2", _large(3, 4, 6, 3, widening=2.0), f"{_WIDE}, table 8"),
    ("wide_resnet101_2", _large(3, 4, 23, 3, widening=2.0), f"{_WIDE}; torchvision"),
    ("plain18", _large(2, 2, 2, 2, **_BASIC, **_PLAIN), f"{_HE15}, table 2"),
    ("plain34", _large(3, 4, 6, 3, **_BASIC, **_PLAIN), f"{_HE15}, table 2 and figure 3"),
    ("lesson", _large(3, 4, 6, 3, **_FIRST, **_LESSON), _COURSE),
)

FAMILIES: Mapping[str, Row] = MappingProxyType(
    {
        name: Row(replace(spec, name=name), source, *(depth or (depth_of(spec),)))
        for name, spec, source, *depth in _TABLE
    }
)

__all__ = ["FAMILIES", "Row"]
