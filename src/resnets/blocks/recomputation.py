"""Layers whose inner results may be computed again in the backward pass: time for memory."""

from __future__ import annotations

from typing import Any

import keras

from resnets import kernels


class Recomputable(keras.layers.Layer):
    """A layer made of layers, which can do with its input alone until the backward pass.

    The switch `recompute` is set on a built net, is obeyed in training alone, and is in no config:
    what is cloned, folded or loaded from a file has it off. Subclasses have `compute` in place of
    `call`, and hand its `training` on to their parts: the second time, no outer layer tells them.
    """

    def __init__(self, **options: Any) -> None:
        # There is nothing here to cast: inputs are cast by the parts that take them, and variables
        # have to be read below as they are, not as a part with mixed precision would see them.
        super().__init__(autocast=False, **options)
        self.recompute = False

    def compute(self, x: Any, training: bool | None = None) -> Any:
        """Compute the layer, as `call` does elsewhere."""
        raise NotImplementedError

    def call(self, x: Any, training: bool | None = None) -> Any:
        """Compute the layer, and in training, where it is asked for, twice."""
        if self.recompute and training:
            return recomputed(self, x)
        return self.compute(x, training)


def recomputed(layer: Recomputable, x: Any) -> Any:
    """Compute a layer in training, keeping nothing but its input for the backward pass.

    What computes twice must not assign: moving statistics would move twice, the second pass would
    draw other random numbers than the first, and JAX would find its tracers outside of their
    trace. So both passes start from the same values of all variables and give the new ones as
    results, which are assigned once, out here.
    """
    trained, kept = layer.trainable_variables, layer.non_trainable_variables
    # Copies, since PyTorch assigns in place, and the second pass is still to come.
    before = [keras.ops.copy(variable.value) for variable in kept]
    changed: list[keras.Variable] = []

    def compute(x: Any, *values: Any) -> tuple[Any, ...]:
        given = [*zip(trained, values, strict=True), *zip(kept, before, strict=True)]
        with keras.StatelessScope(state_mapping=given) as scope:
            old = [scope.get_current_value(variable) for variable in kept]
            y = layer.compute(x, training=True)
        new = [scope.get_current_value(variable) for variable in kept]
        moved = [after is not first for first, after in zip(old, new, strict=True)]
        changed[:] = [variable for variable, is_new in zip(kept, moved, strict=True) if is_new]
        results = [value for value, is_new in zip(new, moved, strict=True) if is_new]
        return (y, *map(keras.ops.stop_gradient, results))

    y, *results = kernels.recompute(compute, x, *(variable.value for variable in trained))
    for variable, value in zip(changed, results, strict=True):
        variable.assign(value)
    return y
