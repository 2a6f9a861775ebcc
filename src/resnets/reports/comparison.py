"""The figure of a comparison: ratios as dots with their ranges, on either side of a line at 1."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from matplotlib.figure import Figure
from matplotlib.ticker import FixedLocator, FuncFormatter, NullLocator

from resnets.errors import UsageError
from resnets.reports.figure import ACCENT, INK, QUIET, save, shown, style

LABEL_LIMIT = 60  # characters of a label
SLOWER = "#d55e00"  # told from the accent by people of any colour vision (Okabe and Ito 2008)

# Inches.
_WIDTH, _LEFT, _PLOT, _ROW, _TOP, _BOTTOM = 9.2, 4.2, 4.2, 0.24, 0.75, 0.65
_TICKS = (0.1, 0.2, 0.5, 0.75, 1, 1.5, 2, 3, 5, 10, 20, 50, 100)


@dataclass(frozen=True)
class Ratio:
    """One comparison.

    Args:
        label: whom with whom.
        low: the lowest ratio of a round, above 0.
        median: of the rounds.
        high: the highest.
    """

    label: str
    low: float
    median: float
    high: float


def comparison(
    groups: Sequence[tuple[str, Sequence[Ratio]]],
    title: str,
    across: str,
    folder: Path,
    name: str = "comparison",
) -> list[Path]:
    """Draw ratios in groups into `<name>.svg` and `<name>.png`.

    Args:
        groups: heading and ratios of each, from top to bottom; at least one ratio in all.
        title: what the figure says.
        across: what the numbers are.
        folder: made where it is missing.
        name: of the two files.

    Raises:
        UsageError: there is no ratio, or one is not above 0.
        OSError: the folder cannot be made or written.
    """
    ratios = [ratio for _, given in groups for ratio in given]
    lowest = min((ratio.low for ratio in ratios), default=0.0)
    if lowest <= 0:
        raise UsageError(
            "a figure of ratios needs one at least, and all above 0",
            received=f"{len(ratios)} ratios, the lowest {lowest:g}",
            hint="leave out what was not measured",
        )
    words = [shown(text, 200) for text in (title, across, *(heading for heading, _ in groups))]
    with style(*words):
        return save(draw(groups, title, across), folder, name)


def draw(groups: Sequence[tuple[str, Sequence[Ratio]]], title: str, across: str) -> Figure:
    """Make the figure: a row for each heading and each ratio."""
    count = sum(1 + len(ratios) for _, ratios in groups)
    tall = _TOP + _BOTTOM + _ROW * count
    figure = Figure(figsize=(_WIDTH, tall))
    figure.text(0.15 / _WIDTH, 1 - 0.3 / tall, title, fontsize=12, fontweight="bold", va="center")
    box = (_LEFT / _WIDTH, _BOTTOM / tall, _PLOT / _WIDTH, _ROW * count / tall)
    axes = figure.add_axes(box)
    axes.set_xscale("log")
    axes.set_ylim(count - 0.5, -0.5)
    every = [ratio for _, ratios in groups for ratio in ratios]
    axes.set_xlim(
        min(0.9, min(r.low for r in every) / 1.1), max(1.1, max(r.high for r in every) * 1.1)
    )
    axes.axvline(1, color=QUIET, linewidth=0.9, gid="equal")
    side = axes.get_yaxis_transform()  # across in parts of the panel, down in rows
    row = 0
    for heading, ratios in groups:
        axes.text(
            0.15 / _PLOT - _LEFT / _PLOT, row, shown(heading, 90), fontweight="bold", va="center",
            transform=side,
        )  # fmt: skip
        row += 1
        for ratio in ratios:
            color = ACCENT if ratio.median >= 1 else SLOWER
            axes.plot((ratio.low, ratio.high), (row, row), color=color, linewidth=2, gid="range")
            axes.plot([ratio.median], [row], color=color, marker="o", markersize=6, gid=ratio.label)
            axes.text(
                -0.12 / _PLOT, row, shown(ratio.label, LABEL_LIMIT), ha="right", va="center",
                transform=side, fontsize=8.5, color=INK,
            )  # fmt: skip
            axes.text(1.02, row, f"{ratio.median:.2f}", va="center", transform=side, color=color)
            row += 1
    axes.xaxis.set_major_locator(FixedLocator(_TICKS))
    axes.xaxis.set_minor_locator(NullLocator())
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    axes.set_yticks([])
    axes.spines["left"].set_visible(False)
    axes.grid(axis="x")
    axes.set_xlabel(across)
    return figure
