"""The numbers that are drawn are the numbers of the rows."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D

from resnets.reports import curves
from resnets.reports.curves import draw
from resnets.reports.figure import ACCENT, style

ROWS: list[dict[str, Any]] = [
    {"step": 10, "epoch": 1, "loss": 1.5, "error": 0.5, "learning_rate": 0.1},
    {
        "step": 20,
        "epoch": 2,
        "loss": 1.0,
        "error": 0.25,
        "learning_rate": 0.05,
        "val_loss": 1.25,
        "val_error": 0.125,
    },
    {"step": 30, "epoch": 3, "loss": 0.5, "error": 0.125, "learning_rate": 0.0},
    {
        "step": 40,
        "epoch": 4,
        "loss": 0.25,
        "error": 0.0625,
        "learning_rate": 0.0,
        "val_loss": 0.75,
        "val_error": 0.1875,
    },
]
DIVERGED = {"step": 41, "loss": "nan", "learning_rate": 0.1, "diverged": ["a.jpg"]}


def drawn(rows: list[Any], title: str = "run") -> Figure:
    with style(title):
        return draw(rows, title)


def lines(figure: Figure) -> dict[str, Line2D]:
    return {str(line.get_gid()): line for axes in figure.axes for line in axes.lines}


def points(line: Line2D) -> list[tuple[float, float]]:
    x, y = np.asarray(line.get_data(), dtype=float).tolist()
    return list(zip(x, y, strict=True))


def label_heights(axes: Axes) -> dict[str, float]:
    return {text.get_text(): text.get_position()[1] for text in axes.texts}


def test_lines_hold_the_rows_numbers_with_errors_in_percent() -> None:
    found = {name: points(line) for name, line in lines(drawn(ROWS)).items()}
    assert found == {
        "loss": [(1, 1.5), (2, 1.0), (3, 0.5), (4, 0.25)],
        "val_loss": [(2, 1.25), (4, 0.75)],
        "error": [(1, 50), (2, 25), (3, 12.5), (4, 6.25)],
        "val_error": [(2, 12.5), (4, 18.75)],
        "best": [(2, 12.5)],
        "learning_rate": [(1, 0.1), (2, 0.05), (3, 0), (4, 0)],
    }


def test_only_val_has_the_accent_colour() -> None:
    coloured = {name for name, line in lines(drawn(ROWS)).items() if line.get_color() == ACCENT}
    assert coloured == {"val_loss", "val_error", "best"}


def test_the_best_val_error_is_written_with_its_epoch() -> None:
    error = drawn(ROWS).axes[1]
    assert error.get_title(loc="right") == "best val 12.50 % in epoch 2"


def test_of_equal_bests_the_first_is_marked() -> None:
    rows = [ROWS[1], ROWS[3] | {"val_error": 0.125}]
    assert points(lines(drawn(rows))["best"]) == [(2, 12.5)]


def test_without_val_nothing_speaks_of_it() -> None:
    figure = drawn([ROWS[0], ROWS[2]])
    assert set(lines(figure)) == {"loss", "error", "learning_rate"}
    assert [text.get_text() for axes in figure.axes for text in axes.texts] == ["train", "train"]


def test_labels_stand_at_their_lines_ends_and_apart() -> None:
    near = [ROWS[3] | {"loss": 1.0, "val_loss": 1.001}]
    heights = label_heights(drawn(near).axes[0])
    assert heights["val"] - heights["train"] == pytest.approx(0.075)
    far = label_heights(drawn(ROWS).axes[0])
    assert far["train"] == pytest.approx(0.25 / (1.06 * 1.5))
    assert far["val"] == pytest.approx(0.75 / (1.06 * 1.5))


@pytest.mark.parametrize(("last", "scale"), ((0.06, "linear"), (0.05, "log"), (0.0, "linear")))
def test_loss_is_logarithmic_from_thirtyfold_on(last: float, scale: str) -> None:
    loss = drawn([ROWS[0], ROWS[2] | {"loss": last}]).axes[0]
    assert loss.get_yscale() == scale


def test_one_epoch_is_a_dot_above_a_whole_number() -> None:
    figure = drawn(ROWS[:1])
    assert lines(figure)["loss"].get_marker() == "o"
    first, last = figure.axes[0].get_xlim()
    assert [tick for tick in figure.axes[0].get_xticks() if first <= tick <= last] == [1]


def test_a_perfect_net_is_drawn(tmp_path: Path) -> None:
    zero = {"epoch": 1, "loss": 0, "error": 0, "learning_rate": 0, "val_error": 0, "val_loss": 0}
    assert len(curves([zero], tmp_path, "run")) == 2


def test_files_are_written_and_repeat(tmp_path: Path) -> None:
    rows = [*ROWS, DIVERGED, {"note": "another kind of row"}, {"epoch": 5, "loss": float("nan")}]
    first = curves(rows, tmp_path / "a" / "figures", "run $x$\n\x1b[2J")
    second = curves(ROWS, tmp_path / "b", "run $x$\n\x1b[2J")
    assert [path.name for path in first] == ["curves.svg", "curves.png"]
    assert [path.read_bytes() for path in first] == [path.read_bytes() for path in second]
    assert rb"run $x$\x0a\x1b[2J" in first[0].read_bytes()


@pytest.mark.parametrize("rows", ([], [DIVERGED], [{"step": 3, "epoch": 1}]))
def test_without_an_ended_epoch_nothing_is_written(tmp_path: Path, rows: list[Any]) -> None:
    assert curves(rows, tmp_path / "figures", "run") == []
    assert not (tmp_path / "figures").exists()
