"""JAX's forms of the kernels, as XLA compiles them best."""

from __future__ import annotations

from typing import Any

import jax
import numpy as np
from jax import lax
from jax import numpy as jnp
from keras import ops


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
