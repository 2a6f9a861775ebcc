"""The container torch-legacy: five pickles, then each storage's length and its bytes."""

from __future__ import annotations

import struct
from collections.abc import Callable
from typing import Any

from resnets.weights.foreign import HEADER, Read, Refusal
from resnets.weights.slots import Plan
from resnets.weights.torch_tensors import Storage, read_pickle
from resnets.weights.wrappers import unwrap

MAGIC = 0x1950A86A20F9469CFC6C  # the first pickle's value, from torch/serialization.py
BEGINS = b"\x8a\x0a" + MAGIC.to_bytes(10, "little")  # as it stands after the protocol's two bytes
VERSION = 1001  # the second pickle's value


def plan(read: Read, size: int) -> Plan:
    """Read what the pickles say, and hold the storages' lengths against the file's.

    Args:
        read: from offset and size to bytes.
        size: of the file, in bytes.

    Raises:
        Refusal: a pickle or a length breaks a rule.
    """
    window = read(0, min(size, 2 * HEADER))
    at = 0

    def following(sound: Callable[[Any], bool], what: str) -> tuple[Any, dict[str, Storage]]:
        nonlocal at
        value, end, storages = read_pickle(window[at : at + HEADER + 1])
        if not sound(value):
            raise Refusal("whole", f"{what} is not as PyTorch writes it", received=str(value)[:200])
        at += end
        return value, storages

    following(lambda value: value == MAGIC, "its first number")
    following(lambda value: value == VERSION, "its version")
    system, _ = following(lambda value: type(value) is dict, "the description of its machine")
    if system.get("little_endian") is not True:
        raise Refusal("plain numbers", "its numbers begin with the high byte", received="big")
    value, storages = following(lambda value: True, "its content")
    keys, _ = following(
        lambda value: type(value) is list and all(type(key) is str for key in value),
        "the list of its storages",
    )
    if set(keys) != storages.keys() or len(keys) != len(storages):
        raise Refusal("whole", "its storages are not those that its arrays use", received=len(keys))
    starts = {}
    for key in keys:
        (count,) = struct.unpack("<q", read(at, 8))
        if count != storages[key].elements:
            raise Refusal(
                "whole",
                f"storage {key} has {count} elements where {storages[key].elements} are declared",
                received=count,
            )
        starts[key] = at + 8
        at += 8 + storages[key].bytes
        if at > size:
            raise Refusal(
                "whole",
                f"storage {key} ends at byte {at} and the file at {size}",
                received=size,
                hint="the download is incomplete; fetch the file again",
            )
    if at != size:
        raise Refusal("whole", f"{size - at} bytes follow its last storage", received=size)
    tensors, facts = unwrap(value)
    slots = {name: tensor.slot(starts[tensor.storage.key]) for name, tensor in tensors.items()}
    return Plan(slots, facts)
