"""The residual block: the activation of a shortcut plus a branch."""

from __future__ import annotations

from typing import Any, Self

import keras

from resnets.blocks.recomputation import Recomputable

_PARTS = ("branch", "shortcut", "before")


@keras.saving.register_keras_serializable(package="resnets")
class Residual(Recomputable):
    """`activation(shortcut(x) + branch(x))`, He 2015, equation 1.

    Args:
        branch: a layer; the shape of its result must be the shortcut's.
        shortcut: a layer, `keras.layers.Identity()` for x itself, or None for a plain block, which
            is `activation(branch(x))`.
        before: a layer (norm and activation) that x passes first: the pre-activation of He 2016.
        shortcut_from: what the shortcut sees of a pre-activation block: the "input" x itself, or
            the result of "before", which is what a projection takes (He 2016, appendix).
        activation: a name that Keras knows; None for pre-activation blocks, which have none.
        **options: what every Keras layer takes.
    """

    def __init__(
        self,
        branch: Any,
        shortcut: Any | None = None,
        before: Any | None = None,
        shortcut_from: str = "input",
        activation: Any = "relu",
        **options: Any,
    ) -> None:
        super().__init__(**options)
        self.branch = branch
        self.shortcut = shortcut
        self.before = before
        self.shortcut_from = shortcut_from
        self.activation = keras.activations.get(activation)

    def build(self, input_shape: Any) -> None:
        """Build the parts on the shape that each will see."""
        ready = input_shape
        if self.before is not None:
            self.before.build(input_shape)
            ready = self.before.compute_output_shape(input_shape)
        self.branch.build(ready)
        if self.shortcut is not None:
            self.shortcut.build(ready if self.shortcut_from == "before" else input_shape)

    def compute(self, x: Any, training: bool | None = None) -> Any:
        """Compute the block for x (N, H, W, C)."""
        ready = x if self.before is None else self.before(x, training=training)
        y = self.branch(ready, training=training)
        if self.shortcut is not None:
            seen = ready if self.shortcut_from == "before" else x
            y = self.shortcut(seen, training=training) + y
        return self.activation(y)

    def compute_output_shape(self, input_shape: Any) -> Any:
        """Give the shape out for a shape in."""
        if self.before is not None:
            input_shape = self.before.compute_output_shape(input_shape)
        return self.branch.compute_output_shape(input_shape)

    def parts(self) -> dict[str, Any]:
        """Name the layers it is made of; those it does without are None."""
        return {name: getattr(self, name) for name in _PARTS}

    def get_config(self) -> dict[str, Any]:
        """Name every field, the parts with theirs."""
        serialize = keras.saving.serialize_keras_object
        return {
            **super().get_config(),
            **{name: serialize(part) for name, part in self.parts().items()},
            "shortcut_from": self.shortcut_from,
            "activation": keras.activations.serialize(self.activation),
        }

    @classmethod
    def from_config(cls, config: dict[str, Any]) -> Self:
        """Make the layer again from what `get_config` gave."""
        parts = {name: keras.saving.deserialize_keras_object(config[name]) for name in _PARTS}
        return cls(**{**config, **parts})
