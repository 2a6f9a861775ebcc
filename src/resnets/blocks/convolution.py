"""Convolution and max-pool with a stated padding: symmetric, as in Torch, or Keras's own."""

from __future__ import annotations

from typing import Any

import keras

from resnets import kernels

# He 2015b (arXiv:1502.01852), equation 10: a Gaussian of variance 2 / fan-in. Keras's `he_normal`
# has the same variance, but cuts the tails off.
HE_INITIALIZER = {"scale": 2.0, "mode": "fan_in", "distribution": "untruncated_normal"}


def he_initializer(scale: float = 2.0) -> keras.initializers.Initializer:
    """Make the initialiser of He 2015b, equation 10.

    Args:
        scale: 2 where a rectifier follows, which halves the variance; 1 where none does.
    """
    return keras.initializers.VarianceScaling(**{**HE_INITIALIZER, "scale": scale})


@keras.saving.register_keras_serializable(package="resnets")
class Convolution(keras.layers.Conv2D):
    """Keras's convolution, with symmetric padding as a further choice.

    Without a stride, "same" and "symmetric" are one for odd windows. With stride 2 and an even
    side, "same" puts nothing before the first pixel and "symmetric" as much as after the last, so
    that every window looks at other pixels: weights trained with the one fail with the other.

    Args:
        filters: channels out.
        kernel_size: side of the window in pixels; an even one loses a row and a column.
        symmetric: whether (side - 1) // 2 zeros go on all four sides; `padding` is then unused.
        **options: what `keras.layers.Conv2D` takes.
    """

    def __init__(
        self, filters: int, kernel_size: Any, symmetric: bool = True, **options: Any
    ) -> None:
        super().__init__(filters, kernel_size, **options)
        self.symmetric = symmetric

    def _fuses(self) -> bool:
        return (
            (self.symmetric or self.padding == "valid")
            and self.data_format == "channels_last"
            and len(set(self.kernel_size)) == len(set(self.strides)) == 1
            and set(self.dilation_rate) == {1}
        )

    def _reach(self) -> list[tuple[int, int]]:
        return list(zip(self.kernel_size, self.dilation_rate, strict=True))

    def _margins(self) -> tuple[tuple[int, int], ...]:
        inner = tuple(((side - 1) * rate // 2,) * 2 for side, rate in self._reach())
        last = self.data_format == "channels_last"
        return ((0, 0), *inner, (0, 0)) if last else ((0, 0), (0, 0), *inner)

    def convolution_op(self, inputs: Any, kernel: Any) -> Any:
        """Convolve, with the padding folded into the operation wherever the engine can."""
        if not self.symmetric and self.padding != "valid":
            return super().convolution_op(inputs, kernel)
        if self._fuses():
            margin = (self.kernel_size[0] - 1) // 2 if self.symmetric else 0
            return kernels.convolve(inputs, kernel, self.strides[0], margin)
        return keras.ops.conv(
            keras.ops.pad(inputs, self._margins()) if self.symmetric else inputs,
            kernel,
            strides=list(self.strides),
            padding="valid",
            dilation_rate=self.dilation_rate,
            data_format=self.data_format,
        )

    def compute_output_shape(self, input_shape: tuple[int | None, ...]) -> tuple[int | None, ...]:
        """Give the shape out for a shape in."""
        if not self.symmetric:
            return tuple(super().compute_output_shape(input_shape))
        number, *rest = input_shape
        last = self.data_format == "channels_last"
        sides = rest[:-1] if last else rest[1:]
        odd = [(side - 1) * rate % 2 for side, rate in self._reach()]
        pooled = tuple(
            side if side is None else (side - 1 - lost) // stride + 1
            for side, lost, stride in zip(sides, odd, self.strides, strict=True)
        )
        channels = (self.filters,)
        return (number, *pooled, *channels) if last else (number, *channels, *pooled)

    def get_config(self) -> dict[str, Any]:
        """Name every field."""
        return {**super().get_config(), "symmetric": self.symmetric}


@keras.saving.register_keras_serializable(package="resnets")
class MaxPool(keras.layers.Layer):
    """The largest value of every window, with symmetric padding.

    Args:
        size: side of the window in pixels, odd.
        stride: pixels between windows.
        fill: what lies outside the picture: "lowest" never wins (Torch); "zeros" does where all
            inside are negative, which matters only where no rectifier came before
            (`keras.applications`' V2 nets). "nothing" leaves windows out that would hang over.
        **options: what every Keras layer takes.
    """

    def __init__(
        self, size: int = 3, stride: int = 2, fill: str = "lowest", **options: Any
    ) -> None:
        super().__init__(**options)
        self.size = size
        self.stride = stride
        self.fill = fill

    def call(self, inputs: Any) -> Any:
        """Pool (N, H, W, C)."""
        margin = self.size // 2
        if self.fill != "zeros":
            outside = margin if self.fill == "lowest" else 0
            return kernels.max_pool(inputs, self.size, self.stride, outside)
        padded = keras.ops.pad(inputs, ((0, 0), (margin, margin), (margin, margin), (0, 0)))
        return kernels.max_pool(padded, self.size, self.stride, 0)

    def compute_output_shape(self, input_shape: tuple[int | None, ...]) -> tuple[int | None, ...]:
        """Give the shape out for a shape in."""
        number, height, width, channels = input_shape
        odd = self.size if self.fill == "nothing" else self.size % 2
        pooled = (
            side if side is None else (side - odd) // self.stride + 1 for side in (height, width)
        )
        return (number, *pooled, channels)

    def get_config(self) -> dict[str, Any]:
        """Name every field."""
        fields = {"size": self.size, "stride": self.stride, "fill": self.fill}
        return {**super().get_config(), **fields}
