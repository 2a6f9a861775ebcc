"""One door for files of weights: what they are is told by their content, and arrays come out."""

from __future__ import annotations

import os
from pathlib import Path

from resnets.weights import safetensors_file
from resnets.weights.foreign import Foreign, Look, Refusal, Shapes
from resnets.weights.opened import Opened


def read_arrays(path: str | os.PathLike[str], look: Look | None = None) -> Foreign:
    """Read the arrays of a file that others wrote; no file runs code, whatever it holds.

    Args:
        path: of the file.
        look: called with each array's shape by name once they are known and before an array is
            read; it may raise to refuse them.

    Raises:
        WeightsError: the file breaks a rule of `foreign.RULES`, which is named.
    """
    try:
        with Opened(Path(path)) as file:
            return _read(file, look or _any)
    except Refusal as refusal:
        raise refusal.error(str(path)) from None


def _read(file: Opened, look: Look) -> Foreign:
    plan = safetensors_file.plan(file.read, file.size)
    look({name: slot.shape for name, slot in plan.slots.items()})
    data, digest = file.whole()
    arrays = safetensors_file.arrays_of_safetensors(plan, data)
    return Foreign(arrays, "safetensors", digest, plan.facts)


def _any(shapes: Shapes) -> None:
    """Take any shapes."""
