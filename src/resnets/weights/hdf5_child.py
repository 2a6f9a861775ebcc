"""The process that parses HDF5: bytes in, headers and arrays out, and nothing else within reach."""

from __future__ import annotations

import io
import json
import math
import struct
import sys
from collections.abc import Iterator
from typing import Any, BinaryIO, NamedTuple

import h5py
import numpy as np
from h5py import h5a, h5d, h5g, h5l, h5o, h5s, h5t, h5z

from resnets.weights.foreign import ARRAYS, HEADER, RATIO, Refusal
from resnets.weights.limits import SMALL, limit_process, make_room
from resnets.weights.slots import DTYPES, check_name, check_shapes

DEPTH = 32  # of groups
ATTRIBUTES = 64  # of one object
_OPTIMIZER = {"optimizer", "optimizer_weights"}
_MODEL = "model_weights/"
_FILTERS = {h5z.FILTER_DEFLATE, h5z.FILTER_SHUFFLE}
_READ = (b"model_config", b"keras_version", b"backend")  # attributes of the file, given as text
# What h5py makes of the errors of the C library; an offset beyond 2**63 overflows in h5py itself.
_BROKEN = (OSError, RuntimeError, ValueError, KeyError, TypeError, OverflowError, MemoryError)


class Held(NamedTuple):
    """A dataset that passed: its name, numbers and shape, and the open dataset itself."""

    name: str
    dtype: str
    shape: tuple[int, ...]
    dataset: Any


def main() -> None:
    """Answer one request on standard input, as a process of its own."""
    (size,) = struct.unpack("<Q", sys.stdin.buffer.read(8))
    data = sys.stdin.buffer.read(size)
    warm_up()
    limit_process(len(data))
    answer(data, sys.stdout.buffer)


def warm_up() -> None:
    """Let h5py load what it loads when first used, while files can still be opened."""
    stream = io.BytesIO()
    with h5py.File(stream, "w") as file:
        file["a"] = np.ones(1, np.float32)
        texts = ("a", np.bytes_(b"a"), np.array("a", h5py.string_dtype("ascii")))
        for wanted, text in zip(_READ, texts, strict=True):
            file.attrs[wanted.decode()] = text
    answer(stream.getvalue(), io.BytesIO())


def answer(data: bytes, out: BinaryIO) -> None:
    """Write what an HDF5 file says, then its arrays, each read when its turn comes.

    Args:
        data: the file.
        out: gets a length in 8 bytes, JSON of that length (`arrays` and `facts`, or `refused`),
            and the arrays' bytes in that order.
    """
    try:
        held, facts = survey(data)
        make_room(max(math.prod(one.shape) * DTYPES[one.dtype].itemsize for one in held))
        _say(out, {"arrays": [one[:3] for one in held], "facts": facts})
    except Refusal as refusal:
        what = (refusal.rule, refusal.what, str(refusal.received)[:300], refusal.hint)
        _say(out, {"refused": what})
        return
    except _BROKEN as error:
        _say(out, {"refused": ("whole", "its structure is not sound", str(error)[:300], "")})
        return
    for one in held:
        array = np.empty(one.shape, DTYPES[one.dtype])
        one.dataset.read(h5s.ALL, h5s.ALL, array)
        out.write(array.data)
        out.flush()


def survey(data: bytes) -> tuple[list[Held], dict[str, str]]:
    """Look at every object of the file, none of its data, and hold it against the rules.

    Raises:
        Refusal: an object breaks a rule.
        OSError, RuntimeError, ValueError, KeyError, TypeError, OverflowError: the C library cannot
            read it.
    """
    file = h5py.File(io.BytesIO(data), "r")
    facts: dict[str, str] = {}
    names: dict[str, str] = {}
    held = []
    for path, identity in _objects(file.id):
        _check_attributes(path, identity)
        if isinstance(identity, h5d.DatasetID):
            held.append(_checked(path, identity, len(data)))
        elif h5a.exists(identity, b"name") and path:
            names[path] = _text(h5a.open(identity, b"name"))
    for wanted in _READ:
        if h5a.exists(file.id, wanted):
            facts[wanted.decode()] = _text(h5a.open(file.id, wanted))
    if names:
        facts["names"] = json.dumps(names)
    held = _of_the_model(held, facts)
    check_shapes({one.name: one.shape for one in held})
    total = sum(math.prod(one.shape) * DTYPES[one.dtype].itemsize for one in held)
    if total > RATIO * len(data) + SMALL:
        raise Refusal("limits", f"{total} bytes of arrays in {len(data)}", received=total)
    return held, facts


def _of_the_model(held: list[Held], facts: dict[str, str]) -> list[Held]:
    """Leave an optimizer's arrays aside, and take off the group that a full model's lie in."""
    held = [one for one in held if one.name.split("/")[0] not in _OPTIMIZER]
    if held and all(one.name.startswith(_MODEL) for one in held):
        facts["wrapper"] = _MODEL
        held = [one._replace(name=one.name.removeprefix(_MODEL)) for one in held]
    return held


