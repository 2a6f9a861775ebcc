"""Speed beside the peers that are installed: interleaved rounds, ratios, shares of the peak."""

from __future__ import annotations

import dataclasses
import datetime
from collections.abc import Callable, Sequence
from typing import Any

from resnets import catalog
from resnets.benchmarks.material import photographs, small_run
from resnets.benchmarks.peers import BARE, OURS, PEERS, STOCK, Peer
from resnets.benchmarks.rounds import Contestant, run_rounds
from resnets.benchmarks.summary import ratios, rows
from resnets.benchmarks.task import Task
from resnets.engine import ENGINES
from resnets.errors import UsageError
from resnets.models import NetSpec, spec_of
from resnets.store import machine, versions

__all__ = ["JOBS", "benchmark"]

JOBS = ("train", "whole", "infer", "load", "start")
SIZES = {"cifar": (32, 128), "imagenet": (224, 16), "deep": (224, 16)}  # by stem: side and batch


def benchmark(
    job: str,
    net: str = "resnet50",
    *,
    size: int | None = None,
    batch: int | None = None,
    engines: Sequence[str] = (),
    rounds: int = 3,
    say: Callable[[str], None] = print,
) -> dict[str, Any]:
    """Measure one job, ours beside every peer that is installed.

    Args:
        job: `train` (a step), `whole` (a training), `infer`, `load` or `start`.
        net: its name in the table; a post-activation net without gates, as the peers have it.
        size: side of the pictures in pixels; None for the net's own.
        batch: pictures a step; None for what is usual.
        engines: which of ours to run, of those installed; none for all.
        rounds: at least 1; three and more have a spread.
        say: takes a line about each turn.

    Returns:
        `job`, `net`, `size`, `batch`, `rounds` (finished ones), `rows` (speeds in pictures or
        starts per second), `ratios`, `missing` and `failed` peers, `machine`, `versions`, `date`,
        `command`.

    Raises:
        UnknownNameError: there is no such job, net or engine.
        UsageError: a number is below 1, or the peers have no such net.
    """
    catalog.look_up(dict.fromkeys(JOBS), job, "job")
    for name in engines:
        catalog.look_up(ENGINES, name, "engine")
    spec = spec_of(net)
    _check(spec, {"size": size, "batch": batch, "rounds": rounds})
    usual = SIZES[spec.stem]
    facts = machine()
    side = size or usual[0]
    with photographs(job, side) as folder, small_run(job) as run:
        task = Task(job, net, side, batch or usual[1], "float32", "", "", folder or run)
        there, missing = _assemble(task, engines, bool(facts["bfloat16"]))
        run_rounds(there, rounds, say)
    return {
        "job": job,
        "net": net,
        "size": task.size,
        "batch": task.batch,
        "rounds": max((len(c.speeds) for c in there), default=0),
        "rows": rows(there),
        "ratios": ratios(there),
        "missing": missing,
        "failed": {c.name(): c.failure for c in there if c.failure},
        "machine": facts,
        "versions": versions() | {name: v for c in there for name, v in c.versions.items()},
        "date": datetime.datetime.now(datetime.UTC).date().isoformat(),
        "command": _command(task, engines, rounds),
    }


def _command(task: Task, engines: Sequence[str], rounds: int) -> str:
    """Write the command line that measures the same again."""
    numbers = f"--net {task.net} --size {task.size} --batch {task.batch} --rounds {rounds}"
    if task.job == "start":
        numbers = f"--rounds {rounds}"
    return f"resnets benchmark {task.job} {numbers}" + (
        f" --engines {','.join(engines)}" if engines else ""
    )


def _check(spec: NetSpec, numbers: dict[str, int | None]) -> None:
    for name, value in numbers.items():
        if value is not None and value < 1:
            raise UsageError(
                f"{name} must be at least 1", received=value, hint=f"give {name} such a number"
            )
    if spec.order == "pre" or spec.se_ratio or spec.page or spec.shortcut not in ("A", "B"):
        raise UsageError(
            "the peers are written for post-activation nets with shortcuts A or B, without gates",
            received=spec.name,
            hint="take resnet18 to resnet152, resnext50_32x4d, or resnet20 to resnet1202",
        )


def _assemble(
    task: Task, engines: Sequence[str], half: bool
) -> tuple[list[Contestant], dict[str, str]]:
    """Find who is there, in each precision that can pay here, and who is missing."""
    there: list[Contestant] = []
    missing: dict[str, str] = {}
    for peer in PEERS:
        if task.job not in peer.jobs or (engines and not _wanted(peer, engines)):
            continue
        if peer.python is None:
            missing[f"{peer.name} {peer.variant}".strip()] = peer.install
            continue
        for precision in ("float32", "bfloat16") if half and peer.half else ("float32",):
            given = dataclasses.replace(
                task, variant=peer.variant, peer=peer.name, precision=precision
            )
            there.append(Contestant(peer, given, []))
    return there, missing


def _wanted(peer: Peer, engines: Sequence[str]) -> bool:
    """Keep our engines that were asked for, their stock twins, and all other peers."""
    return peer.name not in (OURS, STOCK, BARE) or peer.variant not in (set(ENGINES) - set(engines))
