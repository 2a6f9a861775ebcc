"""The container torch-zip: a pickle in a zip archive, and the bytes of each storage beside it."""

from __future__ import annotations

from resnets.weights.foreign import ARRAYS, HEADER, Read, Refusal
from resnets.weights.slots import Plan
from resnets.weights.torch_tensors import Storage, read_pickle
from resnets.weights.wrappers import unwrap
from resnets.weights.zips import STORED, Member, content_of, members_of

_BESIDE = {"version", "byteorder", ".data/serialization_id"}
_BESIDE |= {".format_version", ".storage_alignment"}


def plan(read: Read, size: int) -> Plan:
    """Read what the archive's index and its pickle say.

    Args:
        read: from offset and size to bytes.
        size: of the file, in bytes.

    Raises:
        Refusal: archive or pickle break a rule.
    """
    members = _named(members_of(read, size, ARRAYS + 10))
    if any(name.startswith("code/") or name == "constants.pkl" for name in members):
        raise Refusal(
            "arrays only",
            "it is a TorchScript program",
            received="code/",
            hint="load it with `torch.jit.load` and save `module.state_dict()` of it",
        )
    order = members.get("byteorder")
    if order is not None and content_of(order, read, 10) != b"little":
        raise Refusal("plain numbers", "its numbers begin with the high byte", received="byteorder")
    pickled = content_of(members["data.pkl"], read, HEADER)
    value, end, storages = read_pickle(pickled)
    if end != len(pickled):
        raise Refusal("whole", "bytes follow the pickle's end", received=len(pickled) - end)
    starts = {key: _start(members.get(f"data/{key}"), storage) for key, storage in storages.items()}
    used = {f"data/{key}" for key in storages} | _BESIDE | {"data.pkl"}
    if left := sorted(members.keys() - used):
        raise Refusal(
            "whole", f"its member {left[0]} belongs to none of its arrays", received=left[0]
        )
    tensors, facts = unwrap(value)
    slots = {name: tensor.slot(starts[tensor.storage.key]) for name, tensor in tensors.items()}
    checks = tuple((m.offset, m.size, m.check) for n, m in members.items() if n[:5] == "data/")
    return Plan(slots, facts, checks)


def _named(members: dict[str, Member]) -> dict[str, Member]:
    """Take off the one folder that PyTorch puts all members in."""
    folders = {name.partition("/")[0] for name in members}
    bare = {name.partition("/")[2]: member for name, member in members.items()}
    if len(folders) != 1 or "data.pkl" not in bare:
        raise Refusal(
            "known container",
            "it is an archive, but not one of PyTorch's",
            received=", ".join(sorted(members))[:200],
            hint="unpack it if weights lie in it, and name their file",
        )
    return bare


def _start(member: Member | None, storage: Storage) -> int:
    if member is None:
        raise Refusal("whole", f"the bytes of storage {storage.key} are missing", received=None)
    if member.method != STORED:
        raise Refusal("known container", f"storage {storage.key} is packed", received=member.method)
    if member.size != storage.bytes:
        raise Refusal(
            "whole",
            f"storage {storage.key} is declared with {storage.bytes} bytes and has {member.size}",
            received=storage.bytes,
        )
    return member.offset
