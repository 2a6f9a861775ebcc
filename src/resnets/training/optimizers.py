"""The papers' optimizer: SGD whose weight decay is part of the gradient."""

from __future__ import annotations

from typing import Any, Literal

import keras
from keras import ops

Touched = Literal["kernels", "all"]


@keras.saving.register_keras_serializable(package="resnets")
class CoupledSGD(keras.optimizers.SGD):
    """SGD with momentum where weight decay is an L2 penalty, as the papers have it.

    The decay joins the gradient and so goes through the momentum. Keras's own
    `SGD(weight_decay=...)` subtracts it from the weights beside the momentum instead, which with
    momentum 0.9 is about ten times weaker at the same number.

    Args:
        learning_rate: a number or a schedule.
        momentum: share of the last update that is kept, 0...1.
        nesterov: look ahead along the momentum.
        penalty: L2 coefficient; its gradient, penalty · w, is what is added.
        touches: `kernels` leaves batch normalisation and biases alone; `all` spares nothing, as
            Caffe did for the papers.
        **options: what `keras.optimizers.SGD` takes besides.
    """

    def __init__(
        self,
        learning_rate: Any = 0.1,
        momentum: float = 0.9,
        nesterov: bool = False,
        penalty: float = 0.0,
        touches: Touched = "kernels",
        **options: Any,
    ) -> None:
        super().__init__(learning_rate, momentum=momentum, nesterov=nesterov, **options)
        self.penalty = penalty
        self.touches = touches

    def apply(self, grads: Any, trainable_variables: Any = None) -> Any:
        """Move every variable along its gradient and the penalty's."""
        variables = (
            self._trainable_variables if trainable_variables is None else trainable_variables
        )
        if self.penalty:
            grads = [
                gradient + self.penalty * ops.cast(variable, gradient.dtype)
                if gradient is not None and touched(variable, self.touches)
                else gradient
                for gradient, variable in zip(grads, variables, strict=True)
            ]
        return super().apply(grads, trainable_variables)

    def get_config(self) -> dict[str, Any]:
        """Tell every setting, as the constructor takes it."""
        return {**super().get_config(), "penalty": self.penalty, "touches": self.touches}


def touched(variable: Any, touches: Touched) -> bool:
    """Tell whether decay acts on a variable: on kernels, or on whatever is trained."""
    return touches == "all" or str(variable.path).endswith("kernel")
