"""A whole training: what it counts is its second epoch, in pictures and in seconds."""

from __future__ import annotations

import pytest

from resnets.benchmarks import whole
from resnets.benchmarks.task import Task


@pytest.mark.slow
def test_it_counts_the_second_epoch_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(whole, "STEPS", 4)
    found = whole.measure(Task("whole", "resnet20", 16, 8, "float32", "", "resnets"))
    (seconds,) = found["seconds"]
    steps = found["pictures"] / 8
    assert steps == pytest.approx(round(steps), abs=0.05 * steps)  # the speed is kept rounded
    assert 2 <= round(steps) <= 5  # 45 pictures, less a fifth or so for val and test
    assert seconds > 0


def test_drawn_pixels_leave_enough_to_train_on() -> None:
    pixels, labels = whole._pixels(Task("whole", "resnet20", 8, 10, "float32", "", "resnets"))
    assert pixels.shape == (571, 8, 8, 3)  # 40 steps of 10, with 30 % for val and test
    assert set(labels) == set(range(10))
