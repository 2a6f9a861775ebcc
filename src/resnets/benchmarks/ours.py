"""Our side: `build`, Keras's SGD, `train_on_batch` on uint8; the folded net for answers."""

from __future__ import annotations

import keras

from resnets.benchmarks.task import Task, Work
from resnets.models import build, fold


def prepare(task: Task) -> Work:
    """Build and compile the net; give one training step or one batch of answers."""
    keras.config.set_dtype_policy(task.policy)
    net = build(task.net, classes=task.classes, input_shape=(task.size, task.size, 3))
    return keras_work(task, fold(net) if task.job == "infer" else net)


def keras_work(task: Task, net: keras.Model) -> Work:
    """Give one step or one batch of answers of any Keras model."""
    pixels, labels = task.pixels_and_labels()
    net.compile(
        keras.optimizers.SGD(0.01, momentum=0.9, nesterov=True),
        keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        jit_compile=keras.backend.backend() == "jax",
    )

    def train() -> int:
        net.train_on_batch(pixels, labels)
        return len(pixels)

    def infer() -> int:
        net.predict_on_batch(pixels)
        return len(pixels)

    return infer if task.job == "infer" else train
