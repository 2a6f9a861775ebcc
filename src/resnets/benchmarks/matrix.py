"""The peak: the product of two large matrices, which is as fast as this processor computes."""

from __future__ import annotations

import tensorflow as tf

from resnets.benchmarks.task import SIDE, Task, Work


def prepare(task: Task) -> Work:
    """Give one product; it counts as one picture."""
    dtype = tf.as_dtype(task.precision)
    a, b = (tf.cast(tf.random.stateless_normal((SIDE, SIDE), (1, n)), dtype) for n in (1, 2))
    product = tf.function(lambda: tf.linalg.matmul(a, b))

    def work() -> int:
        product().numpy()
        return 1

    return work
