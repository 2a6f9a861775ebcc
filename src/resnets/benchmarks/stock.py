"""Stock Keras: the same net from Keras's own layers alone, on an engine as it comes."""

from __future__ import annotations

from typing import Any

import keras
from keras import layers

from resnets.benchmarks.ours import keras_work
from resnets.benchmarks.task import Task, Work
from resnets.blocks.rows import Row
from resnets.models import NetSpec, spec_of
from resnets.models.layout import Block, block_list, stem_rows


def prepare(task: Task) -> Work:
    """Build and compile the net; give one training step or one batch of answers."""
    keras.config.set_dtype_policy(task.policy)
    shape = (task.size, task.size, 3)
    return keras_work(task, net(spec_of(task.net, classes=task.classes, input_shape=shape)))


def net(spec: NetSpec) -> keras.Model:
    """Write a post-activation net as the functional code that everybody writes."""
    pixels = keras.Input(spec.input_shape)
    std = sum(spec.std) / len(spec.std)
    x = layers.Rescaling(1 / (255 * std), offset=-sum(spec.mean) / len(spec.mean) / std)(pixels)
    for row in stem_rows(spec):
        x = layers.ReLU()(_normed(x, row))
    if spec.stem != "cifar":
        x = layers.MaxPooling2D(3, 2)(layers.ZeroPadding2D(1)(x))
    for block in block_list(spec):
        x = _block(x, block)
    x = layers.GlobalAveragePooling2D()(x)
    return keras.Model(pixels, layers.Dense(spec.classes, dtype="float32")(x))


def _block(x: Any, block: Block) -> Any:
    y = x
    for number, row in enumerate(block.rows, 1):
        y = _normed(y, row)
        if number < len(block.rows):
            y = layers.ReLU()(y)
    if block.form == "projection":
        x = _normed(x, Row(1, block.channels, block.stride))
    elif block.form != "identity":
        new = block.channels - block.channels_in
        x = x[:, :: block.stride, :: block.stride]
        x = keras.ops.pad(x, ((0, 0), (0, 0), (0, 0), (0, new)))
    return layers.ReLU()(layers.Add()([x, y]))


def _normed(x: Any, row: Row) -> Any:
    if row.stride > 1 and row.kernel > 1:
        x = layers.ZeroPadding2D(row.kernel // 2)(x)
    padding = "valid" if row.stride > 1 else "same"
    x = layers.Conv2D(
        row.channels, row.kernel, row.stride, padding, groups=row.groups, use_bias=False
    )(x)
    return layers.BatchNormalization(momentum=0.9, epsilon=1e-5)(x)
