"""HDF5 files, kinds A23 to A38: links, shapes, filters and kinds that lead astray."""

from __future__ import annotations

import functools
import io
import json
import struct
from collections.abc import Callable, Iterator

import h5py
import numpy as np
from h5py import h5d, h5p, h5s, h5t
from items import SECRET, Item, cut

GIB = 1 << 30


def made(fill: Callable[[h5py.File], None], sound: bool = True, **options: object) -> bytes:
    """An HDF5 file in memory; around a few sound arrays where `sound`."""
    stream = io.BytesIO()
    with h5py.File(stream, "w", **options) as file:
        if sound:
            write_sound(file)
        fill(file)
    return stream.getvalue()


def write_sound(file: h5py.File) -> None:
    """A few arrays, as Keras 3 names them."""
    rng = np.random.default_rng(0)
    for path, shape in (
        ("layers/conv2d/vars/0", (3, 3, 3, 4)),
        ("layers/batch_normalization/vars/0", (4,)),
        ("layers/dense/vars/0", (4, 3)),
    ):
        file[path] = rng.uniform(-1, 1, shape).astype(np.float32)


def nothing(file: h5py.File) -> None:
    """Add nothing."""


def links() -> Iterator[tuple[str, str, Callable[[h5py.File], None]]]:
    """What leads out of a file, or round in it."""
    yield "A24", "external", lambda f: f.__setitem__("x", h5py.ExternalLink(SECRET, "/y"))
    yield "A24", "external-group", lambda f: f.__setitem__("l/x", h5py.ExternalLink(SECRET, "/"))
    yield "A25", "soft", lambda f: f.__setitem__("x", h5py.SoftLink("/layers"))
    yield "A25", "loop", lambda f: f.__setitem__("x", h5py.SoftLink("/x"))
    yield "A25", "nowhere", lambda f: f.__setitem__("x", h5py.SoftLink("/nowhere"))
    yield "A25", "hard-twice", lambda f: f.__setitem__("x", f["layers/dense/vars/0"])
    yield "A25", "hard-loop", lambda f: f.__setitem__("layers/x", f["layers"])
    yield "A26", "storage", lambda f: f.create_dataset("x", (8,), "f4", external=[(SECRET, 0, 32)])
    yield (
        "A26",
        "storage-bytes",
        lambda f: f.create_dataset("x", (120,), "u1", external=[(SECRET, 0, h5py.h5f.UNLIMITED)]),
    )

    def virtual(file: h5py.File) -> None:
        layout = h5py.VirtualLayout((8,), "f4")
        layout[:] = h5py.VirtualSource(SECRET, "y", (8,))
        file.create_virtual_dataset("x", layout)

    def virtual_self(file: h5py.File) -> None:
        layout = h5py.VirtualLayout((4, 3), "f4")
        layout[:] = h5py.VirtualSource(".", "layers/dense/vars/0", (4, 3))
        file.create_virtual_dataset("x", layout)

    yield "A27", "virtual", virtual
    yield "A27", "virtual-self", virtual_self
    yield "A32", "reference", lambda f: f.create_dataset("x", data=f.ref, dtype=h5py.ref_dtype)
    yield (
        "A32",
        "region",
        lambda f: f.create_dataset(
            "x", data=f["layers/dense/vars/0"].regionref[:1], dtype=h5py.regionref_dtype
        ),
    )
    yield "A32", "attribute", lambda f: f.attrs.__setitem__("x", f.ref)


