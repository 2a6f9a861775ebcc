"""The examples run, and the walk stays one page."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest


def run(script: Path, place: Path) -> str:
    done = subprocess.run(
        [sys.executable, str(script)], cwd=place, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_walk_is_at_most_sixty_lines(root: Path) -> None:
    assert len((root / "examples" / "walk.py").read_text().splitlines()) <= 60


@pytest.mark.slow
def test_the_walk_goes_through_every_station(root: Path, tmp_path: Path) -> None:
    said = run(root / "examples" / "walk.py", tmp_path)
    stations = ("source", "split", "batch", "net", "recipe", "run", "judged", "answer")
    places = [said.index(f"{station:<9}") for station in stations]
    assert places == sorted(places)
    found = re.search(r"error ([\d.]+)% of \d+ test pictures", said)
    assert found is not None
    assert float(found[1]) <= 15  # of ten digits, 90 would be chance
    assert (tmp_path / "runs" / "resnet20.quick_digits_s0" / "best" / "manifest.json").exists()


@pytest.mark.slow
def test_the_demonstration_ends_with_error_and_path(root: Path, tmp_path: Path) -> None:
    last = run(root / "examples" / "demo.py", tmp_path).splitlines()[-1]
    found = re.search(r"test error ([\d.]+) %", last)
    assert found is not None
    assert float(found[1]) <= 2.0
    assert (tmp_path / last.rpartition("run folder ")[2]).is_dir()
