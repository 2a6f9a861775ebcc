"""Weights room: files and arrays into models and back; reading files loads no Keras."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from resnets.weights.arrays import (
        arrays_of,
        optimizer_arrays,
        put_arrays,
        put_optimizer_arrays,
    )

__all__ = ["arrays_of", "optimizer_arrays", "put_arrays", "put_optimizer_arrays"]


def __getattr__(name: str) -> Any:
    if name in __all__:
        from resnets.weights import arrays

        return getattr(arrays, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
