"""A peer's process: what it repeats, and that its answer stands alone on stdout."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from resnets.benchmarks import worker
from resnets.benchmarks.task import Task


def test_the_first_repetitions_do_not_count(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = iter(range(0, 1000, 3))
    monkeypatch.setattr("time.perf_counter", lambda: float(next(clock)))
    calls: list[int] = []

    def work() -> int:
        calls.append(1)
        return 8

    assert worker.measure(work) == {"pictures": 8, "seconds": [3.0, 3.0, 3.0]}
    assert len(calls) == worker.WARM + worker.FEWEST


def test_fast_work_is_repeated_until_it_has_lasted(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = iter(range(10_000))
    monkeypatch.setattr("time.perf_counter", lambda: next(clock) / 4)
    assert len(worker.measure(lambda: 1)["seconds"]) == 16  # of a quarter second each: 4 s
    monkeypatch.setattr("time.perf_counter", lambda: next(clock) / 10_000)
    assert len(worker.measure(lambda: 1)["seconds"]) == worker.MOST


def test_its_answer_is_one_line_of_json() -> None:
    task = Task("start", "resnet20", 32, 1, "float32", "--help", "resnets")
    command = [sys.executable, "-m", "resnets.benchmarks.worker", "start"]
    done = subprocess.run(
        [*command, json.dumps(task.to_json())], capture_output=True, text=True, check=True
    )
    answer = json.loads(done.stdout)
    assert answer["pictures"] == 1
    assert worker.FEWEST <= len(answer["seconds"]) <= worker.MOST
