"""How fast a cost grows: the slope of its logarithm by that of what there is more of."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any


def slope(x: Sequence[float], y: Sequence[float]) -> dict[str, float]:
    """Fit y = a x^b by least squares of the logarithms.

    Args:
        x: two or more different numbers above 0, rising.
        y: as many, above 0.

    Returns:
        `slope`, b; `low` and `high`, the least and the greatest b between two neighbours; `last`,
        that between the last two, where fixed costs hide least; `from` and `to`, the range of x.
    """
    across, up = [math.log(value) for value in x], [math.log(value) for value in y]
    middle, height = sum(across) / len(across), sum(up) / len(up)
    moved = [value - middle for value in across]
    fitted = sum(a * (b - height) for a, b in zip(moved, up, strict=True)) / sum(
        a * a for a in moved
    )
    local = [
        (up[place + 1] - up[place]) / (across[place + 1] - across[place])
        for place in range(len(across) - 1)
    ]
    return {
        "slope": fitted,
        "low": min(local),
        "high": max(local),
        "last": local[-1],
        "from": x[0],
        "to": x[-1],
    }


def series(points: Sequence[Mapping[str, Any]]) -> dict[str, tuple[list[float], list[float]]]:
    """Sort what the points of one axis cost into columns.

    Args:
        points: as `grow` gives them, of one axis; failed ones are passed over.

    Returns:
        By the name of each cost, x and y in the order of x: seconds of every stage (the lowest
        of a step, to which other processes have added least), `memory` in bytes and, of nets,
        `parameters`; of pictures, `to the first batch`, the sum of the stages up to it.
    """
    good = sorted((one for one in points if "failure" not in one), key=lambda one: one["x"])
    columns: dict[str, tuple[list[float], list[float]]] = {}
    for one in good:
        values = {**one["seconds"], "memory": one["peak"]}
        if "parameters" in one:
            values |= {"step": one["low"], "parameters": one["parameters"]}
        else:
            parts = (seconds for stage, seconds in one["seconds"].items() if stage != "again")
            values["to the first batch"] = sum(parts)
        for name, value in values.items():
            x, y = columns.setdefault(name, ([], []))
            x.append(float(one["x"]))
            y.append(float(value))
    return columns
