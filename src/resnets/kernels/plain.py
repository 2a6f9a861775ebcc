"""Every kernel in Keras operations alone: the meaning that the engines' fast forms are held to."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import keras
from keras import ops


def normalize_batch(
    x: Any, gamma: Any | None, beta: Any | None, epsilon: float
) -> tuple[Any, Any, Any]:
    """Normalise by the batch's own mean and variance, channel by channel.

    Args:
        x: (N, H, W, C), float16, bfloat16 or float32.
        gamma: scale (C,) in float32; None scales by 1.
        beta: offset (C,) in float32; None adds 0.
        epsilon: added to the variance.

    Returns:
        The result in the dtype of `x`; mean and biased variance, (C,) each, in float32.
    """
    # Half precision has neither the digits nor, for float16, the range for sums of squares.
    wide = ops.cast(x, "float32")
    # Two passes: E[x^2] - E[x]^2, which Keras takes on some engines, loses the digits that they
    # share where a mean is large beside its deviation.
    mean = ops.mean(wide, axis=(0, 1, 2))
    variance = ops.mean(ops.square(wide - mean), axis=(0, 1, 2))
    normal = ops.batch_normalization(
        wide, mean, variance, axis=-1, offset=beta, scale=gamma, epsilon=epsilon
    )
    return ops.cast(normal, x.dtype), mean, variance


def normalize(
    x: Any, gamma: Any | None, beta: Any | None, mean: Any, variance: Any, epsilon: float
) -> Any:
    """Normalise by a mean and a variance that are given, as at inference.

    Args:
        x: (N, H, W, C), float16, bfloat16 or float32.
        gamma: scale (C,) in float32; None scales by 1.
        beta: offset (C,) in float32; None adds 0.
        mean: (C,) in float32.
        variance: (C,) in float32.
        epsilon: added to the variance.

    Returns:
        (N, H, W, C) in the dtype of `x`.
    """
    normal = ops.batch_normalization(
        ops.cast(x, "float32"), mean, variance, axis=-1, offset=beta, scale=gamma, epsilon=epsilon
    )
    return ops.cast(normal, x.dtype)


def convolve(x: Any, kernel: Any, stride: int, padding: int) -> Any:
    """Convolve after putting as many zeros on every side.

    Args:
        x: (N, H, W, C).
        kernel: (height, width, C / groups, channels out); the groups follow from the shapes.
        stride: pixels, at least 1.
        padding: pixels of zeros on each of the four sides.
    """
    if padding:
        sides = (padding, padding)
        x = ops.pad(x, ((0, 0), sides, sides, (0, 0)))
    return ops.conv(x, kernel, strides=stride, padding="valid", data_format="channels_last")


def max_pool(x: Any, size: int, stride: int, padding: int) -> Any:
    """Take the largest value of every window; what lies outside the picture never wins.

    Args:
        x: (N, H, W, C).
        size: side of the window in pixels.
        stride: pixels between windows.
        padding: pixels on each of the four sides, at most half of `size`.
    """
    if padding:
        sides = (padding, padding)
        # The lowest finite number of the dtype would do as well; infinity is the same in all.
        x = ops.pad(x, ((0, 0), sides, sides, (0, 0)), constant_values=float("-inf"))
    return ops.max_pool(x, size, stride, padding="valid", data_format="channels_last")


def recompute(function: Callable[..., Any], *tensors: Any) -> Any:
    """Call a function of tensors, and call it again in the backward pass to have its inside.

    Args:
        function: gives a tuple of tensors, the first of them floats, and assigns nothing.
        *tensors: what it takes, and may be differentiated by.
    """
    return keras.remat(function)(*tensors)
