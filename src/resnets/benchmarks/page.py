"""What a measurement says: lines for the terminal, and a page that keeps earlier ones."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

Report = Mapping[str, Any]
_ACROSS = "ours / peer, median and range of the rounds; right of 1 ours is the faster"
_KEY = ("job", "net", "size", "batch", "command")  # the command names rounds and engines


def lines(report: Report) -> list[str]:
    """Say one measurement in words, a table of speeds and one of ratios."""
    return [
        _title(report),
        "",
        *_speeds(report),
        "",
        *_ratios(report),
        *[f"not installed: {peer}: {install}" for peer, install in report["missing"].items()],
        *[f"failed: {peer}: {reason}" for peer, reason in report["failed"].items()],
    ]


def keep(report: Report, folder: Path) -> None:
    """Put a measurement into `speed.json`, and make `speed.md` and its figure anew.

    It takes the place of an earlier one by the same command on the same processor; all others stay.

    Args:
        report: as `benchmark` gives it.
        folder: made where it is missing.

    Raises:
        OSError: the folder cannot be written.
    """
    folder.mkdir(parents=True, exist_ok=True)
    table = folder / "speed.json"
    earlier = json.loads(table.read_text()) if table.exists() else []
    kept = [other for other in earlier if _key(other) != _key(report)]
    reports = sorted([*kept, dict(report)], key=_key)
    for path, text in ((table, json.dumps(reports, indent=1) + "\n"), (None, _page(reports))):
        (path or folder / "speed.md").write_text(text)
    _draw(reports, folder)


def _draw(reports: Sequence[Report], folder: Path) -> None:
    """Draw the ratios of all measurements, each with its range, into one figure.

    Not those of whole commands: `--help` beside an import would crowd all others into a corner.
    """
    from resnets.reports import Ratio, comparison

    groups, machines = [], {report["machine"]["cpu"] for report in reports}
    for report in _compared(reports):
        found = sorted(report["ratios"], key=lambda row: -row["ratio"]["median"])
        ratios = [
            Ratio(f"{row['ours'].removeprefix('resnets ')} / {row['peer']}", **row["ratio"])
            for row in found
        ]
        if ratios:
            where = f", {report['machine']['cpu']}" if len(machines) > 1 else ""
            groups.append((f"{_title(report)}, n = {report['rounds']}{where}", ratios))
    if groups:
        title = "How many times as fast as its peers"
        title += f", on {machines.pop()}" if len(machines) == 1 else ""
        comparison(groups, title, _ACROSS, folder, "speed")


def _compared(reports: Sequence[Report]) -> list[Report]:
    return [report for report in reports if report["job"] != "start"]


def _key(report: Report) -> tuple[Any, ...]:
    return (report["machine"]["cpu"], *(report[name] for name in _KEY))


def _title(report: Report) -> str:
    job = report["job"]
    if job == "start":
        return "start: whole commands, from a cold process"
    if job == "load":
        return f"load: 500 x 375 JPEGs to {report['size']} px, augmented, batch {report['batch']}"
    return f"{job}: {report['net']}, {report['size']} px, batch {report['batch']}"


def _speeds(report: Report) -> list[str]:
    unit = "seconds" if report["job"] == "start" else "pictures/s"
    rows = []
    for row in sorted(report["rows"], key=lambda row: -row["speed"]["median"]):
        name = " ".join(filter(None, (row["peer"], row["variant"])))
        speed, share = row["speed"], row.get("share_of_peak")
        if unit == "seconds":
            speed = {
                "median": 1 / speed["median"],
                "low": 1 / speed["high"],
                "high": 1 / speed["low"],
            }
        rows.append((name, row["precision"], _spread(speed, 4), _spread(share, 2) if share else ""))
    return table((f"peer, n = {report['rounds']}", "precision", unit, "of the peak"), rows)


def _ratios(report: Report) -> list[str]:
    rows = [(row["ours"], row["peer"], _spread(row["ratio"], 3)) for row in report["ratios"]]
    return table(("ours", "beside", "times as fast"), rows) if rows else ["no peer to compare with"]


def _spread(values: Mapping[str, float], digits: int) -> str:
    low, median, high = (f"{values[name]:.{digits}g}" for name in ("low", "median", "high"))
    return f"{median} ({low} to {high})"


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    """Write a table that is one in Markdown and in a terminal alike."""
    widths = [max(len(row[place]) for row in (head, *rows)) for place in range(len(head))]
    filled = [
        "| " + " | ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) + " |"
        for row in (head, *rows)
    ]
    return [filled[0], "|" + "|".join("-" * (width + 2) for width in widths) + "|", *filled[1:]]


def _page(reports: Sequence[Report]) -> str:
    text = [
        "# Speed",
        "",
        "Made by `resnets benchmark --out`, from `speed.json`. In every round each contestant",
        "works once, in a process of its own, in an order that rotates; a speed is the median over",
        "the rounds of the median repetition, with the lowest and highest round in brackets, and a",
        "ratio is taken within a round. The peak is the product of two matrices of side 2,048 in",
        "the same rounds, in the precision that is faster.",
    ]
    if any(report["ratios"] for report in _compared(reports)):
        text += ["", "![Ratios of speeds, ours to each peer, with their ranges](speed.svg)"]
    for report in reports:
        machine = report["machine"]
        versions = ", ".join(f"{name} {number}" for name, number in report["versions"].items())
        text += [
            "",
            f"## {_title(report)}",
            "",
            f"`{report['command']}` on {report['date']}, {machine['cores']} cores of",
            f"{machine['cpu']} ({', '.join(machine['flags'])}); {versions}.",
            "",
            *_speeds(report),
            "",
            *_ratios(report),
        ]
        if report["failed"]:
            text += ["", *[f"Failed: {who}: {why}." for who, why in report["failed"].items()]]
    return "\n".join(text) + "\n"
