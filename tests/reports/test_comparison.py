"""Ratios are drawn where they are, in colours that say who is the faster, with their labels."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from matplotlib.figure import Figure

from resnets.errors import UsageError
from resnets.reports import Ratio, comparison
from resnets.reports.comparison import SLOWER, draw
from resnets.reports.figure import ACCENT, style

GROUPS = [
    ("train", [Ratio("a / b", 1.5, 2.0, 2.5), Ratio("a / c", 0.5, 0.8, 1.25)]),
    ("infer", [Ratio("a / d", 1.0, 1.0, 1.0)]),
]


@pytest.fixture
def figure() -> Figure:
    with style():
        return draw(GROUPS, "Title", "times")


def test_dots_and_ranges_are_the_ratios(figure: Figure) -> None:
    (axes,) = figure.axes
    drawn = {}
    for line in axes.lines:
        x, y = np.asarray(line.get_data(), dtype=float).tolist()
        drawn.setdefault(str(line.get_gid()), []).append((x, y[0]))
    assert drawn["a / b"] == [([2.0], 1.0)]
    assert drawn["a / c"] == [([0.8], 2.0)]
    assert drawn["a / d"] == [([1.0], 4.0)]  # below a heading of its own
    assert [x for x, _ in drawn["range"]] == [[1.5, 2.5], [0.5, 1.25], [1.0, 1.0]]
    assert axes.get_xscale() == "log"
    low, high = axes.get_xlim()
    assert low < 0.5
    assert high > 2.5


def test_the_slower_one_has_another_colour(figure: Figure) -> None:
    colors = {str(line.get_gid()): line.get_color() for line in figure.axes[0].lines}
    assert (colors["a / b"], colors["a / c"], colors["a / d"]) == (ACCENT, SLOWER, ACCENT)


def test_words_and_numbers_stand_in_the_row_of_their_dot(figure: Figure) -> None:
    rows = {text.get_text(): text.get_position()[1] for text in figure.axes[0].texts}
    assert rows == {
        "train": 0, "a / b": 1, "2.00": 1, "a / c": 2, "0.80": 2, "infer": 3, "a / d": 4, "1.00": 4
    }  # fmt: skip
    assert [text.get_text() for text in figure.texts] == ["Title"]


def test_both_files_are_written(tmp_path: Path) -> None:
    names = [path.name for path in comparison(GROUPS, "Title", "times", tmp_path, "speed")]
    assert names == ["speed.svg", "speed.png"]
    assert "a / c" in (tmp_path / "speed.svg").read_text()


@pytest.mark.parametrize(
    ("groups", "received"),
    (
        ([], "0 ratios, the lowest 0"),
        ([("x", [Ratio("a / b", -1.0, 1.0, 2.0)])], "1 ratios, the lowest -1"),
    ),
)
def test_what_cannot_be_drawn_is_refused(
    groups: list[tuple[str, list[Ratio]]], received: str, tmp_path: Path
) -> None:
    with pytest.raises(UsageError, match=f"received: {received}.*\n?.*hint: leave out"):
        comparison(groups, "Title", "times", tmp_path)
    assert list(tmp_path.iterdir()) == []
