"""Weights room: files and arrays into models and back."""

from resnets.weights.arrays import (
    arrays_of,
    optimizer_arrays,
    put_arrays,
    put_optimizer_arrays,
)

__all__ = ["arrays_of", "optimizer_arrays", "put_arrays", "put_optimizer_arrays"]
