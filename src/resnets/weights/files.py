"""One door for files of weights: what they are is told by their content, and arrays come out."""

from __future__ import annotations

import os
from pathlib import Path

from resnets.weights import keras_archive, safetensors_file, torch_legacy, torch_zip
from resnets.weights.containers import container_of
from resnets.weights.foreign import Foreign, Look, Read, Refusal, Shapes
from resnets.weights.hdf5 import kind_of, read_hdf5
from resnets.weights.opened import Opened
from resnets.weights.shards import read_shards
from resnets.weights.slots import arrays_in

_PLANS = {
    "safetensors": safetensors_file.plan,
    "torch-zip": torch_zip.plan,
    "torch-legacy": torch_legacy.plan,
}


def read_arrays(path: str | os.PathLike[str], look: Look | None = None) -> Foreign:
    """Read the arrays of a file that others wrote; no file runs code, whatever it holds.

    bfloat16 comes as float32, which loses nothing; all other numbers come as they are.

    Args:
        path: of the file.
        look: called with each array's shape once all are known and before an array is read; the
            names are those in the file, prefixes taken off. What it raises goes on to the caller.

    Raises:
        WeightsError: the file breaks a rule of `foreign.RULES`, which is named.
    """
    place = Path(path)
    try:
        with Opened(place) as file:
            return _read(file, place, look or _any)
    except Refusal as refusal:
        raise refusal.error(str(place)) from None
    except MemoryError:
        raise Refusal("limits", "there is not enough memory for it", received="MemoryError").error(
            str(place)
        ) from None


def _read(file: Opened, place: Path, look: Look) -> Foreign:
    container = container_of(file.read, file.size, place.name)
    if container == "safetensors-index":
        return read_shards(file, place.parent, look)
    if container in ("hdf5", "keras"):
        return _parsed(file, container, look)
    plan = _PLANS[container](file.read, file.size)
    look({name: slot.shape for name, slot in plan.slots.items()})
    data, digest = file.whole()
    # The bytes that are used are those that were hashed, and `look` has to have seen their plan.
    if _PLANS[container](_within(data), len(data)) != plan:
        raise Refusal("regular file", "it changed while it was read", received=f"{len(data)} bytes")
    if container == "safetensors":
        arrays = safetensors_file.arrays_of_safetensors(plan, data)
    else:
        arrays = arrays_in(plan, data)
    return Foreign(arrays, container, digest, plan.facts)


def _parsed(file: Opened, container: str, look: Look) -> Foreign:
    data, digest = file.whole()
    if container == "hdf5":
        arrays, facts = read_hdf5(data, look)
        return Foreign(arrays, kind_of(arrays), digest, facts)
    packed, facts = keras_archive.unpack(_within(data), len(data))
    del data
    arrays, more = read_hdf5(packed, look)
    return Foreign(arrays, container, digest, facts | more)


def _within(data: bytearray) -> Read:
    def read(offset: int, size: int) -> bytes:
        if offset < 0 or size < 0 or offset + size > len(data):
            raise Refusal("whole", "it is shorter than it says", received=len(data))
        return bytes(memoryview(data)[offset : offset + size])

    return read


def _any(shapes: Shapes) -> None:
    """Take any shapes."""
