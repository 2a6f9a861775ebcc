"""JAX's forms of the kernels, as XLA compiles them best."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import Any

import jax
import numpy as np
from jax import lax
from jax import numpy as jnp
from keras import ops

from resnets.kernels import plain

FEW = 16  # channels: from 32 on neither way was the faster at every size that was measured


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
    """Do what `plain.convolve` does; the padding is the convolution's own.

    On CPUs XLA is slow at the gradient by weights where a picture is large beside its channels. So
    a 1x1 is the matrix product that it is, and a 3x3 of few channels has that gradient as one
    product for each of its nine places (docs/log.md has the figures).
    """
    x, kernel = ops.convert_to_tensor(x), ops.convert_to_tensor(kernel)
    kernel = kernel.astype(x.dtype)
    side, _, channels, _ = kernel.shape
    if jax.default_backend() == "cpu" and channels == x.shape[-1]:
        if side == 1 and not padding:
            return x[:, ::stride, ::stride] @ kernel[0, 0]
        if side == 3 and channels <= FEW:
            return _of_few_channels(x, kernel, stride, padding)
    return _convolution(x, kernel, stride, padding)


def _convolution(x: Any, kernel: Any, stride: int, padding: int) -> Any:
    return lax.conv_general_dilated(
        x,
        kernel,
        window_strides=(stride, stride),
        padding=((padding, padding), (padding, padding)),
        dimension_numbers=("NHWC", "HWIO", "NHWC"),
        feature_group_count=x.shape[-1] // kernel.shape[2],
    )


@functools.partial(jax.custom_vjp, nondiff_argnums=(2, 3))
def _of_few_channels(x: Any, kernel: Any, stride: int, padding: int) -> Any:
    return _convolution(x, kernel, stride, padding)


def _forward(x: Any, kernel: Any, stride: int, padding: int) -> tuple[Any, Any]:
    return _convolution(x, kernel, stride, padding), (x, kernel)


def _backward(stride: int, padding: int, kept: Any, slope: Any) -> tuple[Any, Any]:
    """Give the gradients by inputs, as XLA has it, and by weights, place by place."""
    x, kernel = kept
    (by_inputs,) = jax.vjp(lambda x: _convolution(x, kernel, stride, padding), x)[1](slope)
    sides = (padding, padding)
    padded = jnp.pad(x, ((0, 0), sides, sides, (0, 0)))
    height, width = (stride * (side - 1) + 1 for side in slope.shape[1:3])
    by_weights = [
        jnp.einsum(
            "nhwi,nhwo->nio",  # picture by picture, then summed: in float32 whatever x is
            padded[:, row : row + height : stride, column : column + width : stride],
            slope,
            preferred_element_type=jnp.float32,
        ).sum(0)
        for row in range(kernel.shape[0])
        for column in range(kernel.shape[1])
    ]
    return by_inputs, jnp.stack(by_weights).reshape(kernel.shape).astype(kernel.dtype)


_of_few_channels.defvjp(_forward, _backward)


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
