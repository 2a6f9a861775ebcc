"""The curves of a run: loss, error and learning rate against epochs, in one figure."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, LogLocator, MaxNLocator, NullLocator

from resnets.reports.figure import ACCENT, INK, save, shown, style

TITLE_LIMIT = 110  # characters that fit above three panels
MARKED = 30  # points up to which each one gets a dot
CROWDED = 120  # points from which a thinner line shows their scatter better
LOG_SPREAD = 30.0  # largest by smallest loss from which a linear axis hides the end of training
LABEL_GAP = 0.075  # least distance of two labels, as a fraction of the panel's height

# Inches; fixed, so that the figures of two runs can be laid over each other.
_SIZE = (12.0, 3.5)
_LEFT, _BOTTOM, _WIDTH, _HEIGHT, _BETWEEN = 0.65, 0.55, 2.95, 2.2, 1.15

Points = list[tuple[float, float]]


def curves(rows: Iterable[Mapping[str, Any]], folder: Path, title: str) -> list[Path]:
    """Draw loss, error and learning rate against epochs into `curves.svg` and `curves.png`.

    Args:
        rows: measurements of a run; those that do not end an epoch are passed over.
        folder: made where it is missing.
        title: the run's name.

    Returns:
        The two files, or none of them when no epoch has ended yet.

    Raises:
        OSError: the folder cannot be made or written.
    """
    ended = [row for row in rows if all(_number(row, key) for key in ("epoch", "loss", "error"))]
    if not ended:
        return []
    name = shown(title, TITLE_LIMIT)
    with style(name):
        return save(draw(ended, name), folder, "curves")


def draw(rows: list[Mapping[str, Any]], title: str) -> Figure:
    """Make the figure, its panels in the order loss, error, learning rate.

    Args:
        rows: at least one, each with `epoch`, `loss` and `error`.
        title: shown as it is.
    """
    figure = Figure(figsize=_SIZE)
    figure.text(_LEFT / _SIZE[0], 0.92, title, fontsize=12, fontweight="bold", va="center")
    loss, error, rate = (_panel(figure, index, rows) for index in range(3))
    _draw_loss(loss, rows)
    _draw_error(error, rows)
    rate.set_title("Learning rate")
    _line(rate, _points(rows, "learning_rate"), INK, "learning_rate")
    _from_zero(rate)
    return figure


def _draw_loss(axes: Axes, rows: list[Mapping[str, Any]]) -> None:
    train, val = _points(rows, "loss"), _points(rows, "val_loss")
    _line(axes, train, INK, "loss")
    _line(axes, val, ACCENT, "val_loss")
    values = [value for _, value in train + val]
    if min(values) > 0 and max(values) / min(values) >= LOG_SPREAD:
        axes.set_title("Loss, log scale")
        axes.set_yscale("log")
        axes.yaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
        axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
        axes.yaxis.set_minor_locator(NullLocator())
    else:
        axes.set_title("Loss")
        _from_zero(axes)
    _name_lines(axes, train, val)


def _draw_error(axes: Axes, rows: list[Mapping[str, Any]]) -> None:
    train = [(epoch, 100 * value) for epoch, value in _points(rows, "error")]
    val = [(epoch, 100 * value) for epoch, value in _points(rows, "val_error")]
    axes.set_title("Error, %")
    _line(axes, train, INK, "error")
    _line(axes, val, ACCENT, "val_error")
    _from_zero(axes)
    _name_lines(axes, train, val)
    if val:
        epoch, best = min(val, key=lambda point: (point[1], point[0]))
        axes.plot(
            [epoch],
            [best],
            color=ACCENT,
            gid="best",
            marker="o",
            markersize=8.5,
            markerfacecolor="none",
            markeredgewidth=1.4,
            clip_on=False,
        )
        words = f"best val {best:.2f} % in epoch {epoch:g}"
        # Above the panel, where no curve can run through it.
        axes.set_title(words, loc="right", color=ACCENT, fontsize=8.5)


def _panel(figure: Figure, index: int, rows: list[Mapping[str, Any]]) -> Axes:
    left = _LEFT + index * (_WIDTH + _BETWEEN)
    box = (left / _SIZE[0], _BOTTOM / _SIZE[1], _WIDTH / _SIZE[0], _HEIGHT / _SIZE[1])
    axes = figure.add_axes(box)
    first, last = (edge(row["epoch"] for row in rows) for edge in (min, max))
    aside = 0.5 if first == last else 0.03 * (last - first)
    axes.set_xlim(first - aside, last + aside)
    axes.xaxis.set_major_locator(MaxNLocator(nbins=7, integer=True, min_n_ticks=1))
    axes.yaxis.set_major_locator(MaxNLocator(nbins=6))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    axes.set_xlabel("epoch")
    axes.tick_params(length=3)
    axes.grid(axis="y")
    return axes


def _line(axes: Axes, points: Points, color: str, name: str) -> None:
    if points:
        epochs, values = zip(*points, strict=True)
        marker = "o" if len(points) <= MARKED else ""
        width = 1.6 if len(points) <= CROWDED else 1.0
        axes.plot(
            epochs,
            values,
            color=color,
            gid=name,
            linewidth=width,
            marker=marker,
            markersize=3.5,
            clip_on=False,
        )


def _from_zero(axes: Axes) -> None:
    top = max((float(np.max(line.get_ydata())) for line in axes.lines), default=0.0)
    axes.set_ylim(0, 1.06 * top if top > 0 else 1.0)


def _name_lines(axes: Axes, train: Points, val: Points) -> None:
    """Write each line's name at its right end, the two apart where the lines end together."""
    ends = [
        (points[-1], name, color)
        for points, name, color in ((train, "train", INK), (val, "val", ACCENT))
        if points
    ]
    to_panel = axes.transData + axes.transAxes.inverted()
    heights = [float(to_panel.transform(end)[1]) for end, _, _ in ends]
    if len(heights) == 2 and abs(heights[0] - heights[1]) < LABEL_GAP:
        middle = max(sum(heights) / 2, LABEL_GAP / 2)
        upper = 0 if heights[0] > heights[1] else 1
        heights[upper], heights[1 - upper] = middle + LABEL_GAP / 2, middle - LABEL_GAP / 2
    for (_, name, color), height in zip(ends, heights, strict=True):
        axes.text(1.02, height, name, color=color, va="center", transform=axes.transAxes)


def _points(rows: list[Mapping[str, Any]], key: str) -> Points:
    return [(float(row["epoch"]), float(row[key])) for row in rows if _number(row, key)]


def _number(row: Mapping[str, Any], key: str) -> bool:
    value = row.get(key)
    return isinstance(value, int | float) and math.isfinite(value)
