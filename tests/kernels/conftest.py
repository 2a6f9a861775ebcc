"""Gradients in whatever engine Keras has loaded."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import keras
import numpy as np
import pytest

Gradient = Callable[..., tuple[Any, list[Any]]]


@pytest.fixture
def gradient() -> Gradient:
    """Give a function: (of tensors to a scalar, arrays) -> its gradients, one for each array."""
    return {"tensorflow": _tensorflow, "torch": _torch, "jax": _jax}[keras.backend.backend()]


def _tensorflow(scalar: Callable[..., Any], *arrays: Any) -> list[np.ndarray]:
    import tensorflow as tf

    tensors = [tf.convert_to_tensor(array) for array in arrays]
    with tf.GradientTape() as tape:
        tape.watch(tensors)
        value = scalar(*tensors)
    return [tf.cast(found, tf.float32).numpy() for found in tape.gradient(value, tensors)]


def _torch(scalar: Callable[..., Any], *arrays: Any) -> list[np.ndarray]:
    tensors = [keras.ops.convert_to_tensor(a).detach().clone().requires_grad_() for a in arrays]
    scalar(*tensors).backward()
    return [tensor.grad.float().numpy() for tensor in tensors]


def _jax(scalar: Callable[..., Any], *arrays: Any) -> list[np.ndarray]:
    import jax

    tensors = [keras.ops.convert_to_tensor(array) for array in arrays]
    found = jax.jit(jax.grad(scalar, argnums=tuple(range(len(tensors)))))(*tensors)
    return [np.asarray(each, "float32") for each in found]
