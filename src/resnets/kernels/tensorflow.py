"""TensorFlow's fused batch normalisation, and convolution and pool in the forms oneDNN takes."""

from __future__ import annotations

from typing import Any

import tensorflow as tf


def normalize_batch(
    x: Any, gamma: Any | None, beta: Any | None, epsilon: float
) -> tuple[Any, Any, Any]:
    """Do what `plain.normalize_batch` does, in one operation that reads half precision itself."""
    none = tf.constant([], tf.float32)
    y, mean, variance, *_ = tf.raw_ops.FusedBatchNormV3(
        x=x,
        scale=_vector(gamma, x, 1.0),
        offset=_vector(beta, x, 0.0),
        mean=none,
        variance=none,
        epsilon=epsilon,
        is_training=True,
    )
    # The operation gives the unbiased variance, n / (n - 1) of what it normalises by. Keras keeps
    # the biased one in its moving statistics; a net that mixed the two would drift from its twin.
    count = tf.cast(tf.size(x) / tf.shape(x)[-1], tf.float32)
    return y, mean, variance * (tf.maximum(count - 1.0, 1.0) / count)


def normalize(
    x: Any, gamma: Any | None, beta: Any | None, mean: Any, variance: Any, epsilon: float
) -> Any:
    """Do what `plain.normalize` does, in one operation."""
    y, *_ = tf.raw_ops.FusedBatchNormV3(
        x=x,
        scale=_vector(gamma, x, 1.0),
        offset=_vector(beta, x, 0.0),
        mean=tf.convert_to_tensor(mean),
        variance=tf.convert_to_tensor(variance),
        epsilon=epsilon,
        is_training=False,
    )
    return y


def convolve(x: Any, kernel: Any, stride: int, padding: int) -> Any:
    """Do what `plain.convolve` does, without a padded copy of the picture where there is no stride.

    TensorFlow's own explicit padding was measured to be the slowest form on a CPU: it has no
    oneDNN kernel (7x7 of stride 2 at 224 px, forward and backward: 226 ms, against 145 ms for a
    padded copy; 3x3 without a stride at 32 px: 121 ms against 51 ms for "SAME").
    """
    x, kernel = tf.convert_to_tensor(x), tf.convert_to_tensor(kernel)
    form = "VALID"
    if padding and stride == 1 and kernel.shape[:2] == (2 * padding + 1, 2 * padding + 1):
        form = "SAME"
    elif padding:
        x = tf.pad(x, _margins(padding))
    groups = x.shape[-1] // kernel.shape[2]
    if groups == 1 or tf.config.list_physical_devices("GPU"):
        return tf.nn.conv2d(x, kernel, stride, form)
    # TensorFlow has no gradient for grouped convolutions on a CPU. Keras compiles them with XLA
    # there, which was measured at 150 times the time of one convolution a group.
    parts = zip(tf.split(x, groups, -1), tf.split(kernel, groups, -1), strict=True)
    return tf.concat([tf.nn.conv2d(part, filters, stride, form) for part, filters in parts], -1)


def max_pool(x: Any, size: int, stride: int, padding: int) -> Any:
    """Do what `plain.max_pool` does; a padded copy is quicker than explicit padding here too."""
    x = tf.convert_to_tensor(x)
    if padding:
        x = tf.pad(x, _margins(padding), constant_values=tf.constant(float("-inf"), x.dtype))
    return tf.nn.max_pool2d(x, size, stride, "VALID")


def _margins(padding: int) -> list[list[int]]:
    return [[0, 0], [padding, padding], [padding, padding], [0, 0]]


def _vector(values: Any | None, x: Any, default: float) -> Any:
    if values is None:
        return tf.fill([tf.shape(x)[-1]], default)
    return tf.convert_to_tensor(values)
