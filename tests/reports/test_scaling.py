"""The figure of a growth: lines are the numbers, the guide has slope 1, names don't collide."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from matplotlib.axes import Axes

from resnets.reports import Panel, scaling
from resnets.reports.figure import style
from resnets.reports.scaling import LABEL_GAP, draw, short

X = (10.0, 100.0, 1000.0)
TIME = Panel("Seconds", "layers", {"step": (X, (1.0, 10.0, 100.0)), "build": (X, (2.0, 9.0, 99.0))})
FLAT = Panel("Memory, MiB", "layers", {"peak": (X, (50.0, 50.0, 50.0))})


@pytest.fixture
def axes() -> list[Axes]:
    with style():
        return draw([(TIME, FLAT)], "Title").axes


def points(axes: Axes) -> dict[str, list[list[float]]]:
    return {
        str(line.get_gid()): np.asarray(line.get_data(), dtype=float).tolist()
        for line in axes.lines
    }


def test_the_lines_are_the_numbers(axes: list[Axes]) -> None:
    left, right = axes
    assert points(left)["step"] == [list(X), [1.0, 10.0, 100.0]]
    assert points(left)["build"] == [list(X), [2.0, 9.0, 99.0]]
    assert points(right)["peak"] == [list(X), [50.0, 50.0, 50.0]]
    assert [one.get_title(loc="left") for one in axes] == ["Seconds", "Memory, MiB"]
    assert {one.get_xscale() + one.get_yscale() for one in axes} == {"loglog"}


def test_the_guide_is_linear_through_the_dearest_end(axes: list[Axes]) -> None:
    assert points(axes[0])["linear"] == [[10.0, 1000.0], [1.0, 100.0]]
    assert points(axes[1])["linear"] == [[10.0, 1000.0], [0.5, 50.0]]


def test_a_flat_line_keeps_a_decade_around_it(axes: list[Axes]) -> None:
    low, high = axes[1].get_ylim()
    assert low < 50 < high
    assert high / low >= 10


def test_names_of_lines_that_end_together_stand_apart(axes: list[Axes]) -> None:
    heights = {text.get_text(): text.get_position()[1] for text in axes[0].texts}
    assert set(heights) == {"step", "build"}
    assert heights["step"] - heights["build"] >= LABEL_GAP - 1e-9


@pytest.mark.parametrize(
    ("value", "text"),
    ((0.001, "0.001"), (1, "1"), (999, "999"), (20_000, "20k"), (4.09e9, "4.09G"), (1e6, "1M")),
)
def test_numbers_of_any_size_are_short(value: float, text: str) -> None:
    assert short(value) == text


def test_both_files_are_written(tmp_path: Path) -> None:
    names = [path.name for path in scaling([(TIME, FLAT)], "Title", tmp_path, "growth")]
    assert names == ["growth.svg", "growth.png"]
    assert "Memory, MiB" in (tmp_path / "growth.svg").read_text()
