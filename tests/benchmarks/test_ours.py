"""Our side of a step: what it counts, and that it trains."""

from __future__ import annotations

import keras
import numpy as np
import pytest

from resnets.benchmarks import ours
from resnets.benchmarks.task import Task

pytestmark = pytest.mark.core


@pytest.mark.parametrize("job", ("train", "infer"))
def test_its_work_counts_pictures(job: str) -> None:
    assert ours.prepare(Task(job, "resnet20", 16, 4, "float32", "", "resnets"))() == 4


def test_a_training_step_changes_the_net_and_an_answer_does_not() -> None:
    for job, changed in (("train", True), ("infer", False)):
        net = keras.Sequential([keras.Input((8, 8, 3)), keras.layers.Flatten()])
        net.add(keras.layers.Dense(10))
        before = np.array(net.get_weights()[0])
        ours.keras_work(Task(job, "resnet20", 8, 4, "float32", "", ""), net)()
        assert (net.get_weights()[0] != before).any() == changed
