"""Muon: convolutions take orthogonal steps, everything else goes by Adam."""

from __future__ import annotations

import math
from typing import Any

import keras
from keras import ops

# The quintic whose iteration pulls singular values towards 1; the constants are the author's.
_LINEAR, _CUBIC, _QUINTIC = 3.4445, -4.7750, 2.0315


def orthogonalised(matrix: Any, rounds: int) -> Any:
    """Bring all singular values of a matrix near 1.

    A Newton-Schulz iteration (Jordan 2024, kellerjordan.github.io/posts/muon): X, divided by its
    norm, becomes a X + b X XᵀX + c X (XᵀX)² again and again. Singular values of 0.03 to 1 then lie
    between 0.68 and 1.21 after three rounds, and those of 0.01 between 0.68 and 1.14 after five.

    Args:
        matrix: (rows, columns).
        rounds: of the iteration; each costs about 2 rows columns min(rows, columns) multiply-adds.
    """
    rows, columns = matrix.shape
    x = matrix / (ops.norm(matrix) + 1e-7)
    x = x if rows >= columns else ops.transpose(x)
    for _ in range(rounds):
        square = ops.matmul(ops.transpose(x), x)
        x = _LINEAR * x + ops.matmul(x, _CUBIC * square + _QUINTIC * ops.matmul(square, square))
    return x if rows >= columns else ops.transpose(x)


@keras.saving.register_keras_serializable(package="resnets")
class Muon(keras.optimizers.Adam):
    """Adam, save for convolutions' kernels: these take orthogonalised steps of momentum.

    A kernel (h, w, C, D) counts as a matrix (h w C, D). Its norm is set to √D before every step,
    for a batch normalisation follows and undoes any scale; so the learning rate is the step's
    length in units of the kernel itself, and weight decay has nothing to do.
    `keras.optimizers.Muon` leaves kernels of four dimensions to Adam.

    Args:
        learning_rate: of kernels, a number or a schedule.
        momentum: share of the last gradients that is kept, at least 0 and below 1.
        nesterov: look ahead along the momentum.
        others: Adam's learning rate for all other weights, as a factor on that of the kernels.
        rounds: of `orthogonalised`.
        **options: what `keras.optimizers.Adam` takes besides.
    """

    def __init__(
        self,
        learning_rate: Any = 0.24,
        momentum: float = 0.6,
        nesterov: bool = True,
        others: float = 0.05,
        rounds: int = 3,
        **options: Any,
    ) -> None:
        super().__init__(learning_rate, **options)
        self.momentum = momentum
        self.nesterov = nesterov
        self.others = others
        self.rounds = rounds

    def update_step(self, gradient: Any, variable: Any, learning_rate: Any) -> None:
        """Move one variable, by its kind."""
        if len(variable.shape) != 4:
            super().update_step(gradient, variable, learning_rate * self.others)
            return
        gradient = ops.cast(gradient, variable.dtype)
        kept = self._momentums[self._get_variable_index(variable)]
        self.assign(kept, kept * self.momentum + gradient)
        step = gradient + self.momentum * kept if self.nesterov else kept
        columns = variable.shape[-1]
        step = orthogonalised(ops.reshape(step, (-1, columns)), self.rounds)
        scale = math.sqrt(columns) / (ops.norm(ops.reshape(variable, (-1,))) + 1e-7)
        rate = ops.cast(learning_rate, variable.dtype)
        self.assign(variable, variable * scale - rate * ops.reshape(step, variable.shape))

    def get_config(self) -> dict[str, Any]:
        """Tell every setting, as the constructor takes it."""
        names = ("momentum", "nesterov", "others", "rounds")
        return {**super().get_config(), **{name: getattr(self, name) for name in names}}
