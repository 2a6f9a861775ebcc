"""Rounds: the order, what an interruption leaves, and a process that fails."""

from __future__ import annotations

import pytest

from resnets.benchmarks import rounds
from resnets.benchmarks.peers import Peer
from resnets.benchmarks.rounds import Contestant, run_rounds
from resnets.benchmarks.task import Task


def contestant(name: str, code: str = "start", variant: str = "--help") -> Contestant:
    task = Task("start", "resnet20", 32, 1, "float32", variant, name)
    return Contestant(Peer(name, variant, ("start",), code, ("PIL",), ""), task, [])


def test_the_order_rotates(monkeypatch: pytest.MonkeyPatch) -> None:
    order: list[str] = []

    def turn(one: Contestant) -> None:
        order.append(one.peer.name)
        one.speeds.append(1.0)

    monkeypatch.setattr(rounds, "_turn", turn)
    said: list[str] = []
    run_rounds([contestant(name) for name in "abc"], 3, said.append)
    assert "".join(order) == "abcbcacab"
    assert said[0] == "round 1/3  a --help float32: 1 a second"


def test_an_interruption_keeps_the_finished_rounds(monkeypatch: pytest.MonkeyPatch) -> None:
    turns: list[str] = []

    def turn(one: Contestant) -> None:
        turns.append(one.peer.name)
        if len(turns) == 4:
            raise KeyboardInterrupt
        one.speeds.append(float(len(turns)))

    monkeypatch.setattr(rounds, "_turn", turn)
    field, said = [contestant("a"), contestant("b")], []
    run_rounds(field, 3, said.append)
    assert [one.speeds for one in field] == [[1.0], [2.0]]
    assert said[-1] == "interrupted: 1 finished rounds are kept"


def test_a_process_is_timed_and_one_that_fails_is_named_and_falls_out() -> None:
    good, bad = contestant("good"), contestant("bad", code="there_is_no_such_code")
    said: list[str] = []
    run_rounds([good, bad], 2, said.append)
    assert len(good.speeds) == 2
    assert good.versions == {}
    assert 0.1 < good.speeds[0] < 50  # `--help` a second
    assert bad.speeds == []
    assert bad.failure.startswith("exit 1: ModuleNotFoundError: No module named")
    assert len(said) == 3


def test_whoever_takes_too_long_falls_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rounds, "PATIENCE", 0.01)
    slow = contestant("slow")
    run_rounds([slow], 1, [].append)
    assert slow.failure == "no answer within 0 s"
