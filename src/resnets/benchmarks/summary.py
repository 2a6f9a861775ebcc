"""From speeds round by round to medians, ratios and shares of the peak."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from typing import Any

from resnets.benchmarks.peers import BARE, OURS, PEAK, STOCK
from resnets.benchmarks.rounds import Contestant
from resnets.benchmarks.task import SIDE
from resnets.models import cost, spec_of


def spread(values: Sequence[float]) -> dict[str, float]:
    """Give median, lowest and highest."""
    return {"median": statistics.median(values), "low": min(values), "high": max(values)}


def operations(contestant: Contestant) -> float:
    """Count the multiplies and adds that a picture needs; training needs three times as many.

    The gradients by weights and by inputs each cost as much as the way forward.
    """
    task = contestant.task
    if contestant.peer.name == PEAK:
        return 2.0 * SIDE**3
    shape = (task.size, task.size, 3)
    whole = cost(spec_of(task.net, classes=task.classes, input_shape=shape))
    return whole.multiply_adds * 2.0 * (3 if task.job == "train" else 1)


def best(contestants: Sequence[Contestant]) -> Contestant:
    """Find the fastest variant by the median of its rounds."""
    return max(contestants, key=lambda c: statistics.median(c.speeds))


def rows(contestants: Sequence[Contestant]) -> list[dict[str, Any]]:
    """Give a row for each contestant that finished a round: its speed and share of the peak."""
    there = [c for c in contestants if c.speeds and not c.failure]
    peaks = [c for c in there if c.peer.name == PEAK]
    counted = there and there[0].task.job in ("train", "infer")
    found = []
    for contestant in there:
        row: dict[str, Any] = {
            "peer": contestant.peer.name,
            "variant": contestant.peer.variant,
            "precision": contestant.task.precision,
            "speed": spread(contestant.speeds),
        }
        if counted and peaks:
            row["share_of_peak"] = spread(_shares(contestant, best(peaks)))
        found.append(row)
    return found


def ratios(contestants: Sequence[Contestant]) -> list[dict[str, Any]]:
    """Divide the speed of each engine of ours by that of each peer, round by round.

    Each side stands with its fastest variant and precision; a ratio above 1 says that ours is the
    faster.
    """
    there = [c for c in contestants if c.speeds and not c.failure and c.peer.name != PEAK]
    ours: dict[str, list[Contestant]] = {}
    peers: dict[str, list[Contestant]] = {}
    for contestant in there:
        if contestant.peer.name == OURS:
            ours.setdefault(contestant.peer.variant, []).append(contestant)
        else:
            label = contestant.peer.name
            if label in (STOCK, BARE):  # each engine's is a peer of its own
                label = f"{label}, {contestant.peer.variant}, {contestant.task.precision}"
            peers.setdefault(label, []).append(contestant)
    found = []
    for mine in map(best, ours.values()):
        for theirs in map(best, peers.values()):
            values = [a / b for a, b in zip(mine.speeds, theirs.speeds, strict=True)]
            found.append({"ours": mine.name(), "peer": theirs.name(), "ratio": spread(values)})
    return found


def _shares(contestant: Contestant, peak: Contestant) -> list[float]:
    needed, measured = operations(contestant), operations(peak)
    return [
        speed * needed / (top * measured)
        for speed, top in zip(contestant.speeds, peak.speeds, strict=True)
    ]
