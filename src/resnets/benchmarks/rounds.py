"""Rounds: every contestant in turn, each in a process of its own, the order rotated."""

from __future__ import annotations

import dataclasses
import json
import os
import statistics
import subprocess
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from resnets.benchmarks.peers import Peer, environment
from resnets.benchmarks.task import Task
from resnets.errors import printable

SOURCE = Path(__file__).parents[2]  # the folder that `resnets` is imported from
PATIENCE = 900.0  # seconds that one turn may take, compiling included


@dataclasses.dataclass
class Contestant:
    """A peer at a task, and what each finished round found.

    Args:
        peer: who.
        task: what.
        speeds: pictures per second by round; that of the median repetition.
        versions: of the libraries in its process, by name.
        failure: why it fell out, or an empty text.
    """

    peer: Peer
    task: Task
    speeds: list[float]
    versions: dict[str, str] = dataclasses.field(default_factory=dict)
    failure: str = ""

    def name(self) -> str:
        """Name it as tables do: peer, variant, precision."""
        return " ".join(filter(None, (self.peer.name, self.peer.variant, self.task.precision)))


def run_rounds(contestants: Sequence[Contestant], rounds: int, say: Callable[[str], None]) -> None:
    """Let everyone work once a round; whoever fails once falls out.

    One process at a time has the machine, and a slow minute of it falls on neighbours in the
    order, which is another one every round. Ctrl-C ends the round under way, which is dropped,
    and keeps the finished ones.
    """
    finished = 0
    try:
        for number in range(rounds):
            standing = [c for c in contestants if not c.failure]
            start = number % max(1, len(standing))
            for contestant in standing[start:] + standing[:start]:
                _turn(contestant)
                result = contestant.failure or f"{contestant.speeds[-1]:.4g} a second"
                say(f"round {number + 1}/{rounds}  {contestant.name()}: {result}")
            finished = number + 1
    except KeyboardInterrupt:
        say(f"interrupted: {finished} finished rounds are kept")
    for contestant in contestants:
        del contestant.speeds[finished:]


def _turn(contestant: Contestant) -> None:
    """Start the process, wait for its answer, and note the speed or the failure."""
    command = [
        contestant.peer.python or "python",
        "-m",
        "resnets.benchmarks.worker",
        contestant.peer.code,
        json.dumps(contestant.task.to_json()),
    ]
    variables = environment(contestant.peer, str(SOURCE), os.environ)
    try:
        done = subprocess.run(
            command, env=variables, capture_output=True, text=True, timeout=PATIENCE, check=False
        )
    except subprocess.TimeoutExpired:
        contestant.failure = f"no answer within {PATIENCE:.0f} s"
        return
    if done.returncode != 0:
        last = (done.stderr.strip() or "no word").splitlines()[-1]
        contestant.failure = f"exit {done.returncode}: {printable(last, limit=200)}"
        return
    answer: dict[str, Any] = json.loads(done.stdout)
    contestant.versions = answer["versions"]
    contestant.speeds.append(answer["pictures"] / statistics.median(answer["seconds"]))
