"""Safetensors files, kinds A55 to A64: headers that lie about what follows."""

from __future__ import annotations

import json
import struct
from collections.abc import Iterator

from items import Item, cut, numbers

DATA = numbers(4)


def made(header: object, data: bytes = DATA, length: int | None = None) -> bytes:
    """A file from its header, as JSON or text, and its data."""
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    return struct.pack("<Q", len(text) if length is None else length) + text + data


def entry(dtype: object = "F32", shape: object = (4,), offsets: object = (0, 16), **more) -> dict:
    """One array's entry in a header."""
    return {"dtype": dtype, "shape": shape, "data_offsets": offsets, **more}


def sound() -> bytes:
    """A file that is to be read."""
    return made({"__metadata__": {"format": "np"}, "a": entry()})


def lengths() -> Iterator[tuple[str, str, bytes]]:
    """A55, A56, A62: the header's length, and what is no header."""
    header = {"a": entry()}
    for length in (0, 1, 10**6, 2**31, 2**60, 2**63, 2**64 - 1):
        yield "A55", f"length{length}", made(header, length=length)
    many = {f"k{i}": entry("U8", (1,), (i, i + 1)) for i in range(100_000)}
    yield "A56", "entries", made(many, bytes(100_000))
    yield "A62", "latin", made(b'{"\xe9": 1}')
    yield "A62", "bom", made(b"\xef\xbb\xbf" + json.dumps(header).encode())
    yield "A62", "list", made(b"[1, 2]")
    yield "A62", "number", made(b"1")
    yield "A62", "space", made(b" " + json.dumps(header).encode())
    yield "A62", "no-json", made(b"{not json}")
    yield "A62", "deep", made(b'{"a":' * 50_000 + b"1" + b"}" * 50_000)
    yield "A62", "nothing", made({}, b"")
    yield (
        "A62",
        "not-a-number",
        made(b'{"a": {"dtype": "F32", "shape": [NaN], "data_offsets": [0]}}'),
    )
    yield "A62", "surrogate", made(b'{"\\ud800": %s}' % json.dumps(entry()).encode())


def layouts() -> Iterator[tuple[str, str, bytes]]:
    """A57 to A61: entries that overlap, leave holes, or are of no known kind."""
    one = json.dumps(entry()).encode()
    yield "A57", "twice", made(b'{"a": ' + one + b', "a": ' + one + b"}")
    inner = b'{"dtype": "F32", "dtype": "I32", "shape": [4], "data_offsets": [0, 16]}'
    yield "A57", "inner", made(b'{"a": ' + inner + b"}")
    half = {"a": entry(shape=(2,), offsets=(0, 8))}
    yield "A58", "overlap", made({**half, "b": entry(shape=(3,), offsets=(4, 16))})
    yield "A58", "same", made({"a": entry(), "b": entry()})
    yield "A58", "hole", made({**half, "b": entry(shape=(1,), offsets=(12, 16))})
    yield "A58", "hole-first", made({"a": entry(shape=(3,), offsets=(4, 16))})
    yield "A58", "trailing", made({"a": entry()}, DATA + b"\0")
    yield "A58", "missing", made({"a": entry()}, DATA[:-1])
    yield "A58", "backwards", made({"a": entry(offsets=(16, 0))})
    overflow = (4194305, 4194305, 211106198978564)
    yield "A59", "product", made({"a": entry(shape=overflow)})
    yield "A59", "sides", made({"a": entry(shape=(2**62, 4))})
    yield "A59", "zeros", made({"a": entry(shape=(2**62, 0), offsets=(0, 0))}, b"")
    yield "A59", "ranks", made({"a": entry(shape=(1,) * 1000 + (4,))})
    for dtype in ("F8_E4M3", "F8_E5M2", "F4", "I4", "C64", "Q8", "f32", "", None, 7, ["F32"], {}):
        yield (
            "A60",
            f"dtype{dtype}".translate({ord(c): "" for c in "[]{}'"}),
            made({"a": entry(dtype)}),
        )
    for called, shape in {
        "negative": (-4,), "negatives": (-2, -2), "float": (4.0,), "text": "4", "texts": ("4",),
        "null": None, "bool": (True, 4), "large": (1e300,), "nested": ((4,),),
    }.items():  # fmt: skip
        yield "A61", f"shape-{called}", made({"a": entry(shape=shape)})
    for called, offsets in {
        "negative": (-16, 0), "float": (0.0, 16.0), "text": ("0", "16"), "one": (16,),
        "three": (0, 8, 16), "large": (0, 2**64), "wrap": (2**64 - 16, 2**64),
    }.items():  # fmt: skip
        yield "A61", f"offsets-{called}", made({"a": entry(offsets=offsets)})
    yield "A61", "entry", made({"a": 7})
    yield "A61", "entry-less", made({"a": {"dtype": "F32", "shape": [4]}})
    yield "A61", "entry-more", made({"a": entry(file="/etc/passwd")})


def names() -> Iterator[tuple[str, str, bytes]]:
    """A63, A64: metadata and names that were not meant to be shown."""
    for called, said in {"number": {"a": 1}, "nested": {"a": {}}, "list": [], "text": "x"}.items():
        yield "A63", called, made({"__metadata__": said, "a": entry()})
    for called, name in {
        "up": "../../x", "absolute": "/etc/passwd", "line": "a\nb", "nul": "a\0b",
        "escape": "a\x1b[2Jb", "long": "a" * 10**6, "empty": "", "backslash": "..\\x",
        "direction": "a\u202eb",
    }.items():  # fmt: skip
        yield "A64", called, made({name: entry()})
    yield "A38", "nan", made({"a": entry()}, b"\0\0\xc0\x7f" * 4)


def shards() -> Iterator[Item]:
    """An index that names what it should not."""
    for called, place in {
        "up": "../x.safetensors", "absolute": "/etc/x.safetensors", "other": "passwd",
        "missing": "missing.safetensors", "number": 7, "linked": "linked.safetensors",
    }.items():  # fmt: skip
        text = json.dumps({"metadata": {}, "weight_map": {"a": place}}).encode()
        yield Item("A64", f"shard-{called}.safetensors.index.json", text)
    yield Item("A57", "shard-twice.index.json", b'{"weight_map": {"a": "x", "a": "y"}}')
    yield Item("A61", "shard-none.index.json", b'{"weight_map": {}}')
    yield Item("A61", "shard-list.index.json", b'{"weight_map": ["a"]}')


def items() -> Iterator[Item]:
    """All of them."""
    for group in (lengths, layouts, names):
        for kind, called, data in group():
            yield Item(kind, f"{called}.safetensors", data)
    yield Item("A56", "header.safetensors", struct.pack("<Q", 10**8) + b"{", length=10**8 + 8)
    yield from shards()
    for share in (0.02, 0.3, 0.6, 0.99):
        yield Item("A35", f"cut{share}.safetensors", cut(sound(), share))
    escaped = made({"__metadata__": {"note": "\x1b[2J" * 250_000}, "a": entry()})
    yield Item("A63", "metadata-long.safetensors", escaped, "read")
    yield Item("A55", "sound.safetensors", sound(), "read")
