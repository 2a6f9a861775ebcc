"""What a growth says: linear or not, in a sentence, in tables, in a figure."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from resnets.benchmarks.growth_page import keep, lines, page, panels, slope_rows

SIZES = (1_000, 10_000, 100_000)


def pictures(count: int, power: float, cpu: str = "One CPU") -> dict[str, Any]:
    seconds = {"index": 1e-3 * count, "plan": 0.001, "decode": 1e-3 * count**power, "again": 0.5}
    return {
        "point": {"axis": "pictures", "value": count},
        "x": count,
        "seconds": seconds,
        "memory": dict.fromkeys(seconds, 1),
        "peak": count * 2**20,
        "cpu": cpu,
        "cores": 2,
        "with": "resnets 0.1.0",
        "date": "2026-01-02",
    }


def net(depth: int) -> dict[str, Any]:
    return {
        **pictures(depth, 1),
        "point": {"axis": "depth", "value": depth},
        "seconds": {"build": 0.1 * depth, "first step": 0.2 * depth, "step": 0.03 * depth},
        "parameters": 1000 * depth,
        "steps": 5,
        "low": 0.02 * depth,
        "high": 0.04 * depth,
        "engine": "jax",
    }


LINEAR = [pictures(count, 1.0) for count in SIZES]
STEEP = [pictures(count, 1.5) for count in SIZES]


def test_slopes_are_fitted_where_there_is_something_to_time() -> None:
    found = {(axis, cost): values["slope"] for axis, cost, values in slope_rows(STEEP)}
    assert found.pop(("pictures", "to the first batch")) > 1.4
    assert found == pytest.approx(
        {
            ("pictures", "index"): 1.0,
            ("pictures", "decode"): 1.5,
            ("pictures", "again"): 0.0,
            ("pictures", "memory"): 1.0,
        }
    )


def test_two_points_are_no_line() -> None:
    assert slope_rows(LINEAR[:2]) == []


def test_the_first_sentence_says_whether_anything_is_steeper_than_linear() -> None:
    assert lines(LINEAR)[0] == "Of 5 costs none grows faster than linear (a slope above 1.05)."
    assert lines(STEEP)[0] == (
        "Of 5 costs 2 grow faster than linear (a slope above 1.05): "
        "pictures: decode; pictures: to the first batch."
    )


def test_every_point_has_its_row() -> None:
    text = "\n".join(lines([*LINEAR, *map(net, (20, 110, 1202))]))
    rows = [" ".join(line.replace("|", " ").split()) for line in text.splitlines()]
    assert "pictures decode pictures 1,000 100,000 1.00 1.00 to 1.00 1.00" in rows
    assert "10,000 10 0.001 10 0.5 20 10,000" in rows
    assert "1,202 120 240 36.1 (24 to 48.1) 5 1,202,000 1,202" in rows


def test_failures_are_named() -> None:
    failed = {"point": {"axis": "size", "value": 448}, "failure": "exit 9: killed", "cpu": "x"}
    assert lines([failed])[-1] == "failed: size 448: exit 9: killed"


def test_what_was_noted_about_a_point_stands_below_its_table() -> None:
    noted = {**LINEAR[2], "note": "halted for a minute"}
    assert "\n100,000: halted for a minute." in lines([*LINEAR[:2], noted])


def test_each_processor_has_its_part() -> None:
    text = page([*LINEAR, pictures(1_000, 1, "Another CPU"), net(20)])
    assert "## One CPU, 2 cores" in text
    assert "## Another CPU, 2 cores" in text
    assert "`resnets benchmark growth` on 2026-01-02, jax, float32;\nresnets 0.1.0." in text
    assert "](growth.svg)" in text


def test_time_stands_beside_memory() -> None:
    ((left, right),) = panels(LINEAR)
    assert left.title == "Pictures: seconds"
    assert set(left.lines) == {"index", "decode", "again", "to the first batch"}
    assert right.lines["peak"] == ([1e3, 1e4, 1e5], [1e3, 1e4, 1e5])  # MiB
    ((_, right),) = panels([net(20), net(110)])
    assert right.lines["parameters"][1] == [20_000 * 4 / 2**20, 110_000 * 4 / 2**20]


def test_page_and_figure_are_kept(tmp_path: Path) -> None:
    keep(LINEAR, tmp_path / "new")
    assert {path.name for path in (tmp_path / "new").iterdir()} == {
        "growth.md",
        "growth.svg",
        "growth.png",
    }
    assert "Nothing grows faster than linear" in (tmp_path / "new/growth.svg").read_text()
    keep(STEEP, tmp_path)
    assert "What grows, and how fast" in (tmp_path / "growth.svg").read_text()


def test_without_points_there_is_a_page_and_no_figure(tmp_path: Path) -> None:
    keep([], tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["growth.md"]
