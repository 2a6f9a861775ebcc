"""Keras's files of weights alone name a layer by its kind and its place: what stands where."""

from __future__ import annotations

import re
from collections.abc import Mapping

import numpy as np

from resnets.models import NetSpec
from resnets.models.variables import layers_of

_NAME = re.compile(r"(?:.*/)?(conv2d|batch_normalization|dense)(_[0-9]+)?/vars/([0-9])")


def by_position(arrays: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Find the arrays that are named by place, and name them `conv2d_3/vars/0`.

    Returns:
        None of them where another layer is among the arrays, or two have one place.
    """
    found: dict[str, np.ndarray] = {}
    for name, array in arrays.items():
        match = _NAME.fullmatch(name)
        if match is None or (key := f"{match[1]}{match[2] or ''}/vars/{match[3]}") in found:
            return {}
        found[key] = array
    return found


def positions_of(spec: NetSpec) -> dict[str, str]:
    """Tell the place of every variable of a net that Keras's functional interface made.

    Returns:
        Our paths by place: `conv2d_3/vars/0`.
    """
    counts = {"conv2d": 0, "batch_normalization": 0, "dense": 0}
    found = {}
    for layer, shapes in layers_of(spec):
        last = layer.rpartition("/")[2]
        kind = "batch_normalization" if last.startswith("norm") else "conv2d"
        kind = "dense" if len(shapes.get("kernel", ())) == 2 else kind
        number = counts[kind]
        counts[kind] += 1
        for place, variable in enumerate(shapes):
            found[f"{kind}{f'_{number}' if number else ''}/vars/{place}"] = f"{layer}/{variable}"
    return found
