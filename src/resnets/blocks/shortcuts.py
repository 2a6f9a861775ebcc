"""The shortcuts: what stands beside a branch in the sum."""

from __future__ import annotations

from typing import Any

import keras

from resnets.blocks.branches import convolution, norm
from resnets.blocks.chain import Chain
from resnets.blocks.rows import Form, Row, Style


@keras.saving.register_keras_serializable(package="resnets")
class ZeroPad(keras.layers.Layer):
    """Every stride-th pixel, and zeros for the channels that are new (He 2015, option A).

    Args:
        channels: channels out, at least as many as come in.
        stride: pixels.
        both: whether half of the zeros go before the old channels, rather than all after.
        **options: what every Keras layer takes.
    """

    def __init__(self, channels: int, stride: int = 1, both: bool = False, **options: Any) -> None:
        super().__init__(**options)
        self.channels = channels
        self.stride = stride
        self.both = both

    def call(self, inputs: Any) -> Any:
        """Subsample and pad (N, H, W, C)."""
        if self.stride > 1:
            inputs = inputs[:, :: self.stride, :: self.stride, :]
        new = self.channels - inputs.shape[-1]
        before = new // 2 if self.both else 0
        return keras.ops.pad(inputs, ((0, 0), (0, 0), (0, 0), (before, new - before)))

    def compute_output_shape(self, input_shape: Any) -> Any:
        """Give the shape out for a shape in."""
        number, height, width, _ = input_shape
        sides = (side if side is None else -(-side // self.stride) for side in (height, width))
        return (number, *sides, self.channels)

    def get_config(self) -> dict[str, Any]:
        """Name every field."""
        fields = {"channels": self.channels, "stride": self.stride, "both": self.both}
        return {**super().get_config(), **fields}


def make_shortcut(
    form: Form, channels: int, stride: int, style: Style, normed: bool = True
) -> Any | None:
    """Make the layer of a shortcut, or None for a plain block.

    Args:
        form: as `rows.shortcut_form` tells it.
        channels: channels out.
        stride: of the block.
        style: of its convolution and norm.
        normed: whether a norm follows a projection; not so in pre-activation blocks.
    """
    if form == "none":
        return None
    if form == "identity":
        return keras.layers.Identity(name="shortcut")
    if form in ("zeros", "zeros-both"):
        return ZeroPad(channels, stride, both=form == "zeros-both", name="shortcut")
    if form == "subsample":
        return keras.layers.MaxPooling2D(1, stride, name="shortcut")
    steps: list[keras.layers.Layer] = []
    row = Row(1, channels, stride)
    if form in ("average", "pooled"):
        row = Row(1, channels)
        if stride > 1:
            padding = "same" if form == "average" else "valid"
            pool = keras.layers.AveragePooling2D(stride, stride, padding=padding, name="pool")
            steps.append(pool)
    steps.append(convolution(row, style, "conv", normed))
    if normed:
        steps.append(norm(style, "norm"))
    return Chain(steps, name="shortcut")
