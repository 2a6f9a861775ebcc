"""Layers one after another, as one layer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Self

import keras

from resnets.blocks.recomputation import Recomputable


@keras.saving.register_keras_serializable(package="resnets")
class Chain(Recomputable):
    """Layers that are called one after another, and stand in a summary as one row.

    Args:
        steps: the layers, first to last.
        **options: what every Keras layer takes.
    """

    def __init__(self, steps: Sequence[Any], **options: Any) -> None:
        super().__init__(**options)
        self.steps = list(steps)

    def build(self, input_shape: Any) -> None:
        """Build every step on the shape that the one before gives."""
        for step in self.steps:
            if not step.built:
                step.build(input_shape)
            input_shape = step.compute_output_shape(input_shape)

    def compute(self, x: Any, training: bool | None = None) -> Any:
        """Call every step on what the one before gave."""
        for step in self.steps:
            x = step(x, training=training)
        return x

    def compute_output_shape(self, input_shape: Any) -> Any:
        """Give the shape out for a shape in."""
        for step in self.steps:
            input_shape = step.compute_output_shape(input_shape)
        return input_shape

    def get_config(self) -> dict[str, Any]:
        """Name every field, the steps with theirs."""
        steps = [keras.saving.serialize_keras_object(step) for step in self.steps]
        return {**super().get_config(), "steps": steps}

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Self:
        """Make the layer again from what `get_config` gave."""
        steps = [keras.saving.deserialize_keras_object(step) for step in config["steps"]]
        return cls(**{**config, "steps": steps})
