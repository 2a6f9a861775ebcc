"""Growth: every point once, kept at once, and nothing measured that is known."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path
from typing import Any

import pytest

from resnets.benchmarks import growth
from resnets.benchmarks.growth import AXES, grow, measured, position, read, write
from resnets.benchmarks.point import Point
from resnets.errors import UnknownNameError

FOUND = {"seconds": {"step": 0.25}, "peak": 3 * 2**20}


@pytest.fixture
def turns(monkeypatch: pytest.MonkeyPatch) -> list[Point]:
    """Measure nothing, and remember for what it would have been."""
    asked: list[Point] = []

    def measure(point: Point) -> dict[str, Any]:
        asked.append(point)
        return dict(FOUND)

    monkeypatch.setattr(growth, "measured", measure)
    return asked


def test_the_axes_reach_as_far_as_promised() -> None:
    ends = {name: (axis.points[0].value, axis.points[-1].value) for name, axis in AXES.items()}
    assert ends == {
        "depth": (20, 1202),
        "width": (16, 256),
        "size": (32, 448),
        "classes": (2, 10_000),
        "pictures": (1_000, 1_000_000),
    }
    assert all(point.axis == name for name, axis in AXES.items() for point in axis.points)
    assert [point.net for point in AXES["depth"].points][-1] == "resnet1202"
    assert [point.classes for point in AXES["classes"].points] == [2, 10, 100, 1_000, 10_000]
    assert [point.size for point in AXES["size"].points] == [32, 64, 112, 224, 448]


def test_costs_are_compared_with_what_there_is_more_of() -> None:
    assert position(Point("depth", 56, "resnet56")) == 54
    assert position(Point("size", 64, size=64)) == 4096
    assert position(Point("classes", 10, classes=10)) == 10
    plain, wide = (position(Point("width", width, width=width)) for width in (16, 32))
    blocks = 16 * 2_359_296 + 2 * 1_179_648  # 3x3 over 16 x 16 channels of 1,024 places, or half
    assert plain == 442_368 + blocks + 640
    assert 3.9 < wide / plain < 4  # all but the first convolution and the head grow fourfold


def test_every_point_is_kept_as_soon_as_it_is_there(turns: list[Point]) -> None:
    kept: list[int] = []
    said: list[str] = []
    points = grow(["depth"], say=said.append, keep=lambda points: kept.append(len(points)))
    assert [point.value for point in turns] == [20, 32, 44, 56, 110, 1202]
    assert kept == [1, 2, 3, 4, 5, 6]
    assert points[0]["x"] == 18
    assert points[0]["seconds"] == {"step": 0.25}
    assert {"cpu", "cores", "with", "date"} <= points[0].keys()
    assert said[-1] == "depth 1,202: step 0.25 s, 3 MiB"


def test_known_points_are_not_measured_again(turns: list[Point]) -> None:
    first = grow(["depth"], say=[].append)
    assert len(turns) == 6
    again = grow(["depth", "classes"], first, say=[].append)
    assert [point.axis for point in turns[6:]] == ["classes"] * 5
    assert again[:6] == first


def test_failed_points_and_other_machines_do_not_count(turns: list[Point]) -> None:
    first = grow(["size"], say=[].append)
    del turns[:]
    failed = {key: value for key, value in first[0].items() if key not in FOUND}
    known = [{**failed, "failure": "exit 9"}, {**first[1], "cpu": "another"}, *first[2:]]
    points = grow(["size"], known, say=[].append)
    assert [point.value for point in turns] == [32, 64]
    assert sorted(one["cpu"] == "another" for one in points) == [False] * 5 + [True]
    assert not any("failure" in one for one in points)


def test_ctrl_c_keeps_what_is_finished(monkeypatch: pytest.MonkeyPatch) -> None:
    def measure(point: Point) -> dict[str, Any]:
        if point.value == 44:
            raise KeyboardInterrupt
        return dict(FOUND)

    monkeypatch.setattr(growth, "measured", measure)
    said: list[str] = []
    points = grow(say=said.append)
    assert [one["point"]["value"] for one in points] == [20, 32]
    assert said[-1] == "interrupted: 2 finished points are kept"


def test_an_unknown_axis_is_refused() -> None:
    with pytest.raises(UnknownNameError, match=r"received: dept[\s\S]*hint: did you mean depth"):
        grow(["dept"])


def ended(code: int, out: str = "", err: str = "") -> Any:
    return lambda command, **_: subprocess.CompletedProcess(command, code, out, err)


def late(command: Any, **_: Any) -> Any:
    raise subprocess.TimeoutExpired(command, 1)


@pytest.mark.parametrize(
    ("run", "expected"),
    (
        (ended(0, '{"peak": 1}'), {"peak": 1}),
        (ended(3, "", "first\nno memory\x1b[2J\n"), {"failure": r"exit 3: no memory\x1b[2J"}),
        (ended(-9), {"failure": "exit -9: no word"}),
        (late, {"failure": "no answer within 3600 s"}),
    ),
)
def test_a_process_answers_or_says_why_not(
    run: Any, expected: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(growth.subprocess, "run", run)
    assert measured(Point("depth", 20)) == expected


def test_pictures_are_there_while_they_are_measured_with_a_cache_of_their_own(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    seen: list[Path] = []

    def run(command: list[str], env: dict[str, str], **_: Any) -> Any:
        path = Path(Point.from_json(growth.json.loads(command[-1])).archive)
        assert path.stat().st_size > 0
        assert env["XDG_CACHE_HOME"] == os.fspath(path.parent)
        assert env["RESNETS_CACHE"] == "on"
        seen.append(path)
        return subprocess.CompletedProcess(command, 0, "{}", "")

    monkeypatch.setattr("resnets.benchmarks.archive.YOUNG", 0)
    monkeypatch.setattr(growth.subprocess, "run", run)
    measured(Point("pictures", 30))
    assert not seen[0].exists()


def test_points_are_read_as_they_were_written(tmp_path: Path) -> None:
    assert read(tmp_path) == []
    write(tmp_path / "new", [FOUND])
    assert read(tmp_path / "new") == [FOUND]