def shapes() -> Iterator[tuple[str, str, Callable[[h5py.File], None]]]:
    """Shapes and pieces that want much from little."""
    zipped = {"compression": "gzip"}

    def chunked(shape: tuple[int, ...], chunks: tuple[int, ...], **more: object) -> Callable:
        return lambda f: f.create_dataset("x", shape, "f4", chunks=chunks, **more)

    yield "A28", "fill-value", chunked((10**6, 10**6), (1000, 1000), **zipped)
    yield "A28", "fill-small", chunked((10**4, 10**4), (100, 100), fillvalue=1.0, **zipped)
    yield "A28", "zeros", lambda f: f.create_dataset("x", data=np.zeros(1 << 23, "f4"), **zipped)
    yield "A28", "contiguous", lambda f: f.create_dataset("x", (2**40,), "f4")
    yield "A28", "exa", lambda f: f.create_dataset("x", (2**58,), "f4", chunks=(1 << 20,))
    yield "A28", "sides", chunked((2**31, 2**29), (1, 1 << 20))
    yield "A30", "chunk-large", chunked((2,), (1 << 24,), maxshape=(None,))
    yield "A30", "chunk-tiny", chunked((10**7,), (1,))
    yield "A30", "no-room", lambda f: f.create_dataset("x", (0, 4), "f4")
    yield (
        "A30",
        "many-sides",
        lambda f: f.create_dataset("x", (1,) * 32, "f4", data=np.ones((1,) * 32, "f4")),
    )
    yield "A30", "half-there", half_there

    def hundred(file: h5py.File) -> None:
        for number in range(100):
            file.create_dataset(f"x{number}", (int(3.9 * GIB) // 4,), "f4", chunks=(1 << 20,))

    yield "A29", "hundred", hundred
    for called, options in {
        "lzf": {"compression": "lzf"},
        "fletcher": {"fletcher32": True},
        "scale-offset": {"scaleoffset": 4},
    }.items():
        yield (
            "A31",
            called,
            lambda f, options=options: f.create_dataset(
                "x", data=np.arange(64).reshape(8, 8), chunks=(8, 8), **options
            ),
        )
    yield "A31", "unknown", unknown_filter
    yield "A31", "n-bit", n_bit


def half_there(file: h5py.File) -> None:
    """A dataset of which one piece of four was written."""
    held = file.create_dataset("x", (8, 8), "f4", chunks=(4, 4))
    held[:4, :4] = 1


def unknown_filter(file: h5py.File) -> None:
    """A dataset packed by a filter that is nowhere."""
    made = h5p.create(h5p.DATASET_CREATE)
    made.set_chunk((8,))
    made.set_filter(32000, h5py.h5z.FLAG_OPTIONAL, (1,))
    space = h5s.create_simple((8,))
    held = h5d.create(file.id, b"x", h5t.NATIVE_FLOAT, space, made)
    held.write_direct_chunk((0,), bytes(32), 1)


def n_bit(file: h5py.File) -> None:
    """A dataset with the filter N-bit."""
    made = h5p.create(h5p.DATASET_CREATE)
    made.set_chunk((8,))
    made.set_filter(h5py.h5z.FILTER_NBIT, h5py.h5z.FLAG_OPTIONAL, ())
    h5d.create(file.id, b"x", h5t.NATIVE_FLOAT, h5s.create_simple((8,)), made)


def kinds() -> Iterator[tuple[str, str, Callable[[h5py.File], None]]]:
    """Numbers that are none, and attributes that are too many."""
    odd = {
        "text": np.array([b"abc"], "S3"),
        "compound": np.zeros(2, [("a", "f4"), ("b", "i4")]),
        "complex": np.zeros(2, "c8"),
        "big-endian": np.zeros(2, ">f4"),
        "void": np.zeros(2, "V2"),
        "bool-enum": np.zeros(2, bool),
        "long-double": np.zeros(2, np.longdouble),
    }
    for called, value in odd.items():
        yield "A33", called, lambda f, value=value: f.create_dataset("x", data=value)
    yield "A33", "texts", lambda f: f.create_dataset("x", data=["a"], dtype=h5py.string_dtype())
    yield "A33", "ragged", lambda f: f.create_dataset("x", (2,), h5py.vlen_dtype(np.float32))
    yield "A33", "type", lambda f: f.__setitem__("x", np.dtype("f4"))
    yield "A33", "null", lambda f: f.__setitem__("x", h5py.Empty("f4"))
    enum = h5py.enum_dtype({"a": 1}, basetype="i4")
    yield "A33", "enum", lambda f: f.create_dataset("x", (2,), enum)
    yield "A38", "nan", lambda f: f.create_dataset("x", data=np.full(4, np.nan, "f4"))
    yield "A38", "infinite", lambda f: f.create_dataset("x", data=np.full(4, np.inf, "f4"))

    def many_groups(file: h5py.File) -> None:
        for number in range(41_000):
            h5py.h5g.create(file.id, b"%d" % number)

    def deep(file: h5py.File) -> None:
        file.create_group("/".join("g" * 40))

    def many_attributes(file: h5py.File) -> None:
        for number in range(100):
            file.attrs[str(number)] = 1

    yield "A34", "groups", many_groups
    yield "A34", "deep", deep
    yield "A34", "attributes", many_attributes
    yield "A64", "name-up", lambda f: f.create_dataset("a\\..\\b", data=np.ones(2, "f4"))
    yield "A64", "name-escape", lambda f: f.create_dataset("a\x1b[2J", data=np.ones(2, "f4"))
    yield "A64", "name-long", lambda f: f.create_dataset("a" * 5000, data=np.ones(2, "f4"))


def weight_names() -> bytes:
    """An attribute of a million names."""

    def fill(file: h5py.File) -> None:
        file.attrs.create("weight_names", np.full(10**6, b"w", "S1"))

    return made(fill, libver="latest")


def broken() -> Iterator[Item]:
    """Sound files that were cut, moved or lengthened."""
    sound = made(nothing)
    for share in (0.1, 0.5, 0.9, 0.99):
        yield Item("A35", f"cut{share}.h5", cut(sound, share))
    for length in (8, 12, 40, 96):
        yield Item("A35", f"superblock{length}.h5", sound[:length])
    yield Item("A35", "last.h5", sound[:-1])
    yield Item("A36", "user-block.h5", made(nothing, userblock_size=512))
    yield Item("A36", "moved.h5", bytes(512) + sound)
    yield Item("A36", "longer.h5", sound + bytes(8))
    yield Item("A35", "version.h5", sound[:8] + b"\x09" + sound[9:])
    yield Item("A35", "end.h5", sound[:40] + struct.pack("<Q", 2**60) + sound[48:])
    for start in (96, 800):
        scribbled = sound[:start] + b"\xff" * 64 + sound[start + 64 :]
        yield Item("A35", f"scribbled{start}.h5", scribbled)
    yield Item("A22", "empty.h5", made(nothing, sound=False))


@functools.cache
def contents() -> list[tuple[str, str, bytes]]:
    """Every one as kind, name and bytes; they are hostile in a .keras too."""
    fills = (*links(), *shapes(), *kinds())
    found = [(kind, called, made(fill)) for kind, called, fill in fills]
    return [*found, ("A34", "weight-names", weight_names())]


def with_config(config: object) -> bytes:
    """A full model in Keras's older layout, with a configuration."""
    text = config if isinstance(config, str) else json.dumps(config)

    def fill(file: h5py.File) -> None:
        file.attrs["model_config"] = text
        file.attrs["keras_version"] = "3.8.0"
        file["model_weights/dense/dense/kernel:0"] = np.ones((2, 2), np.float32)

    return made(fill, sound=False)


def odd_but_sound() -> Iterator[Item]:
    """What is no net's business here, and no harm: other shapes, very small numbers (A37, A38)."""
    turned = made(lambda f: f.create_dataset("layers/x/vars/0", data=np.ones((4, 3, 3, 3), "f4")))
    yield Item("A37", "turned.weights.h5", turned, "read")
    small = made(lambda f: f.create_dataset("x", data=np.full(4, 1e-40, "f4")))
    yield Item("A38", "denormal.h5", small, "read")
    packed = made(lambda f: f.create_dataset("x", data=np.ones((64, 64), "f4"), compression="gzip"))
    yield Item("A28", "gzip.h5", packed, "read")


def items() -> Iterator[Item]:
    """All that are HDF5 files by themselves."""
    for kind, called, data in contents():
        yield Item(kind, f"{called}.h5", data)
    yield from broken()
    yield from odd_but_sound()
