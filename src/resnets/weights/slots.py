"""Where the arrays of a file lie, known from its headers alone, and how they become arrays."""

from __future__ import annotations

import math
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np

from resnets.errors import printable
from resnets.weights.foreign import ARRAYS, BYTES, DIMENSIONS, NAME, Refusal

# Everything that is taken, by its name and its bytes; bfloat16 is widened, which loses nothing.
DTYPES = {
    name: np.dtype(name)
    for name in (
        *("float64", "float32", "float16", "int64", "int32", "int16", "int8"),
        *("uint64", "uint32", "uint16", "uint8", "bool"),
    )
}
DTYPES["bfloat16"] = np.dtype("uint16")


class Slot(NamedTuple):
    """One array: its numbers, its shape, and where in the file it begins.

    `strides` counts elements from one to the next along each dimension; without it the last
    dimension runs fastest and nothing is left out.
    """

    dtype: str
    shape: tuple[int, ...]
    offset: int
    strides: tuple[int, ...] | None = None

    @property
    def elements(self) -> int:
        """How many elements."""
        return math.prod(self.shape)

    @property
    def bytes(self) -> int:
        """How many bytes its elements take, without gaps."""
        return self.elements * DTYPES[self.dtype].itemsize


@dataclass(frozen=True)
class Plan:
    """What a file's headers say: the arrays, other facts, and the checksums of parts of it.

    Args:
        slots: by name.
        facts: text by name.
        checks: offset, size in bytes and CRC-32.
    """

    slots: dict[str, Slot]
    facts: dict[str, str] = field(default_factory=dict)
    checks: tuple[tuple[int, int, int], ...] = ()

    def __post_init__(self) -> None:
        check_shapes({name: slot.shape for name, slot in self.slots.items()})
        total = sum(slot.bytes for slot in self.slots.values())
        if total > BYTES:
            raise Refusal("limits", "its arrays together are too large", received=f"{total} bytes")


def check_shapes(shapes: Mapping[str, tuple[int, ...]]) -> None:
    """Check names, dimensions and their number.

    Raises:
        Refusal: there are none or too many, or one has an impossible name or shape.
    """
    if not shapes:
        raise Refusal("arrays only", "it holds no arrays", received="0 arrays")
    if len(shapes) > ARRAYS:
        raise Refusal("limits", f"it holds {len(shapes)} arrays", received=len(shapes))
    for name, shape in shapes.items():
        check_name(name)
        if len(shape) > DIMENSIONS or not all(0 < side < 1 << 32 for side in shape):
            raise Refusal("whole", f"the array {name} has an impossible shape", received=shape)


def check_name(name: str) -> None:
    """Refuse names of arrays that no program would give.

    Raises:
        Refusal: it is empty, too long, leads elsewhere, or cannot be shown as it is.
    """
    parts = name.replace("\\", "/").split("/")
    wrong = not name or len(name) > NAME or printable(name, limit=NAME) != name
    if wrong or ".." in parts or name.startswith("/"):
        raise Refusal("names", "an array has an impossible name", received=name[:200])


def check_dtype(name: str, dtype: str) -> None:
    """Refuse kinds of numbers that are not taken.

    Raises:
        Refusal: it is none of `DTYPES`.
    """
    if dtype not in DTYPES:
        raise Refusal(
            "plain numbers", f"the array {name} is of the kind {dtype[:40]}", received=dtype[:80]
        )


def arrays_in(plan: Plan, data: bytearray) -> dict[str, np.ndarray]:
    """Make the arrays of a plan from the bytes of the file, without copies where that can be.

    Raises:
        Refusal: a part of the file has not its checksum, or a number is not finite.
    """
    view = memoryview(data)
    for offset, size, check in plan.checks:
        found = zlib.crc32(view[offset : offset + size])
        if found != check:
            raise Refusal(
                "whole",
                f"the {size} bytes from byte {offset} on have another CRC-32 than {check:08x}",
                received=f"{found:08x}",
            )
    return {
        name: finished(name, slot.dtype, _view(slot, data)) for name, slot in plan.slots.items()
    }


def finished(name: str, dtype: str, array: np.ndarray) -> np.ndarray:
    """Widen bfloat16 to float32, line up elements in memory, refuse what is not finite."""
    if dtype == "bfloat16":
        array = (array.astype(np.uint32) << 16).view(np.float32)
    array = np.require(array, requirements=["C", "A"])
    if array.dtype.kind == "f" and not np.isfinite(array).all():
        wrong = array[~np.isfinite(array)]
        raise Refusal(
            "plain numbers",
            f"the array {name} holds {wrong.size} numbers that are not finite",
            received=float(wrong.flat[0]),
            hint="the training that made it diverged; take an earlier checkpoint of it",
        )
    return array


def _view(slot: Slot, data: bytearray) -> np.ndarray:
    dtype = DTYPES[slot.dtype]
    strides = slot.strides
    return np.ndarray(
        slot.shape,
        dtype,
        buffer=data,
        offset=slot.offset,
        strides=None if strides is None else [step * dtype.itemsize for step in strides],
    )