def _objects(root: Any) -> Iterator[tuple[str, Any]]:
    """Open every object once, going only along hard links."""
    seen: set[Any] = set()
    todo: list[tuple[str, Any, int]] = [("", h5g.open(root, b"/"), 0)]
    while todo:
        path, group, depth = todo.pop()
        yield path, group
        count = group.get_num_objs()
        if depth > DEPTH or len(seen) + count > 2 * ARRAYS:
            raise Refusal("limits", "it has too many groups", received=len(seen) + count)
        for raw in list(group):
            name = f"{path}/{raw.decode('utf-8', 'surrogateescape')}".lstrip("/")
            check_name(name)
            if group.links.get_info(raw).type != h5l.TYPE_HARD:
                raise Refusal("nothing outside", f"{name} is a link", received=name)
            found = h5o.get_info(group, raw)
            if (found.fileno, found.addr) in seen:
                raise Refusal("nothing outside", f"{name} has two names", received=name)
            seen.add((found.fileno, found.addr))
            if found.type == h5o.TYPE_GROUP:
                todo.append((name, h5g.open(group, raw), depth + 1))
            elif found.type == h5o.TYPE_DATASET:
                yield name, h5d.open(group, raw)
            else:
                raise Refusal("plain numbers", f"{name} is a type, no array", received=name)


def _checked(name: str, dataset: Any, size: int) -> Held:
    """Hold a dataset against the rules, from its description alone."""
    kind = dataset.get_type()
    plain = kind.get_class() in (h5t.INTEGER, h5t.FLOAT) and not kind.committed()
    dtype = kind.dtype if plain else None
    if dtype is None or str(dtype) not in DTYPES or not dtype.isnative:
        raise Refusal("plain numbers", f"{name} has numbers of another kind", received=str(dtype))
    space = dataset.get_space()
    if space.get_simple_extent_type() == h5s.NULL:
        raise Refusal("whole", f"{name} holds nothing", received="a null space")
    shape = space.get_simple_extent_dims()
    check_shapes({name: shape})
    made = dataset.get_create_plist()
    if made.get_external_count():
        raise Refusal("nothing outside", f"{name} lies in another file", received="external")
    needed = math.prod(shape) * dtype.itemsize
    layout = made.get_layout()
    if layout == h5d.VIRTUAL:
        raise Refusal("nothing outside", f"{name} lies in other files", received="virtual")
    if layout == h5d.CHUNKED:
        _check_chunks(name, dataset, made, shape, dtype.itemsize)
    elif dataset.get_storage_size() != needed or needed > size:
        raise Refusal("whole", f"{name} needs {needed} bytes", received=dataset.get_storage_size())
    return Held(name, str(dtype), shape, dataset)


def _check_chunks(name: str, dataset: Any, made: Any, shape: tuple[int, ...], item: int) -> None:
    for number in range(made.get_nfilters()):
        filter_id = made.get_filter(number)[0]
        if filter_id not in _FILTERS:
            raise Refusal("limits", f"{name} is packed by filter {filter_id}", received=filter_id)
    chunk = made.get_chunk()
    if any(side <= 0 for side in chunk):
        raise Refusal("whole", f"{name} is stored in pieces of nothing", received=chunk)
    sides = [-(-length // side) for length, side in zip(shape, chunk, strict=True)]
    pieces = math.prod(sides)
    if pieces * math.prod(chunk) > 2 * math.prod(shape) + SMALL // item:
        raise Refusal("limits", f"{name} is stored in pieces too large", received=chunk)
    if pieces > ARRAYS * 10 or dataset.get_num_chunks() != pieces:
        raise Refusal("whole", f"{name} is not there in all its {pieces} pieces", received=chunk)


def _check_attributes(path: str, identity: Any) -> None:
    count = h5a.get_num_attrs(identity)
    place = path or "the file"
    if count > ATTRIBUTES:
        raise Refusal("limits", f"{place} has {count} attributes", received=count)
    for index in range(count):
        attribute = h5a.open(identity, index=index)
        kind = attribute.get_type().get_class()
        if kind not in (h5t.STRING, h5t.INTEGER, h5t.FLOAT):
            raise Refusal("arrays only", f"{place} has an attribute of class {kind}", received=kind)
        elements = math.prod(attribute.shape)
        if elements > ARRAYS or elements * attribute.get_type().get_size() > HEADER:
            raise Refusal(
                "limits", f"{place} has an attribute of {elements} values", received=elements
            )


def _text(attribute: Any) -> str:
    """Read a scalar text; whatever else is there counts as an empty one."""
    if attribute.get_type().get_class() != h5t.STRING or math.prod(attribute.shape) != 1:
        return ""
    into = np.empty(attribute.shape, dtype=attribute.dtype)
    attribute.read(into)
    value = into.flat[0] if into.shape else into[()]
    text = value if isinstance(value, str) else bytes(value).decode("utf-8", "replace")
    if len(text) > HEADER:
        raise Refusal("limits", f"an attribute has {len(text)} characters", received=len(text))
    return text


def _say(out: BinaryIO, said: dict[str, Any]) -> None:
    text = json.dumps(said).encode()
    out.write(struct.pack("<Q", len(text)) + text)
    out.flush()
