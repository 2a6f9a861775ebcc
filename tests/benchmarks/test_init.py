"""The whole of a measurement, with the processes replaced; and what it refuses."""

from __future__ import annotations

from typing import Any

import pytest

from resnets import benchmarks
from resnets.benchmarks import benchmark, rounds
from resnets.benchmarks.rounds import Contestant
from resnets.errors import UnknownNameError, UsageError


@pytest.fixture
def worked(monkeypatch: pytest.MonkeyPatch) -> list[Contestant]:
    """Let every contestant do as many pictures a second as its batch has."""
    turns: list[Contestant] = []

    def turn(one: Contestant) -> None:
        turns.append(one)
        one.speeds.append(float(one.task.batch))

    monkeypatch.setattr(rounds, "_turn", turn)
    return turns


def test_the_usual_task_of_each_kind_of_net(worked: list[Contestant]) -> None:
    found = benchmark("train", "resnet20", rounds=2, say=[].append)
    assert (found["size"], found["batch"], found["rounds"]) == (32, 128, 2)
    assert found["command"] == (
        "resnets benchmark train --net resnet20 --size 32 --batch 128 --rounds 2"
    )
    found = benchmark("infer", "resnet50", rounds=1, say=[].append)
    assert (found["size"], found["batch"], found["rounds"]) == (224, 16, 1)
    assert {one.task.job for one in worked} == {"train", "infer"}
    assert all(row["ratio"]["median"] == 1.0 for row in found["ratios"])


def test_engines_that_were_not_asked_for_stay_out(worked: list[Contestant]) -> None:
    found = benchmark("train", "resnet20", engines=["jax"], rounds=1, say=[].append)
    assert found["command"].endswith(" --rounds 1 --engines jax")
    names = [f"{row['peer']} {row['variant']}" for row in found["rows"]] + list(found["missing"])
    assert "resnets jax" in names
    assert "stock Keras jax" in names
    assert not any("tensorflow" in name for name in names)


def test_bfloat16_is_tried_where_the_processor_has_it(
    worked: list[Contestant], monkeypatch: pytest.MonkeyPatch
) -> None:
    here = benchmarks.machine()
    for has, precisions in ((True, {"float32", "bfloat16"}), (False, {"float32"})):
        monkeypatch.setattr(benchmarks, "machine", lambda has=has: {**here, "bfloat16": has})
        found = benchmark("train", "resnet20", rounds=1, say=[].append)
        assert {row["precision"] for row in found["rows"]} == precisions


@pytest.mark.parametrize(
    ("arguments", "received"),
    (
        ({"rounds": 0}, "0"),
        ({"size": -1}, "-1"),
        ({"batch": 0}, "0"),
        ({"net": "resnet164v2"}, "resnet164v2"),
        ({"net": "seresnet50"}, "seresnet50"),
        ({"net": "lesson"}, "lesson"),
    ),
)
def test_what_it_refuses(arguments: dict[str, Any], received: str) -> None:
    with pytest.raises(UsageError, match=f"received: {received}.*\n?.*hint: "):
        benchmark("train", **arguments)


@pytest.mark.parametrize("job", ("trian", "all"))
def test_an_unknown_job_is_refused_with_the_nearest(job: str) -> None:
    with pytest.raises(UnknownNameError, match="job"):
        benchmark(job)
    with pytest.raises(UnknownNameError, match="tensorflow"):
        benchmark("train", engines=["tensorflw"])
