"""Medians, ratios and shares of the peak, worked by hand."""

from __future__ import annotations

import pytest

from resnets.benchmarks.peers import PEAK, Peer
from resnets.benchmarks.rounds import Contestant
from resnets.benchmarks.summary import operations, ratios, rows
from resnets.benchmarks.task import Task
from resnets.models import cost, spec_of


def contestant(name: str, variant: str, *speeds: float, precision: str = "float32") -> Contestant:
    peer = Peer(name, variant, ("train",), "ours", (), "")
    task = Task("train", "resnet20", 32, 128, precision, variant, name)
    return Contestant(peer, task, list(speeds))


def test_a_ratio_is_taken_within_a_round_and_with_the_fastest_variant() -> None:
    field = [
        contestant("resnets", "tensorflow", 10.0, 20.0, 30.0),
        contestant("PyTorch", "eager", 10.0, 10.0, 10.0),
        contestant("PyTorch", "compiled", 8.0, 16.0, 20.0),
        contestant(PEAK, "", 1.0, 1.0, 1.0),
    ]
    (found,) = ratios(field)
    assert (found["ours"], found["peer"]) == (
        "resnets tensorflow float32",
        "PyTorch compiled float32",
    )
    assert found["ratio"] == {"median": 1.25, "low": 1.25, "high": 1.5}


def test_each_engine_of_ours_stands_beside_each_stock_engine() -> None:
    field = [
        contestant("resnets", "tensorflow", 4.0),
        contestant("resnets", "jax", 3.0),
        contestant("stock Keras", "tensorflow", 2.0),
        contestant("stock Keras", "jax", 1.0),
    ]
    assert [row["ratio"]["median"] for row in ratios(field)] == [2.0, 4.0, 1.5, 3.0]


def test_who_failed_or_never_finished_a_round_is_in_no_row() -> None:
    failed = contestant("PyTorch", "eager", 10.0)
    failed.failure = "exit 1"
    field = [contestant("resnets", "tensorflow", 10.0), failed, contestant("PyTorch", "compiled")]
    assert ratios(field) == []
    assert [row["peer"] for row in rows(field)] == ["resnets"]


def test_the_share_of_the_peak() -> None:
    """A product of matrices of side 2,048 is 17.18e9 operations; a step 6 a multiply-add."""
    needed = cost(spec_of("resnet20")).multiply_adds
    field = [contestant("resnets", "tensorflow", 300.0), contestant(PEAK, "", 10.0)]
    assert operations(field[0]) == 6 * needed
    ours, peak = rows(field)
    assert ours["share_of_peak"]["median"] == pytest.approx(300 * 6 * needed / 171.8e9, rel=1e-3)
    assert peak["share_of_peak"]["median"] == 1.0
    field[0].task = Task.from_json({**field[0].task.to_json(), "job": "infer"})
    assert operations(field[0]) == 2 * needed
