"""What a residual is: Keras layers, and the data that they are made from."""

from __future__ import annotations

import importlib
from typing import Any

_HOMES = {
    "BatchNorm": "normalization",
    "Chain": "chain",
    "Convolution": "convolution",
    "MaxPool": "convolution",
    "Normalize": "normalization",
    "Residual": "residual",
    "SqueezeExcite": "gates",
    "StochasticDepth": "gates",
    "ZeroPad": "shortcuts",
    "make_branch": "branches",
    "make_shortcut": "shortcuts",
    "make_stem": "branches",
    "norm_act": "branches",
    "Row": "rows",
    "Style": "rows",
    "branch_rows": "rows",
    "shortcut_form": "rows",
}
__all__ = sorted(_HOMES)


def __getattr__(name: str) -> Any:
    """Load a layer's file when it is first asked for: the tables of nets need none of them."""
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f"{__name__}.{_HOMES[name]}"), name)
