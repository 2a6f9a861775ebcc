"""The few operations that Keras lacks or leaves slow, one file an engine, chosen by Keras's own."""

from __future__ import annotations

import importlib
from typing import Any

import keras

from resnets.kernels import plain

_engine = keras.backend.backend()
_chosen: Any = (
    importlib.import_module(f"resnets.kernels.{_engine}")
    if _engine in ("tensorflow", "torch", "jax")
    else plain
)

normalize_batch = _chosen.normalize_batch
normalize = _chosen.normalize
convolve = _chosen.convolve
max_pool = _chosen.max_pool
recompute = getattr(_chosen, "recompute", plain.recompute)

__all__ = ["convolve", "max_pool", "normalize", "normalize_batch", "plain", "recompute"]
