"""The container safetensors: its header held against our limits, then read by its own library."""

from __future__ import annotations

import json
import struct
from typing import Any

import numpy as np
from safetensors import SafetensorError, deserialize

from resnets.weights.foreign import HEADER, Read, Refusal
from resnets.weights.slots import DTYPES, Plan, Slot, check_dtype, finished

NAMES = {
    "F64": "float64",
    "F32": "float32",
    "F16": "float16",
    "BF16": "bfloat16",
    "I64": "int64",
    "I32": "int32",
    "I16": "int16",
    "I8": "int8",
    "U64": "uint64",
    "U32": "uint32",
    "U16": "uint16",
    "U8": "uint8",
    "BOOL": "bool",
}


def plan(read: Read, size: int) -> Plan:
    """Read what a file's header says.

    The library checks all of this too, duplicate names excepted; what is added here are limits,
    and that nothing is allocated before they are kept.

    Args:
        read: from offset and size to bytes.
        size: of the file, in bytes.

    Raises:
        Refusal: the header breaks a rule.
    """
    length = struct.unpack("<Q", read(0, 8))[0] if size >= 8 else size
    if length > size - 8:
        raise Refusal(
            "whole", f"its header has {length} bytes and the file {size}", received=length
        )
    if length > HEADER:
        raise Refusal("limits", f"its header has {length} bytes", received=length)
    header = _parse(read(8, length))
    said = header.pop("__metadata__", {})
    slots = {name: _slot(name, entry, 8 + length) for name, entry in header.items()}
    _check_contiguous(slots, 8 + length, size)
    return Plan(slots, _facts(said))


def arrays_of_safetensors(plan: Plan, data: bytearray) -> dict[str, np.ndarray]:
    """Let the library read the file, from bytes.

    Raises:
        Refusal: the library refuses it, or reads something else than the plan.
    """
    whole = bytes(data)
    data.clear()  # the library copies what it reads; two copies at once are enough
    try:
        entries = dict(deserialize(whole))  # type: ignore[no-untyped-call]
    except SafetensorError as error:
        raise Refusal("whole", "its header is not sound", received=str(error)) from None
    if entries.keys() != plan.slots.keys():
        raise Refusal("names", "its header can be read in two ways", received=len(entries))
    arrays = {}
    for name, slot in plan.slots.items():
        flat = np.frombuffer(entries[name]["data"], DTYPES[slot.dtype])
        arrays[name] = finished(name, slot.dtype, flat.reshape(slot.shape))
    return arrays


def _parse(text: bytes) -> dict[str, Any]:
    """Read JSON in which no key stands twice; a second one would hide the first."""
    try:
        header = json.loads(text.decode("utf-8"), object_pairs_hook=once)
    except (ValueError, RecursionError) as error:
        raise Refusal("whole", "its header is no JSON", received=str(error)[:200]) from None
    if not text.startswith(b"{") or not isinstance(header, dict):
        raise Refusal("whole", "its header is no JSON object", received=text[:20])
    return header


def once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Make a JSON object of its pairs, for `object_pairs_hook`; a name twice is refused."""
    found = dict(pairs)
    if len(found) != len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in found if names.count(name) > 1)
        raise Refusal("names", "its header has a name twice", received=twice[:200])
    return found


def _slot(name: str, entry: Any, start: int) -> Slot:
    if not isinstance(entry, dict) or entry.keys() != {"dtype", "shape", "data_offsets"}:
        raise Refusal(
            "whole", "an entry of its header is not dtype, shape and offsets", received=name[:200]
        )
    dtype, shape, offsets = entry["dtype"], entry["shape"], entry["data_offsets"]
    check_dtype(name[:200], NAMES.get(str(dtype), str(dtype)))
    if not _whole_numbers(shape) or not _whole_numbers(offsets) or len(offsets) != 2:
        raise Refusal(
            "whole",
            f"the array {name[:200]} has a shape or offsets that are no whole numbers",
            received=f"{shape} {offsets}"[:200],
        )
    slot = Slot(NAMES[dtype], tuple(shape), start + offsets[0])
    if slot.bytes != offsets[1] - offsets[0]:
        raise Refusal(
            "whole",
            f"the array {name[:200]} has the shape {str(shape)[:80]} and "
            f"{offsets[1] - offsets[0]} bytes",
            received=slot.bytes,
        )
    return slot


def _whole_numbers(value: Any) -> bool:
    return isinstance(value, list) and all(type(number) is int and number >= 0 for number in value)


def _check_contiguous(slots: dict[str, Slot], start: int, size: int) -> None:
    for slot in sorted(slots.values(), key=lambda slot: (slot.offset, slot.bytes)):
        if slot.offset != start:
            raise Refusal(
                "whole",
                "its arrays overlap or leave bytes between them",
                received=f"byte {slot.offset} where {start} is next",
            )
        start += slot.bytes
    if start != size:
        raise Refusal(
            "whole", f"its arrays end at byte {start} and the file at {size}", received=size
        )


def _facts(said: Any) -> dict[str, str]:
    if not isinstance(said, dict) or not all(isinstance(value, str) for value in said.values()):
        raise Refusal("whole", "its metadata are not text by name", received=str(said)[:200])
    return dict(said)
