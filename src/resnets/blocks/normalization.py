"""Batch normalisation: Keras's layer with a fused `call`, and the pixels' own normalisation."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import keras

from resnets import kernels


@keras.saving.register_keras_serializable(package="resnets")
class BatchNorm(keras.layers.BatchNormalization):
    """Keras's batch normalisation with the same variables, config and results, only faster.

    The fused kernels take and give the compute dtype and keep their statistics in float32. What
    they cannot do is left to Keras: masks, an axis that is not the last of four, synchronised
    statistics, batch renormalisation, float64.
    """

    def _fuses(self, inputs: Any, mask: Any) -> bool:
        return (
            mask is None
            and not self.renorm
            and not self.synchronized
            and len(inputs.shape) == 4
            and self.axis in (-1, 3)
            and keras.backend.standardize_dtype(inputs.dtype) == self.compute_dtype
            and self.compute_dtype in ("float16", "bfloat16", "float32")
            and self.variable_dtype == "float32"
        )

    def call(self, inputs: Any, training: bool | None = None, mask: Any = None) -> Any:
        """Normalise (N, H, W, C), or any shape that Keras's layer takes."""
        if not self._fuses(inputs, mask):
            return super().call(inputs, training=training, mask=mask)
        if not (training and self.trainable):
            return kernels.normalize(
                inputs, self.gamma, self.beta, self.moving_mean, self.moving_variance, self.epsilon
            )
        outputs, mean, variance = kernels.normalize_batch(
            inputs, self.gamma, self.beta, self.epsilon
        )
        old, new = self.momentum, 1.0 - self.momentum
        self.moving_mean.assign(self.moving_mean * old + mean * new)
        self.moving_variance.assign(self.moving_variance * old + variance * new)
        return outputs


@keras.saving.register_keras_serializable(package="resnets")
class Normalize(keras.layers.Layer):
    """Turn pixels of 0 to 255 into (pixels / 255 - mean) / std, as one multiply-add.

    It is a net's first layer, so that a net takes the pixels as they were decoded, uint8 or
    float, and nobody can forget to normalise them. It has fields, and no weights to load.

    Args:
        mean: of pixels / 255, one a channel, or one for all.
        std: likewise, each above 0.
        colors: "bgr" to give the colours out in the other order.
        **options: what every Keras layer takes: `name`, `dtype`.
    """

    def __init__(
        self,
        mean: Sequence[float] = (0.0,),
        std: Sequence[float] = (1.0,),
        colors: str = "rgb",
        **options: Any,
    ) -> None:
        # Autocast would round float pixels to bfloat16 before their mean is taken away.
        super().__init__(autocast=False, **options)
        self.mean = tuple(map(float, mean))
        self.std = tuple(map(float, std))
        self.colors = colors

    def call(self, pixels: Any) -> Any:
        """Normalise (N, H, W, C) pixels into the compute dtype."""
        scale = [1.0 / (255.0 * std) for std in self.std]
        offset = [-mean / std for mean, std in zip(self.mean, self.std, strict=True)]
        wide = keras.backend.result_type(self.compute_dtype, "float32")
        scaled = keras.ops.cast(pixels, wide) * keras.ops.convert_to_tensor(scale, wide)
        shifted = scaled + keras.ops.convert_to_tensor(offset, wide)
        given = keras.ops.flip(shifted, axis=-1) if self.colors == "bgr" else shifted
        return keras.ops.cast(given, self.compute_dtype)

    def compute_output_shape(self, input_shape: tuple[int | None, ...]) -> tuple[int | None, ...]:
        """Give back the shape that came in."""
        return input_shape

    def get_config(self) -> dict[str, Any]:
        """Name every field."""
        fields = {"mean": self.mean, "std": self.std, "colors": self.colors}
        return {**super().get_config(), **fields}
