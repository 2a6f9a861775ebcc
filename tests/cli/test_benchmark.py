"""The verb benchmark, with the processes replaced, and once for real."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import keras
import pytest

from resnets.benchmarks import growth, rounds


def test_it_prints_the_tables_and_keeps_the_page(
    call: Callable[..., tuple[int, str, str]], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(rounds, "_turn", lambda one: one.speeds.append(12.5))
    code, out, err = call(
        "benchmark", "train", "--net", "resnet20", "--rounds", "1", "--out", str(tmp_path)
    )
    assert code == 0
    assert "12.5 (12.5 to 12.5)" in out
    assert "round 1/1" in err
    assert "12.5 (12.5 to 12.5)" in (tmp_path / "speed.md").read_text()


def test_misuse_is_one_message(call: Callable[..., tuple[int, str, str]]) -> None:
    code, out, err = call("benchmark", "trian")
    assert (code, out) == (2, "")
    assert "did you mean train" in err


@pytest.mark.slow
def test_a_real_round(call_json: Callable[..., Any]) -> None:
    small = ("--net", "resnet20", "--size", "16", "--batch", "8", "--rounds", "1")
    engine = keras.backend.backend()  # each other one would be two more processes that compile
    (found,) = call_json("benchmark", "train", *small, "--engines", engine)["benchmarks"]
    names = {row["peer"] for row in found["rows"]}
    assert {"resnets", "stock Keras"} <= names
    assert found["failed"] == {}
    assert all(row["speed"]["median"] > 0 for row in found["rows"])


def test_growth_is_kept_and_told(
    call: Callable[..., tuple[int, str, str]],
    call_json: Callable[..., Any],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    asked: list[int] = []

    def measured(point: Any) -> dict[str, Any]:
        asked.append(point.value)
        return {"seconds": {"index": 0.5 * point.value, "again": 1.0}, "peak": 2**20}

    monkeypatch.setattr(growth, "measured", measured)
    words = ("benchmark", "growth", "--axes", "pictures", "--out", str(tmp_path))
    code, out, err = call(*words)
    assert code == 0
    assert "none grows faster than linear" in out
    assert "pictures 1,000,000: index 5e+05 s" in err
    assert (tmp_path / "growth.md").exists()
    assert len(call_json(*words)["points"]) == 4
    assert asked == [1_000, 10_000, 100_000, 1_000_000]


def test_an_unknown_axis_is_one_message(call: Callable[..., tuple[int, str, str]]) -> None:
    code, out, err = call("benchmark", "growth", "--axes", "dept")
    assert (code, out) == (2, "")
    assert "did you mean depth" in err


@pytest.mark.parametrize(
    ("words", "received"),
    (
        (("growth", "--net", "resnet20", "--rounds", "3"), "--net, --rounds"),
        (("train", "--axes", "depth"), "--axes"),
    ),
)
def test_options_that_would_be_passed_over_are_refused(
    words: tuple[str, ...], received: str, call: Callable[..., tuple[int, str, str]]
) -> None:
    code, out, err = call("benchmark", *words)
    assert (code, out) == (2, "")
    assert f"(received: {received})" in err
    assert "hint: leave it out" in err
