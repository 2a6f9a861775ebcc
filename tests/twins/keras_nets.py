"""Nets of `keras.applications`, KerasHub and the course that golden files are made of."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import keras
import keras_hub
from keras.src.applications import resnet as applications

CLASSES = 7


def _stacks(version: str, sizes: tuple[tuple[int, int], ...], x: Any) -> Any:
    stack = getattr(applications, f"stack_residual_blocks_{version}")
    for number, (width, count) in enumerate(sizes):
        # A v1 stack begins with its stride, a v2 stack ends with it.
        place = number == 0 if version == "v1" else number == len(sizes) - 1
        stride = {"stride1": 1} if place else {}
        x = stack(x, width, count, name=f"conv{number + 2}", **stride)
    return x


def _applications(version: str) -> Callable[[tuple[int, int, int]], Any]:
    return lambda shape: applications.ResNet(
        partial(_stacks, version, ((8, 2), (16, 2), (32, 2))),
        preact=version == "v2",
        use_bias=True,
        weights=None,
        input_shape=shape,
        classes=CLASSES,
        classifier_activation=None,
        weights_name=f"small-{version}",
    )


def _whole_applications(name: str) -> Callable[[tuple[int, int, int]], Any]:
    return lambda shape: getattr(keras.applications, name)(
        weights=None, input_shape=shape, classes=CLASSES, classifier_activation=None
    )


def _hub(block: str, blocks: tuple[int, ...], vd: bool = False, pre: bool = False) -> Any:
    def make(shape: tuple[int, int, int]) -> Any:
        backbone = keras_hub.models.ResNetBackbone(
            input_conv_filters=[32, 32, 64] if vd else [64],
            input_conv_kernel_sizes=[3, 3, 3] if vd else [7],
            stackwise_num_filters=[64, 128, 256, 512][: len(blocks)],
            stackwise_num_blocks=list(blocks),
            stackwise_num_strides=[1, 2, 2, 2][: len(blocks)],
            block_type=f"{block}_block{'_vd' if vd else ''}",
            use_pre_activation=pre,
            image_shape=shape,
        )
        return keras_hub.models.ResNetImageClassifier(
            backbone=backbone, num_classes=CLASSES, preprocessor=None
        )

    return make


def _course(shape: tuple[int, int, int]) -> Any:
    """Build the course's net in small, as its text tells it: no pixel around the max-pool."""
    layers = keras.layers

    def block(x: Any, widths: tuple[int, int, int], place: str, stride: int = 0) -> Any:
        y = x
        for letter, width, side in zip("abc", widths, (1, 3, 1), strict=True):
            step = stride or 1 if letter == "a" else 1
            name = f"{place}_branch2{letter}"
            y = layers.Conv2D(width, side, step, padding="same", name=f"res{name}")(y)
            y = layers.BatchNormalization(name=f"bn{name}")(y)
            y = y if letter == "c" else layers.ReLU()(y)
        if stride:
            x = layers.Conv2D(widths[2], 1, stride, name=f"res{place}_branch1")(x)
            x = layers.BatchNormalization(name=f"bn{place}_branch1")(x)
        return layers.ReLU(name=f"out{place}")(layers.Add()([y, x]))

    pixels = keras.Input(shape)
    x = layers.ZeroPadding2D(3)(pixels)
    x = layers.BatchNormalization(name="bn_conv1")(layers.Conv2D(8, 7, 2, name="conv1")(x))
    x = layers.MaxPooling2D(3, 2)(layers.ReLU()(x))
    x = block(block(x, (8, 8, 32), "2a", 1), (8, 8, 32), "2b")
    x = block(block(x, (16, 16, 64), "3a", 2), (16, 16, 64), "3b")
    x = layers.GlobalAveragePooling2D()(x)
    return keras.Model(pixels, layers.Dense(CLASSES, name=f"fc{CLASSES}")(x))


def _outs(last: tuple[int, ...], pattern: str) -> tuple[str, ...]:
    return tuple(pattern.format(stage, block) for stage, block in enumerate(last))


_HUB = "stack{}_block{}_out"
KERAS: dict[str, tuple[Callable[[tuple[int, int, int]], Any], tuple[str, ...], str]] = {
    "keras-applications": (
        _applications("v1"),
        ("conv2_block2_out", "conv3_block2_out", "conv4_block2_out"),
        "caffe",
    ),
    "keras-applications-v2": (
        _applications("v2"),
        ("conv2_block2_out", "conv3_block2_out", "conv4_block2_out"),
        "tf",
    ),
    "keras-hub-basic": (_hub("basic", (1, 2)), _outs((0, 1), _HUB), "torch"),
    "keras-hub": (_hub("bottleneck", (2, 1)), _outs((1, 0), _HUB), "torch"),
    "keras-hub-v2-basic": (_hub("basic", (1, 2), pre=True), _outs((0, 1), _HUB), "torch"),
    "keras-hub-v2": (_hub("bottleneck", (1, 2), pre=True), _outs((0, 1), _HUB), "torch"),
    "keras-hub-vd-basic": (_hub("basic", (1, 2), vd=True), _outs((0, 1), _HUB), "torch"),
    "keras-hub-vd": (_hub("bottleneck", (2, 1), vd=True), _outs((1, 0), _HUB), "torch"),
    "course": (_course, ("out2b", "out3b"), "unit"),
    **{
        f"whole-keras-applications-{name}": (
            _whole_applications(name),
            tuple(f"conv{n + 2}_block{count}_out" for n, count in enumerate(blocks)),
            "tf" if name.endswith("V2") else "caffe",
        )
        for name, blocks in (
            *(("ResNet50", (3, 4, 6, 3)), ("ResNet101", (3, 4, 23, 3))),
            *(("ResNet152", (3, 8, 36, 3)), ("ResNet50V2", (3, 4, 6, 3))),
            *(("ResNet101V2", (3, 4, 23, 3)), ("ResNet152V2", (3, 8, 36, 3))),
        )
    },
    **{
        f"whole-keras-hub-{name}": (
            _hub(block, blocks, vd=vd, pre=pre),
            tuple(f"stack{n}_block{count - 1}_out" for n, count in enumerate(blocks)),
            "torch",
        )
        for name, block, blocks, vd, pre in (
            ("resnet_18", "basic", (2, 2, 2, 2), False, False),
            ("resnet_50", "bottleneck", (3, 4, 6, 3), False, False),
            ("resnet_101", "bottleneck", (3, 4, 23, 3), False, False),
            ("resnet_152", "bottleneck", (3, 8, 36, 3), False, False),
            ("resnet_v2_50", "bottleneck", (3, 4, 6, 3), False, True),
            ("resnet_v2_101", "bottleneck", (3, 4, 23, 3), False, True),
            ("resnet_vd_18", "basic", (2, 2, 2, 2), True, False),
            ("resnet_vd_34", "basic", (3, 4, 6, 3), True, False),
            ("resnet_vd_50", "bottleneck", (3, 4, 6, 3), True, False),
            ("resnet_vd_101", "bottleneck", (3, 4, 23, 3), True, False),
        )
    },
}
