"""Arrays held against one net in one dialect: what is there, missing, left over, misshapen."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from resnets.models import NetSpec
from resnets.models.variables import variables_of
from resnets.weights.dialect import Dialect

HEAD = ("head/kernel", "head/bias")


@dataclass(frozen=True)
class Fit:
    """Arrays held against one net in one dialect.

    Args:
        dialect: how the arrays were read.
        spec: the net that they were held against.
        arrays: those that belong to it, by our paths and in our layout, as views.
        missing: names, as the file would have them, of what the net has and the file has not.
        left_over: names in the file that the net has no place for.
        misshapen: names, with the net's shape and the file's, both in the file's layout.
    """

    dialect: Dialect
    spec: NetSpec
    arrays: Mapping[str, np.ndarray] = field(repr=False)
    missing: tuple[str, ...] = ()
    left_over: tuple[str, ...] = ()
    misshapen: tuple[tuple[str, tuple[int, ...], tuple[int, ...]], ...] = ()

    @property
    def headless(self) -> bool:
        """Whether the file ends before the dense layer."""
        return not any(path in self.arrays for path in HEAD)

    @property
    def distance(self) -> int:
        """How many names or shapes differ; 0 for a net that fits."""
        return len(self.missing) + len(self.left_over) + len(self.misshapen)


def hold(arrays: Mapping[str, np.ndarray], dialect: Dialect, spec: NetSpec) -> Fit:
    """Hold arrays against a net in a dialect.

    Args:
        arrays: by the names in their file, as `plain_names` leaves them.
        dialect: how to read them.
        spec: the net.
    """
    mine = {path: name for name in arrays if (path := dialect.ours(name))}
    expected = variables_of(spec)
    read = {
        path: dialect.array_in(path, arrays[name])
        for path, name in mine.items()
        if path in expected
    }
    headless = not any(path in mine for path in HEAD)
    missing = [path for path in expected if path not in mine]
    if headless:
        missing = [path for path in missing if path not in HEAD]
    belongs = {mine[path] for path in read}
    wrong = [
        (mine[path], _shape_out(dialect, path, expected[path]), arrays[mine[path]].shape)
        for path, array in read.items()
        if array.shape != expected[path]
    ]
    return Fit(
        dialect,
        spec,
        read,
        tuple(dialect.theirs(path, spec.classes) or path for path in missing),
        tuple(name for name in arrays if name not in belongs),
        tuple(wrong),
    )


def _shape_out(dialect: Dialect, path: str, shape: tuple[int, ...]) -> tuple[int, ...]:
    return dialect.array_out(path, np.broadcast_to(np.float32(0), shape)).shape
