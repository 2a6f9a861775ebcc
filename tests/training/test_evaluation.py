"""Figures of an evaluation worked by hand."""

import numpy as np
import pytest

from resnets.training.evaluation import (
    calibration_error,
    confusion_of,
    cross_entropy,
    error_of,
    judge,
    probabilities_of,
    top_error,
)

# Four pictures, three classes; answers 0, 1, 1, 2 where 0, 1, 2, 2 is true.
LOGITS = np.log(
    np.array([[0.6, 0.3, 0.1], [0.2, 0.7, 0.1], [0.1, 0.5, 0.4], [0.05, 0.05, 0.9]], "float32")
)
LABELS = np.array([0, 1, 2, 2])


def test_error_is_the_share_answered_wrong() -> None:
    assert error_of(LOGITS, LABELS) == 0.25


def test_cross_entropy_is_the_mean_of_minus_log() -> None:
    expected = -np.log([0.6, 0.7, 0.4, 0.9]).mean()
    assert cross_entropy(LOGITS, LABELS) == pytest.approx(expected, abs=1e-6)


def test_cross_entropy_of_huge_logits_stays_finite() -> None:
    assert cross_entropy(np.array([[1e30, 0.0]]), np.array([0])) == 0.0


def test_top_two_forgives_the_second_place() -> None:
    assert top_error(LOGITS, LABELS, 2) == 0.0
    assert top_error(LOGITS, LABELS, 1) == 0.25


def test_confusion_counts_by_truth_and_answer() -> None:
    assert confusion_of(LOGITS, LABELS).tolist() == [[1, 0, 0], [0, 1, 0], [0, 1, 1]]


def test_calibration_error_is_the_weighted_gap() -> None:
    # confidences 0.6, 0.7, 0.5, 0.9 in ten bins of their own: gaps 0.4, 0.3, 0.5, 0.1
    found = calibration_error(probabilities_of(LOGITS), LABELS, bins=10)
    assert found == pytest.approx((0.4 + 0.3 + 0.5 + 0.1) / 4, abs=1e-6)


def test_gaps_in_one_bin_cancel_and_in_two_they_do_not() -> None:
    sure = np.array([[0.75, 0.25]] * 4)
    assert calibration_error(sure, np.array([0, 0, 0, 1]), bins=10) == pytest.approx(0.0)


def test_balanced_error_gives_each_class_one_vote() -> None:
    found = judge(LOGITS, LABELS, ("a", "b", "c"))
    assert found.balanced_error == pytest.approx((0 + 0 + 0.5) / 3)
    assert [row["error"] for row in found.per_class] == [0.0, 0.0, 0.5]
    assert found.top5_error is None


def test_a_class_without_pictures_has_no_error_and_no_vote() -> None:
    found = judge(LOGITS[:2], LABELS[:2], ("a", "b", "c"))
    assert found.per_class[2] == {"class": "c", "pictures": 0, "error": None}
    assert found.balanced_error == 0.0


def test_top5_is_told_from_six_classes_on() -> None:
    logits = np.arange(12, dtype="float32").reshape(2, 6)  # the order of answers is 5, 4, ..., 0
    found = judge(logits, np.array([0, 1]), tuple("abcdef"))
    assert found.top5_error == 0.5
