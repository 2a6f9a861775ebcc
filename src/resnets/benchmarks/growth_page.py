"""What a growth says: tables of its points, the slopes, and a figure of time beside memory."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from resnets.benchmarks.growth import AXES, JOB
from resnets.benchmarks.page import table
from resnets.benchmarks.slopes import series, slope

LINEAR = 1.05  # slopes up to this one are called linear: a repetition moves them by as much
MEBI = 2**20
_TINY = 0.02  # seconds below which a stage's time is mostly noise, and is not fitted

Points = Sequence[Mapping[str, Any]]


def slope_rows(points: Points) -> list[tuple[str, str, dict[str, float]]]:
    """Fit every cost of every axis of one machine.

    Returns:
        Axis, cost and what `slope` gives, for those with three or more points that can be fitted.
    """
    rows = []
    for axis in AXES:
        for cost, (x, y) in series([one for one in points if one["point"]["axis"] == axis]).items():
            least = _TINY if cost not in ("memory", "parameters") else 1.0
            good = [(a, b) for a, b in zip(x, y, strict=True) if b >= least]
            if len(good) >= 3:
                rows.append((axis, cost, slope(*zip(*good, strict=True))))
    return rows


def lines(points: Points) -> list[str]:
    """Say what was measured on one machine: the slopes, then a table for each axis."""
    fitted = slope_rows(points)
    steep = [f"{axis}: {cost}" for axis, cost, found in fitted if found["slope"] > LINEAR]
    text = [_verdict(len(fitted), steep), ""] if fitted else []
    head = ("what grows", "cost", "against", "from", "to", "slope", "between neighbours", "last")
    text += table(
        head,
        [
            (
                axis,
                cost,
                AXES[axis].against,
                f"{found['from']:,.0f}",
                f"{found['to']:,.0f}",
                f"{found['slope']:.2f}",
                f"{found['low']:.2f} to {found['high']:.2f}",
                f"{found['last']:.2f}",
            )
            for axis, cost, found in fitted
        ],
    )
    for axis, given in AXES.items():
        here = [one for one in points if one["point"]["axis"] == axis]
        if here:
            text += ["", f"**{axis}**: {given.words}.", "", *_table(axis, here)]
            text += [f"\n{_value(one)}: {one['note']}." for one in here if "note" in one]
    failed = [one for one in points if "failure" in one]
    return text + [
        f"failed: {one['point']['axis']} {_value(one)}: {one['failure']}" for one in failed
    ]


def page(points: Points) -> str:
    """Write the page, one part for each processor."""
    text = [
        "# Growth",
        "",
        "Made by `resnets benchmark growth --out`, from `growth.json`. Each point was measured in",
        "a process of its own: seconds of the first step with its tracing and compiling, and the",
        "median of the steps after three more; peak memory above what the process had before it",
        "built the net or opened the archive. A slope is that of a straight line through the",
        f"logarithms: 1 is linear, below 1 fixed costs have their share. Below {_TINY:g} s nothing",
        "is fitted, and of the steps it is the lowest, to which other processes added least. One",
        "process a point, so a slope has no spread of its own; beside it stand the lowest and",
        "highest between neighbours, and that between the last two.",
        "",
        f"![Seconds and memory against what grows]({JOB}.svg)",
    ]
    for cpu in dict.fromkeys(one["cpu"] for one in points):
        here = [one for one in points if one["cpu"] == cpu]
        days = " and ".join(sorted({one["date"] for one in here}))
        engines = ", ".join(sorted({one["engine"] for one in here if "engine" in one}))
        text += [
            "",
            f"## {cpu}, {here[-1]['cores']} cores",
            "",
            f"`resnets benchmark growth` on {days}, {engines or 'no engine'}, float32;",
            f"{here[-1]['with']}.",
            "",
            *lines(here),
        ]
    return "\n".join(text) + "\n"


def keep(points: Points, folder: Path) -> None:
    """Write `growth.md`, and `growth.svg` of the processor that was measured last.

    Raises:
        OSError: the folder cannot be written.
    """
    from resnets.reports import scaling

    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{JOB}.md").write_text(page(points))
    last = [one for one in points if one["cpu"] == points[-1]["cpu"]] if points else []
    rows = panels(last)
    if rows:
        steep = [cost for _, cost, found in slope_rows(last) if found["slope"] > LINEAR]
        title = "What grows, and how fast" if steep else "Nothing grows faster than linear"
        scaling(rows, f"{title} (dashed: linear)", folder, JOB)


def panels(points: Points) -> list[Any]:
    """Sort the points of one machine into panels: seconds on the left, memory on the right."""
    from resnets.reports import Panel

    rows = []
    for axis, given in AXES.items():
        columns = series([one for one in points if one["point"]["axis"] == axis])
        left = {
            name: xy
            for name, xy in columns.items()
            if name not in ("memory", "parameters", "plan", "split") and len(xy[0]) > 1
        }
        right = {
            name if name == "parameters" else "peak": (x, [value * _bytes(name) for value in y])
            for name, (x, y) in columns.items()
            if name in ("memory", "parameters") and len(x) > 1
        }
        if left and right:
            rows.append(
                (
                    Panel(f"{axis.capitalize()}: seconds", given.against, left),
                    Panel("Memory, MiB", given.against, right),
                )
            )
    return rows


def _value(one: Mapping[str, Any]) -> str:
    return f"{one['point']['value']:,}"


def _bytes(name: str) -> float:
    return (4 if name == "parameters" else 1) / MEBI


def _verdict(count: int, steep: Sequence[str]) -> str:
    if not steep:
        return f"Of {count} costs none grows faster than linear (a slope above {LINEAR})."
    return (
        f"Of {count} costs {len(steep)} grow faster than linear (a slope above {LINEAR}): "
        f"{'; '.join(steep)}."
    )


def _table(axis: str, points: Points) -> list[str]:
    good = sorted((one for one in points if "failure" not in one), key=lambda one: one["x"])
    stages = list(dict.fromkeys(stage for one in good for stage in one["seconds"]))
    nets = any("parameters" in one for one in good)
    head = [axis, *(f"{stage}, s" for stage in stages)]
    head += ["steps", "parameters"] if nets else ["to the first batch, s"]
    rows = []
    for one in good:
        row = [f"{one['point']['value']:,}", *(f"{one['seconds'][stage]:.3g}" for stage in stages)]
        if nets:
            row[-1] += f" ({one['low']:.3g} to {one['high']:.3g})"
            row += [f"{one['steps']}", f"{one['parameters']:,}"]
        else:
            total = sum(value for stage, value in one["seconds"].items() if stage != "again")
            row.append(f"{total:.3g}")
        rows.append((*row, f"{one['peak'] / MEBI:,.0f}"))
    return table((*head, "peak, MiB"), rows)
