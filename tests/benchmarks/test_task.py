"""The task that one process is given."""

from __future__ import annotations

import json

import numpy as np

from resnets.benchmarks.task import Task


def test_it_goes_through_json_and_names_the_policy() -> None:
    task = Task("infer", "resnet18", 64, 2, "bfloat16", "eager", "PyTorch", "folder", 7)
    assert Task.from_json(json.loads(json.dumps(task.to_json()))) == task
    assert task.policy == "mixed_bfloat16"
    assert Task("infer", "resnet18", 64, 2, "float32", "", "").policy == "float32"


def test_all_peers_see_the_same_batch() -> None:
    task = Task("train", "resnet20", 8, 25, "float32", "", "resnets")
    pixels, labels = task.pixels_and_labels()
    assert (pixels.shape, pixels.dtype) == ((25, 8, 8, 3), np.uint8)
    assert labels.tolist() == [*range(10), *range(10), 0, 1, 2, 3, 4]
    np.testing.assert_array_equal(pixels, task.pixels_and_labels()[0])
