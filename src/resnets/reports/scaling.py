"""The figure of a growth: what things cost against how much there is, beside a line of slope 1."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, LogLocator, NullLocator

from resnets.reports.figure import ACCENT, INK, QUIET, save, style

Line = tuple[Sequence[float], Sequence[float]]

# Told apart by people of any colour vision (Okabe and Ito 2008), and by their markers.
COLORS = (ACCENT, "#d55e00", "#009e73", "#8a5a9e", "#b07a00", INK)
MARKERS = ("o", "s", "^", "D", "v", "P")

# Inches.
_WIDTH, _LEFT, _PANEL, _BETWEEN = 9.2, 0.7, 2.6, 1.85
_TOP, _HEIGHT, _ROW = 0.85, 1.45, 2.35
LABEL_GAP = 0.1  # least distance of two labels, as a fraction of the panel's height


@dataclass(frozen=True)
class Panel:
    """One pair of axes, both logarithmic.

    Args:
        title: says what is drawn, with its unit.
        across: says what there is more of.
        lines: x and y by name, all numbers above 0.
    """

    title: str
    across: str
    lines: Mapping[str, Line]


def scaling(
    rows: Sequence[tuple[Panel, Panel]], title: str, folder: Path, name: str = "scaling"
) -> list[Path]:
    """Draw two panels a row into `<name>.svg` and `<name>.png`.

    Args:
        rows: what stands beside each other.
        title: what the figure says.
        folder: made where it is missing.
        name: of the two files.

    Raises:
        OSError: the folder cannot be made or written.
    """
    with style(title):
        return save(draw(rows, title), folder, name)


def draw(rows: Sequence[tuple[Panel, Panel]], title: str) -> Figure:
    """Make the figure.

    Args:
        rows: at least one.
        title: shown as it is.
    """
    tall = _TOP + _ROW * len(rows)
    figure = Figure(figsize=(_WIDTH, tall))
    figure.text(_LEFT / _WIDTH, 1 - 0.3 / tall, title, fontsize=12, fontweight="bold", va="center")
    for number, row in enumerate(rows):
        bottom = tall - _TOP - _HEIGHT - number * _ROW
        for column, panel in enumerate(row):
            left = _LEFT + column * (_PANEL + _BETWEEN)
            box = (left / _WIDTH, bottom / tall, _PANEL / _WIDTH, _HEIGHT / tall)
            _fill(figure.add_axes(box), panel)
    return figure


def short(value: float) -> str:
    """Write a number of any size in at most five characters.

    >>> short(2_500_000), short(0.004), short(100_000)
    ('2.5M', '0.004', '100k')
    """
    for size, letter in ((1e9, "G"), (1e6, "M"), (1e3, "k")):
        if value >= size:
            return f"{value / size:.3g}{letter}"
    return f"{value:.3g}"


def _fill(axes: Axes, panel: Panel) -> None:
    axes.set_title(panel.title)
    axes.set_xlabel(panel.across)
    axes.set_xscale("log")
    axes.set_yscale("log")
    for (name, (x, y)), color, marker in zip(panel.lines.items(), COLORS, MARKERS, strict=False):
        axes.plot(x, y, color=color, marker=marker, markersize=4, gid=name, clip_on=False)
    low, high = axes.get_ylim()
    if high < 10 * low:  # a decade at least: a small change is not to look like a large one
        low, high = low / 2, 5 * low
    axes.set_ylim(low, high)
    _guide(axes, panel)
    for axis in (axes.xaxis, axes.yaxis):
        few = axis.get_view_interval()[1] < 50 * axis.get_view_interval()[0]
        axis.set_major_locator(LogLocator(subs=(1, 2, 5) if few else (1,), numticks=5))
        axis.set_major_formatter(FuncFormatter(lambda value, _: short(value)))
        axis.set_minor_locator(NullLocator())
    axes.grid(axis="y")
    axes.tick_params(length=3)
    _name_lines(axes, panel)


def _guide(axes: Axes, panel: Panel) -> None:
    """Draw how the dearest line would go if it grew as fast as what there is more of."""
    x, y = max(panel.lines.values(), key=lambda line: line[1][-1])
    down = [y[-1] * value / x[-1] for value in (x[0], x[-1])]
    axes.plot(
        (x[0], x[-1]), down, color=QUIET, linewidth=0.9, linestyle=(0, (4, 3)), gid="linear",
        zorder=1,
    )  # fmt: skip


def _name_lines(axes: Axes, panel: Panel) -> None:
    """Write each line's name at its right end, none on another."""
    to_panel = axes.transData + axes.transAxes.inverted()
    ends = sorted(
        (float(to_panel.transform((x[-1], y[-1]))[1]), name, color)
        for (name, (x, y)), color in zip(panel.lines.items(), COLORS, strict=False)
    )
    heights = [height for height, _, _ in ends]
    for place in range(1, len(heights)):
        heights[place] = max(heights[place], heights[place - 1] + LABEL_GAP)
    over = max(0.0, heights[-1] - 1.04)
    for height, (_, name, color) in zip(heights, ends, strict=True):
        axes.text(
            1.04, height - over, name, color=color, va="center", transform=axes.transAxes,
            fontsize=8.5,
        )  # fmt: skip
