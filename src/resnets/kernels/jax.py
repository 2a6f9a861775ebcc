"""JAX's forms of the kernels, as XLA compiles them best."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import jax
import numpy as np
from jax import lax
from jax import numpy as jnp
from keras import ops

from resnets.kernels import plain


def normalize_batch(
    x: Any, gamma: Any | None, beta: Any | None, epsilon: float
) -> tuple[Any, Any, Any]:
    """Do what `plain.normalize_batch` does; two passes, which keep all digits."""
    x = ops.convert_to_tensor(x)
    wide = x.astype(jnp.float32)
    mean = wide.mean((0, 1, 2))
    variance = jnp.square(wide - mean).mean((0, 1, 2))
    return normalize(x, gamma, beta, mean, variance, epsilon), mean, variance


def normalize(
    x: Any, gamma: Any | None, beta: Any | None, mean: Any, variance: Any, epsilon: float
) -> Any:
    """Do what `plain.normalize` does, as one multiply-add on `x`."""
    x = ops.convert_to_tensor(x)
    mean, variance = ops.convert_to_tensor(mean), ops.convert_to_tensor(variance)
    scale = lax.rsqrt(variance + epsilon)
    if gamma is not None:
        scale = scale * ops.convert_to_tensor(gamma)
    offset = -mean * scale
    if beta is not None:
        offset = offset + ops.convert_to_tensor(beta)
    return (x.astype(jnp.float32) * scale + offset).astype(x.dtype)


def convolve(x: Any, kernel: Any, stride: int, padding: int) -> Any:
    """Do what `plain.convolve` does; the padding is the convolution's own."""
    x, kernel = ops.convert_to_tensor(x), ops.convert_to_tensor(kernel)
    return lax.conv_general_dilated(
        x,
        kernel.astype(x.dtype),
        window_strides=(stride, stride),
        padding=((padding, padding), (padding, padding)),
        dimension_numbers=("NHWC", "HWIO", "NHWC"),
        feature_group_count=x.shape[-1] // kernel.shape[2],
    )


def max_pool(x: Any, size: int, stride: int, padding: int) -> Any:
    """Do what `plain.max_pool` does."""
    x = ops.convert_to_tensor(x)
    sides = (padding, padding)
    lowest = np.asarray(-np.inf, x.dtype)  # a traced one would hide from JAX that this is a max
    return lax.reduce_window(
        x,
        lowest,
        jax.lax.max,
        window_dimensions=(1, size, size, 1),
        window_strides=(1, stride, stride, 1),
        padding=((0, 0), sides, sides, (0, 0)),
    )


def recompute(function: Callable[..., Any], *tensors: Any) -> Any:
    """Do what `plain.recompute` does, and on a CPU so that XLA cannot undo it.

    There XLA drops what `jax.checkpoint` puts between the passes, and what was to be computed
    again is shared or moved ahead: a small ResNet's step kept more than without it (88 MB for 73).
    Behind a condition that it cannot decide beforehand it stays where it is (34 MB).
    """
    if jax.default_backend() != "cpu":
        return plain.recompute(function, *tensors)  # a condition would make a GPU wait for the host

    @jax.custom_vjp
    def once(*given: Any) -> Any:
        return function(*given)

    def forward(*given: Any) -> Any:
        return function(*given), given

    def backward(given: Any, gradients: Any) -> Any:
        first = gradients[0].reshape(-1)[0]

        def again() -> Any:
            return jax.vjp(function, *given)[1](gradients)

        def never() -> Any:  # a gradient that is not a number is passed on as such
            return tuple(jnp.full_like(tensor, jnp.nan) for tensor in given)

        return lax.cond(first == first, again, never)

    once.defvjp(forward, backward)
    return once(*tensors)
