"""One point: stages noted apart with their memory, and what they work on."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from resnets.benchmarks import point, worker
from resnets.benchmarks.archive import tiny_pictures
from resnets.benchmarks.point import Point, Stages, net_point, pictures_point
from resnets.models import cost, spec_of

STAGES = ["index", "hash", "split", "plan", "decode", "first batch", "again"]


@pytest.fixture
def archive(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr("resnets.benchmarks.archive.YOUNG", 0)
    tiny_pictures(tmp_path / "p.zip", 120, 3)
    return tmp_path / "p.zip"


def test_a_stage_gives_what_its_work_gives_and_is_noted() -> None:
    stages = Stages()
    assert stages.take("one", lambda: 7) == 7
    assert stages.take("two", lambda: None) is None
    found = stages.found()
    assert list(found["seconds"]) == list(found["memory"]) == ["one", "two"]
    assert all(seconds >= 0 for seconds in found["seconds"].values())


@pytest.mark.skipif(not Path("/proc/self/clear_refs").exists(), reason="only Linux tells")
def test_memory_is_each_stages_own_peak() -> None:
    stages, size = Stages(), 64 * 2**20
    stages.take("before", lambda: None)
    stages.take("large", lambda: np.ones(size, np.uint8).sum())
    stages.take("after", lambda: None)
    memory = stages.found()["memory"]
    assert memory["large"] - memory["before"] >= 0.9 * size
    assert memory["large"] - memory["after"] >= 0.9 * size
    assert stages.found()["peak"] == memory["large"]


def test_what_the_system_does_not_tell_is_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(point, "Path", lambda name: Path("/nowhere"))
    assert point._status("VmRSS") == 0


def test_pictures_go_all_the_way_to_a_batch(archive: Path) -> None:
    found = pictures_point(Point("pictures", 120, archive=str(archive)))
    assert list(found["seconds"]) == STAGES
    assert found["peak"] == max(found["memory"][stage] for stage in STAGES[:-1])


@pytest.mark.slow
def test_a_net_is_built_and_trained(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in (("WARM", 1), ("LONG", 0.0)):
        monkeypatch.setattr(worker, name, value)
    given = Point("width", 4, width=4, size=16, batch=2, classes=5)
    found = net_point(given)
    spec = spec_of("resnet20", classes=5, input_shape=(16, 16, 3), width=4, stem_width=4)
    assert found["parameters"] == cost(spec).parameters
    assert found["steps"] == worker.FEWEST
    assert found["low"] <= found["seconds"]["step"] <= found["high"]
    assert list(found["seconds"]) == ["build", "first step", "step"]


def test_the_process_answers_with_one_line_of_json(archive: Path) -> None:
    given = json.dumps(Point("pictures", 120, archive=str(archive)).to_json())
    command = [sys.executable, "-m", "resnets.benchmarks.point", given]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert list(json.loads(done.stdout)["seconds"]) == STAGES
