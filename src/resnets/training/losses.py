"""Cross-entropy of integer labels and logits, with smoothing of the labels."""

from __future__ import annotations

from typing import Any

import keras
from keras import ops


@keras.saving.register_keras_serializable(package="resnets")
class CrossEntropy(keras.losses.Loss):
    """Softmax cross-entropy where each label gives a share to all classes alike.

    Label smoothing is Szegedy et al. 2016, section 7 (arXiv:1512.00567). Keras smooths one-hot
    labels only, and ours stay numbers.

    Args:
        smoothing: share of each label spread over all K classes, at least 0 and below 1.
        **options: what `keras.losses.Loss` takes besides.
    """

    def __init__(self, smoothing: float = 0.0, name: str = "cross_entropy", **options: Any) -> None:
        super().__init__(name=name, **options)
        self.smoothing = smoothing

    def call(self, y_true: Any, y_pred: Any) -> Any:
        """Give the loss of each picture.

        Args:
            y_true: (N,) whole numbers in 0...K-1.
            y_pred: (N, K) logits.

        Returns:
            (N,) in nats, at least 0.
        """
        scores = ops.log_softmax(y_pred, axis=-1)  # (N, K)
        places = ops.cast(ops.reshape(y_true, (-1,)), "int32")  # Keras hands labels on as floats
        chosen = ops.one_hot(places, y_pred.shape[-1], dtype=scores.dtype)  # (N, K)
        labels = chosen * (1.0 - self.smoothing) + self.smoothing / y_pred.shape[-1]  # (N, K)
        return -ops.sum(labels * scores, axis=-1)  # (N,)

    def get_config(self) -> dict[str, Any]:
        """Tell every setting, as the constructor takes it."""
        return {**super().get_config(), "smoothing": self.smoothing}
