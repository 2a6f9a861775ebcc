"""Shares worked by hand, counts in their places, and names that nobody should trust."""

import itertools
from pathlib import Path

import numpy as np
import pytest
from matplotlib.figure import Figure

from resnets.errors import UsageError
from resnets.reports import confusion
from resnets.reports.confusion import draw
from resnets.reports.figure import style

COUNTS = np.array([[3, 1, 0], [0, 0, 0], [2, 0, 8]])
NAMES = ("cat", "dog", "eel")


def drawn(counts: np.ndarray, names: tuple[str, ...]) -> Figure:
    with style():
        return draw(counts, names)


def x_and_y_names(figure: Figure) -> tuple[list[str], list[str]]:
    axes = figure.axes[0]
    x, y = axes.get_xticklabels(), axes.get_yticklabels()
    return [text.get_text() for text in x], [text.get_text() for text in y]


def test_colours_are_shares_of_the_true_class_and_empty_rows_are_zero() -> None:
    shares = drawn(COUNTS, NAMES).axes[0].images[0].get_array()
    assert shares is not None
    assert shares.tolist() == [[0.75, 0.25, 0], [0, 0, 0], [0.2, 0, 0.8]]


def test_each_count_stands_in_its_cell_rows_downwards() -> None:
    axes = drawn(COUNTS, NAMES).axes[0]
    written = {text.get_position(): text.get_text() for text in axes.texts}
    assert len(written) == 9
    assert (written[1, 0], written[0, 1], written[0, 2]) == ("1", "0", "2")  # (column, row)
    assert axes.yaxis_inverted()


def test_rows_are_true_and_columns_answers() -> None:
    figure = drawn(COUNTS, NAMES)
    assert x_and_y_names(figure) == (list(NAMES), list(NAMES))
    assert figure.axes[0].get_ylabel() == "true class"
    assert figure.axes[0].get_xlabel() == "answer"


@pytest.mark.parametrize(
    ("counts", "title"),
    (
        (COUNTS, "14 pictures, 78.6 % right"),
        (np.diag([1, 0, 0]), "1 picture, 100.0 % right"),
        (np.zeros((3, 3), int), "0 pictures"),
    ),
)
def test_the_title_counts(counts: np.ndarray, title: str) -> None:
    assert drawn(counts, NAMES).axes[0].get_title(loc="left") == title


@pytest.mark.parametrize(
    ("classes", "counts", "names"), ((20, 400, 20), (21, 0, 21), (100, 0, 100), (300, 0, 100))
)
def test_counts_up_to_20_classes_and_names_thinned_from_120(
    classes: int, counts: int, names: int
) -> None:
    figure = drawn(np.eye(classes, dtype=int), tuple(f"class {i}" for i in range(classes)))
    assert len(figure.axes[0].texts) == counts
    assert [len(side) for side in x_and_y_names(figure)] == [names, names]


def test_names_do_not_run_into_each_other() -> None:
    names = tuple(f"a rather long name {i}" for i in range(10))
    with style():
        figure = draw(np.eye(10, dtype=int), names)
        figure.draw_without_rendering()
        boxes = [label.get_window_extent() for label in figure.axes[0].get_xticklabels()]
    assert all(left.x1 < right.x0 for left, right in itertools.pairwise(boxes))


def test_untrusted_names_are_one_line_of_text(tmp_path: Path) -> None:
    names = ("$\\frac$ a\n", "<script>\x1b[2J", "b" * 200)
    svg = confusion(COUNTS, names, tmp_path)[0].read_text(encoding="utf-8")
    assert svg.count("$\\frac$ a\\x0a<") == 2  # once a side
    assert svg.count("&lt;script&gt;\\x1b[2J<") == 2
    assert svg.count("bbbbbbbbbb...bbbbbbbbbb<") == 2
    assert "<script" not in svg


def test_files_are_named_and_repeat(tmp_path: Path) -> None:
    first = confusion(COUNTS, NAMES, tmp_path / "a" / "b", name="confusion-test")
    second = confusion(COUNTS, NAMES, tmp_path / "c", name="confusion-test")
    assert [path.name for path in first] == ["confusion-test.svg", "confusion-test.png"]
    assert [path.read_bytes() for path in first] == [path.read_bytes() for path in second]


@pytest.mark.parametrize(
    ("matrix", "received"),
    (
        (np.zeros((2, 2)), "shape (2, 2), smallest 0.0"),
        (np.zeros((3, 2)), "shape (3, 2), smallest 0.0"),
        (-COUNTS, "shape (3, 3), smallest -8"),
    ),
)
def test_what_is_no_matrix_of_counts_is_refused(
    tmp_path: Path, matrix: np.ndarray, received: str
) -> None:
    with pytest.raises(UsageError, match="confusion matrix of 3 classes") as error:
        confusion(matrix, NAMES, tmp_path / "figures")
    assert error.value.received == received
    assert error.value.hint == "count by true class (rows) and answer (columns)"
    assert not (tmp_path / "figures").exists()
