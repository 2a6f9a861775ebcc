"""PyTorch's two layouts, put together instruction by instruction, without PyTorch."""

from __future__ import annotations

import struct

from items import numbers
from zip_maker import Part, archive

MAGIC = 0x1950A86A20F9469CFC6C
SHAPES = {"conv.weight": (4, 3, 3, 3), "bn.weight": (4,), "fc.weight": (3, 4), "fc.bias": (3,)}
NOTHING = b"N"
FALSE = b"\x89"


def text(value: str) -> bytes:
    """A text."""
    raw = value.encode()
    return b"X" + struct.pack("<I", len(raw)) + raw


def number(value: int) -> bytes:
    """A whole number."""
    if 0 <= value < 256:
        return b"K" + bytes([value])
    if -(2**31) <= value < 2**31:
        return b"J" + struct.pack("<i", value)
    raw = value.to_bytes(value.bit_length() // 8 + 1, "little", signed=True)
    return b"\x8a" + bytes([len(raw)]) + raw


def name(module: str, attribute: str) -> bytes:
    """A name to be looked up."""
    return f"c{module}\n{attribute}\n".encode()


def several(*values: bytes) -> bytes:
    """A tuple."""
    return b"(" + b"".join(values) + b"t"


def call(callee: bytes, *arguments: bytes) -> bytes:
    """A call."""
    return callee + several(*arguments) + b"R"


def mapping(entries: dict[str, bytes] | list[tuple[str, bytes]]) -> bytes:
    """A dictionary by text."""
    pairs = entries.items() if isinstance(entries, dict) else entries
    return b"}(" + b"".join(text(key) + value for key, value in pairs) + b"u"


def pickled(value: bytes, protocol: int = 2) -> bytes:
    """A whole pickle."""
    return (b"\x80" + bytes([protocol]) if protocol > 1 else b"") + value + b"."


def storage(key: str, count: int, kind: str = "FloatStorage", view: bytes | None = None) -> bytes:
    """A storage, by its persistent id."""
    parts = [text("storage"), name("torch", kind), text(key), text("cpu"), number(count)]
    return several(*parts, *([] if view is None else [view])) + b"Q"


def tensor(held: bytes, offset: int, shape: tuple[int, ...], strides: tuple[int, ...]) -> bytes:
    """A view of a storage."""
    hooks = call(name("collections", "OrderedDict"))
    sides, steps = (several(*map(number, values)) for values in (shape, strides))
    rebuild = name("torch._utils", "_rebuild_tensor_v2")
    return call(rebuild, held, number(offset), sides, steps, FALSE, hooks)


def dense(shape: tuple[int, ...]) -> tuple[tuple[int, ...], int]:
    """The strides of an array without gaps, and how many elements it has."""
    strides, step = [], 1
    for side in reversed(shape):
        strides.append(step)
        step *= side
    return tuple(reversed(strides)), step


def state(legacy: bool = False) -> dict[str, bytes]:
    """The entries of a small sound state dict."""
    view = NOTHING if legacy else None
    return {
        key: tensor(storage(str(place), dense(shape)[1], view=view), 0, shape, dense(shape)[0])
        for place, (key, shape) in enumerate(SHAPES.items())
    }


CONTENT = {str(place): numbers(dense(s)[1], place) for place, s in enumerate(SHAPES.values())}


def zipped(
    value: bytes, content: dict[str, bytes] = CONTENT, order: bytes = b"little", protocol: int = 2
) -> bytes:
    """The zip layout around a value."""
    data = [Part(f"archive/data/{key}", held) for key, held in content.items()]
    return archive(
        [
            Part("archive/data.pkl", pickled(value, protocol)),
            Part("archive/byteorder", order),
            *data,
            Part("archive/version", b"3\n"),
        ]
    )


def legacy(
    value: bytes,
    content: dict[str, bytes] = CONTENT,
    first: bytes | None = None,
    system: bytes | None = None,
    keys: bytes | None = None,
    counts: dict[str, int] | None = None,
) -> bytes:
    """The legacy layout around a value; parts of it may be given instead."""
    little = b"}(" + text("protocol_version") + number(1001) + text("little_endian") + b"\x88u"
    listed = b"](" + b"".join(map(text, content)) + b"e"
    whole = [
        first or pickled(b"\x8a\x0a" + MAGIC.to_bytes(10, "little")),
        pickled(number(1001)),
        pickled(system or little),
        pickled(value),
        pickled(keys or listed),
    ]
    for key, held in content.items():
        whole += [struct.pack("<q", (counts or {}).get(key, len(held) // 4)), held]
    return b"".join(whole)
