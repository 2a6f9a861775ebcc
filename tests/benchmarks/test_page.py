"""What a measurement says, and what the page keeps."""

from __future__ import annotations

import copy
import json
from pathlib import Path

import pytest

from resnets.benchmarks.page import keep, lines

SPREAD = {"median": 2.0, "low": 1.0, "high": 4.0}
REPORT = {
    "job": "train",
    "net": "resnet20",
    "size": 32,
    "batch": 128,
    "rounds": 3,
    "rows": [
        {"peer": "stock Keras", "variant": "jax", "precision": "float32", "speed": SPREAD},
        {
            "peer": "resnets",
            "variant": "jax",
            "precision": "float32",
            "speed": {"median": 499.04, "low": 450.0, "high": 512.0},
            "share_of_peak": {"median": 0.701, "low": 0.65, "high": 0.72},
        },
    ],
    "ratios": [{"ours": "resnets jax", "peer": "stock Keras", "ratio": SPREAD}],
    "missing": {"OpenVINO": 'pip install "resnets[peers]"'},
    "failed": {"PyTorch eager": "exit 1: out of memory"},
    "machine": {"cpu": "One CPU", "cores": 2, "flags": ["avx2"]},
    "versions": {"keras": "3.15.1"},
    "date": "2026-01-02",
    "command": "resnets benchmark train",
}


def test_the_lines_put_the_fastest_first_and_name_who_is_missing() -> None:
    assert lines(REPORT) == [
        "train: resnet20, 32 px, batch 128",
        "",
        "| peer, n = 3     | precision | pictures/s       | of the peak        |",
        "|-----------------|-----------|------------------|--------------------|",
        "| resnets jax     | float32   | 499 (450 to 512) | 0.7 (0.65 to 0.72) |",
        "| stock Keras jax | float32   | 2 (1 to 4)       |                    |",
        "",
        "| ours        | beside      | times as fast |",
        "|-------------|-------------|---------------|",
        "| resnets jax | stock Keras | 2 (1 to 4)    |",
        'not installed: OpenVINO: pip install "resnets[peers]"',
        "failed: PyTorch eager: exit 1: out of memory",
    ]


def test_starts_are_told_in_seconds() -> None:
    words = "\n".join(lines({**REPORT, "job": "start"}))
    assert "0.5 (0.25 to 1)" in words
    assert "seconds" in words


def test_a_new_measurement_replaces_its_like_and_leaves_all_others(tmp_path: Path) -> None:
    other = copy.deepcopy(REPORT)
    other["machine"]["cpu"] = "Another CPU"
    more = {**REPORT, "command": "resnets benchmark train --engines jax"}
    for report in (REPORT, other, more, {**REPORT, "date": "2026-03-04"}):
        keep(report, tmp_path)
    kept = json.loads((tmp_path / "speed.json").read_text())
    assert [(r["machine"]["cpu"], r["date"]) for r in kept] == [
        ("Another CPU", "2026-01-02"),
        ("One CPU", "2026-03-04"),
        ("One CPU", "2026-01-02"),
    ]
    page = (tmp_path / "speed.md").read_text()
    assert page.count("## train: resnet20, 32 px, batch 128") == 3
    assert (
        "`resnets benchmark train` on 2026-03-04, 2 cores of\nOne CPU (avx2); keras 3.15.1." in page
    )


def test_the_figure_stands_on_the_page_and_holds_the_ratios(tmp_path: Path) -> None:
    keep(REPORT, tmp_path)
    assert "(speed.svg)" in (tmp_path / "speed.md").read_text()
    drawn = (tmp_path / "speed.svg").read_text()
    assert "jax / stock Keras" in drawn
    assert "How many times as fast as its peers, on One CPU" in drawn


@pytest.mark.parametrize("changes", ({"ratios": []}, {"job": "start"}))
def test_without_a_speed_to_compare_there_is_no_figure(changes: dict, tmp_path: Path) -> None:
    keep({**REPORT, **changes}, tmp_path)
    assert "speed.svg" not in (tmp_path / "speed.md").read_text()
    assert not (tmp_path / "speed.svg").exists()
