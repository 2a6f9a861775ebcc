"""A peer's process: what it repeats, and that its answer stands alone on stdout."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from resnets.benchmarks import worker
from resnets.benchmarks.peers import PEERS, environment
from resnets.benchmarks.rounds import SOURCE
from resnets.benchmarks.task import Task

PROBE = """
import os, sys
print(os.environ.get("TF_ENABLE_ONEDNN_OPTS"), file=sys.stderr)
prepare = lambda task: lambda: 1
"""
CALL = """
import json, sys
from resnets.benchmarks import worker
from resnets.benchmarks.task import Task
task = Task("train", "resnet20", 8, 1, "float32", "", "")
sys.argv = ["worker", "probe", json.dumps(task.to_json())]
real = worker.importlib.import_module
worker.importlib.import_module = lambda name: real(name.replace(".", "_"))
worker.main()
"""


def clean() -> dict[str, str]:
    return {k: v for k, v in os.environ.items() if k != "TF_ENABLE_ONEDNN_OPTS"}


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


def test_stock_keras_meets_tensorflow_without_our_switch(tmp_path: Path) -> None:
    """What `import resnets` has set is gone by the time that the peer's code is loaded."""
    (tmp_path / "resnets_benchmarks_probe.py").write_text(PROBE)
    stock = next(peer for peer in PEERS if peer.name == "stock Keras")
    ours = next(peer for peer in PEERS if peer.name == "resnets")
    seen = []
    for peer in (stock, ours):
        variables = environment(peer, f"{SOURCE}{os.pathsep}{tmp_path}", clean())
        done = subprocess.run(
            [sys.executable, "-c", CALL],
            env=variables,
            capture_output=True,
            text=True,
            check=True,
        )
        seen.append(done.stderr.strip().splitlines()[-1])
    assert seen == ["None", "1"]


def test_its_answer_is_one_line_of_json() -> None:
    task = Task("start", "resnet20", 32, 1, "float32", "--help", "resnets")
    command = [sys.executable, "-m", "resnets.benchmarks.worker", "start"]
    done = subprocess.run(
        [*command, json.dumps(task.to_json())], capture_output=True, text=True, check=True
    )
    answer = json.loads(done.stdout)
    assert answer["pictures"] == 1
    assert answer["versions"] == {}  # neither Keras nor an engine is in that process
    assert worker.FEWEST <= len(answer["seconds"]) <= worker.MOST
