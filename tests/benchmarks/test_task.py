"""The task that one process is given."""

from __future__ import annotations

import json

from resnets.benchmarks.task import Task


def test_it_goes_through_json_and_names_the_policy() -> None:
    task = Task("infer", "resnet18", 64, 2, "bfloat16", "eager", "PyTorch", "folder", 7)
    assert Task.from_json(json.loads(json.dumps(task.to_json()))) == task
    assert task.policy == "mixed_bfloat16"
    assert Task("infer", "resnet18", 64, 2, "float32", "", "").policy == "float32"
