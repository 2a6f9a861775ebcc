"""The verb benchmark, with the processes replaced, and once for real."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import keras
import pytest

from resnets.benchmarks import rounds


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
