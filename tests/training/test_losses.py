"""Cross-entropy worked by hand, and Keras's own where it has one."""

import keras
import numpy as np
import pytest

from resnets.training.losses import CrossEntropy

LOGITS = np.log(np.array([[0.7, 0.2, 0.1], [0.1, 0.1, 0.8]], "float32"))


@pytest.mark.core
def test_without_smoothing_it_is_minus_log_of_the_labels_probability() -> None:
    loss = CrossEntropy(reduction=None)(np.array([0, 1]), LOGITS)
    assert np.allclose(keras.ops.convert_to_numpy(loss), [-np.log(0.7), -np.log(0.1)], atol=1e-6)


@pytest.mark.core
def test_smoothing_equals_keras_on_one_hot_labels() -> None:
    labels = np.array([0, 2])
    ours = CrossEntropy(0.1)(labels, LOGITS)
    one_hot = np.eye(3, dtype="float32")[labels]
    theirs = keras.losses.CategoricalCrossentropy(from_logits=True, label_smoothing=0.1)
    assert float(ours) == pytest.approx(float(theirs(one_hot, LOGITS)), abs=1e-6)


def test_the_config_is_complete() -> None:
    loss = CrossEntropy.from_config(CrossEntropy(0.25, name="smooth").get_config())
    assert (loss.smoothing, loss.name) == (0.25, "smooth")
