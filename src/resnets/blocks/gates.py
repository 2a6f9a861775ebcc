"""What a branch may pass through before the sum: squeeze-and-excitation, stochastic depth."""

from __future__ import annotations

from typing import Any

import keras

from resnets.blocks.rows import squeezed


@keras.saving.register_keras_serializable(package="resnets")
class SqueezeExcite(keras.layers.Layer):
    """Scale every channel by a gate that sees the means of all (Hu 2018, section 3).

    Args:
        ratio: share of the channels that the gate's hidden layer has; 1/16 in the paper.
        activation: of the hidden layer, a name that Keras knows.
        **options: what every Keras layer takes.
    """

    def __init__(self, ratio: float = 1 / 16, activation: Any = "relu", **options: Any) -> None:
        super().__init__(**options)
        self.ratio = ratio
        self.activation = keras.activations.get(activation)

    def build(self, input_shape: Any) -> None:
        """Make the gate's two dense layers."""
        channels = input_shape[-1]
        hidden = squeezed(channels, self.ratio)
        own = {"dtype": self.dtype_policy}
        self.reduce = keras.layers.Dense(hidden, self.activation, name="reduce", **own)
        self.expand = keras.layers.Dense(channels, "sigmoid", name="expand", **own)
        self.reduce.build((input_shape[0], channels))
        self.expand.build((input_shape[0], hidden))

    def call(self, inputs: Any) -> Any:
        """Scale (N, H, W, C) channel by channel."""
        means = keras.ops.mean(inputs, axis=(1, 2))
        gate = self.expand(self.reduce(means))
        return inputs * keras.ops.expand_dims(gate, (1, 2))

    def compute_output_shape(self, input_shape: Any) -> Any:
        """Give back the shape that came in."""
        return input_shape

    def get_config(self) -> dict[str, Any]:
        """Name every field."""
        activation = keras.activations.serialize(self.activation)
        return {**super().get_config(), "ratio": self.ratio, "activation": activation}


@keras.saving.register_keras_serializable(package="resnets")
class StochasticDepth(keras.layers.Layer):
    """Drop a whole branch, picture by picture, while training (Huang 2016, section 3).

    A branch that survives is divided by its chance to, so that nothing is left to scale when the
    net is used; the paper multiplies there instead, which is the same on average.

    Args:
        survival: chance that a picture's branch is kept, above 0 and at most 1.
        seed: of the draws; None takes Keras's global one.
        **options: what every Keras layer takes.
    """

    def __init__(self, survival: float = 1.0, seed: int | None = None, **options: Any) -> None:
        super().__init__(**options)
        self.survival = survival
        self.seed = seed
        self.seed_generator = keras.random.SeedGenerator(seed)
        self.built = True

    def call(self, inputs: Any, training: bool | None = None) -> Any:
        """Keep or drop every picture of (N, H, W, C) as a whole."""
        if not training or self.survival == 1.0:
            return inputs
        one = (keras.ops.shape(inputs)[0], 1, 1, 1)
        draws = keras.random.uniform(one, dtype="float32", seed=self.seed_generator)
        kept = keras.ops.cast(draws < self.survival, inputs.dtype)
        return inputs * (kept / self.survival)

    def compute_output_shape(self, input_shape: Any) -> Any:
        """Give back the shape that came in."""
        return input_shape

    def get_config(self) -> dict[str, Any]:
        """Name every field."""
        return {**super().get_config(), "survival": self.survival, "seed": self.seed}
