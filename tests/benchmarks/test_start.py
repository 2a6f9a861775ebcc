"""Starts: whole commands, and one that fails is no time."""

from __future__ import annotations

import subprocess

import pytest

from resnets.benchmarks import start
from resnets.benchmarks.task import Task


def test_a_command_counts_as_one() -> None:
    assert start.prepare(Task("start", "resnet20", 32, 1, "float32", "--help", "resnets"))() == 1


def test_a_command_that_fails_is_not_timed() -> None:
    nowhere = Task(
        "start", "resnet20", 32, 1, "float32", "predict", "resnets", "no run\nno picture"
    )
    with pytest.raises(subprocess.CalledProcessError):
        start.prepare(nowhere)()
