"""The confusion figure: which classes were taken for which, from a matrix of counts."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.colors import LinearSegmentedColormap, PowerNorm
from matplotlib.figure import Figure
from matplotlib.image import AxesImage
from matplotlib.ticker import FixedLocator, NullLocator

from resnets.errors import UsageError
from resnets.reports.figure import GRID, INK, QUIET, save, shown, style

NAME_LIMIT = 24  # characters of a class name
COUNTED = 20  # classes up to which each cell has its count
NAMED = 120  # classes up to which each one has its name; beyond, every second, third, ...

_COLORS = LinearSegmentedColormap.from_list("shares", ["#ffffff", "#b9d5f2", "#1769c2", "#0b2f5c"])


def confusion(
    matrix: np.ndarray, classes: Sequence[str], folder: Path, name: str = "confusion"
) -> list[Path]:
    """Draw a confusion matrix into `<name>.svg` and `<name>.png`.

    Args:
        matrix: (K, K) counts of pictures; rows are true classes, columns the net's answers.
        classes: the K names, as they are; they may be long and hold anything.
        folder: made where it is missing.
        name: of the two files.

    Returns:
        The two files.

    Raises:
        UsageError: the matrix is not (K, K) counts.
        OSError: the folder cannot be made or written.
    """
    counts = np.asarray(matrix)
    if not classes or counts.shape != (len(classes), len(classes)) or counts.min() < 0:
        raise UsageError(
            f"a confusion matrix of {len(classes)} classes has as many rows and columns of counts",
            received=f"shape {counts.shape}, smallest {counts.min(initial=0)}",
            hint="count by true class (rows) and answer (columns)",
        )
    names = [shown(text, NAME_LIMIT) for text in classes]
    with style(*names):
        return save(draw(counts, names), folder, name, fit=True)


def draw(counts: np.ndarray, names: Sequence[str]) -> Figure:
    """Make the figure; the colour of a cell is its share of its row, of the true class.

    Args:
        counts: (K, K), 0 or more.
        names: K, shown as they are.
    """
    classes = len(names)
    side = _side(classes)
    figure = Figure(figsize=(side + 4, side + 4))
    box = (2 / (side + 4), 2 / (side + 4), side / (side + 4), side / (side + 4))
    axes = figure.add_axes(box)
    totals = counts.sum(axis=1, keepdims=True)
    shares = np.divide(counts, totals, out=np.zeros(counts.shape), where=totals > 0)
    # The root shows a share of 1 % beside one of 100 %, and errors are mostly small shares.
    # A viewer scales the K x K picture itself, so that cells of an SVG keep sharp edges.
    image = axes.imshow(
        shares, cmap=_COLORS, norm=PowerNorm(0.5, 0, 1), interpolation="none", aspect="equal"
    )
    _frame(axes, classes)
    _name_classes(axes, names, side / classes)
    _write_title(axes, counts)
    if classes <= COUNTED:
        _write_counts(axes, counts, shares, side / classes)
    _add_scale(figure, box, image, side)
    return figure


def _side(classes: int) -> float:
    """Give the matrix's side in inches: cells for numbers, cells for colour, then no larger."""
    if classes <= COUNTED:
        return max(2.2, min(0.62 * classes, 4.0 + 0.22 * classes))
    return min(8.4 + 0.06 * (classes - COUNTED), 14.4)


def _frame(axes: Axes, classes: int) -> None:
    axes.spines[:].set_visible(True)
    edges = FixedLocator((np.arange(1, classes) - 0.5).tolist())
    for axis in (axes.xaxis, axes.yaxis):
        axis.set_minor_locator(edges if classes <= NAMED else NullLocator())
    axes.grid(which="minor", color=GRID, linewidth=0.8 if classes <= COUNTED else 0.3)
    axes.tick_params(which="minor", length=0)
    axes.tick_params(which="major", length=2)


def _name_classes(axes: Axes, names: Sequence[str], cell: float) -> None:
    every = math.ceil(len(names) / NAMED)
    places = range(0, len(names), every)
    size = max(5.0, min(9.0, 72 * cell * every * 0.72))
    axes.set_xticks(places, [names[place] for place in places], fontsize=size, color=INK)
    axes.set_yticks(places, [names[place] for place in places], fontsize=size, color=INK)
    longest = max(len(name) for name in names)
    if longest * size * 0.62 > 72 * cell:  # 0.62 em: a wide letter; names would run together
        axes.tick_params(axis="x", labelrotation=90)
    axes.set_xlabel("answer", labelpad=8)
    axes.set_ylabel("true class", labelpad=8)


def _write_title(axes: Axes, counts: np.ndarray) -> None:
    pictures = int(counts.sum())
    noun = "picture" if pictures == 1 else "pictures"
    right = f", {100 * np.trace(counts) / pictures:.1f} % right" if pictures else ""
    axes.set_title(f"{pictures:,} {noun}{right}", fontsize=11, fontweight="bold", pad=10)


def _write_counts(axes: Axes, counts: np.ndarray, shares: np.ndarray, cell: float) -> None:
    digits = max(2, len(str(int(counts.max()))))
    size = min(10.0, 72 * cell * 0.85 / (0.64 * digits))
    for (row, column), count in np.ndenumerate(counts):
        dark = shares[row, column] > 0.3
        color = "white" if dark else INK if count else "#c3ccd4"
        text = str(int(count))
        axes.text(column, row, text, ha="center", va="center", fontsize=size, color=color)


def _add_scale(
    figure: Figure, box: tuple[float, float, float, float], image: AxesImage, side: float
) -> None:
    left, bottom, width, height = box
    inch = width / side
    tall = min(height, 2.4 * inch)
    axes = figure.add_axes((left + width + 0.2 * inch, bottom + height - tall, 0.1 * inch, tall))
    scale = figure.colorbar(image, cax=axes, ticks=[0, 0.01, 0.05, 0.25, 0.5, 1])
    scale.ax.set_yticklabels(["0", "1 %", "5 %", "25 %", "50 %", "100 %"])
    scale.ax.tick_params(length=2, labelsize=7.5)
    scale.set_label("share of the true class", color=QUIET, fontsize=8)
    scale.outline.set_visible(False)
