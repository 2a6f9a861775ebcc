"""PyTorch's files, kinds A39 to A54: pickles that run code, and sizes that lie."""

from __future__ import annotations

import gzip
import io
import struct
import tarfile
from collections.abc import Iterator

from items import CANARY, Item, cut
from torch_maker import (
    CONTENT,
    FALSE,
    NOTHING,
    call,
    dense,
    legacy,
    mapping,
    name,
    number,
    pickled,
    several,
    state,
    storage,
    tensor,
    text,
    zipped,
)

_TOUCH = f"touch {CANARY}"
_WRITE = f"open('{CANARY}', 'w').close()"


def payloads() -> dict[str, tuple[str, bytes]]:
    """Calls that make the canary file when they run: kind of list A and instructions by name."""
    getattr_ = name("builtins", "getattr")
    module = call(name("importlib", "import_module"), text("os"))
    nested = pickled(call(name("builtins", "exec"), text(_WRITE)))
    held = call(name("_codecs", "encode"), text(nested.decode("latin-1")), text("latin-1"))
    shell = several(text("sh"), text("-c"), text(_TOUCH))
    return {
        "os-system": ("A39", call(name("os", "system"), text(_TOUCH))),
        "posix-system": ("A39", call(name("posix", "system"), text(_TOUCH))),
        "subprocess": ("A39", call(name("subprocess", "call"), b"](" + shell[1:-1] + b"e")),
        "spawn": ("A39", call(name("os", "spawnv"), number(0), text("/bin/sh"), shell)),
        "eval": ("A40", call(name("builtins", "eval"), text(f"exec({_WRITE!r})"))),
        "exec": ("A40", call(name("builtins", "exec"), text(_WRITE))),
        "python2": ("A40", call(name("__builtin__", "eval"), text(f"exec({_WRITE!r})"))),
        "getattr": ("A40", call(call(getattr_, module, text("system")), text(_TOUCH))),
        "open": ("A40", call(name("builtins", "open"), text(CANARY), text("w"))),
        "timeit": ("A40", call(name("timeit", "timeit"), text("pass"), text(_WRITE))),
        "load-from-bytes": ("A41", call(name("torch.storage", "_load_from_bytes"), held)),
        "mkdir": ("A39", call(name("os", "mkdir"), text(CANARY))),
    }


def _positions(payload: bytes) -> dict[str, bytes]:
    """Files with the payload where a reader may meet it."""
    inside = {"a": payload, **state()}
    old = {"a": payload, **state(legacy=True)}
    sparse = {"x": call(name("collections", "OrderedDict")) + payload + b"b", **state()}
    identity = {"x": several(text("storage"), payload, text("0"), text("cpu"), number(1)) + b"Q"}
    return {
        "zip.pth": zipped(payload, {}),
        "zip-inside.pth": zipped(mapping(inside)),
        "zip-wrapped.pt": zipped(mapping({"state_dict": mapping(inside)})),
        "zip-build.pth": zipped(mapping(sparse)),
        "zip-storage.pth": zipped(mapping(identity), {}),
        "legacy-first.th": legacy(mapping(state(True)), first=pickled(payload)),
        "legacy-system.th": legacy(mapping(state(True)), system=payload),
        "legacy-content.th": legacy(mapping(old)),
        "legacy-keys.th": legacy(mapping(state(True)), keys=payload),
        "bare.pkl": pickled(payload),
        "bare-second.pth": pickled(number(1)) + pickled(payload),
    }


def running_code() -> Iterator[Item]:
    """Files that run code in a reader that unpickles them."""
    for called, (kind, payload) in payloads().items():
        for where, data in _positions(payload).items():
            yield Item(kind, f"{called}-{where}", data, code=True)
        broken = zipped(payload + b"\x00\x00", {})
        yield Item("A45", f"{called}-tail.pth", broken, code=True)
        yield Item("A45", f"{called}-tail.th", cut(legacy(payload, {}), 0.99), code=True)
        for protocol in (0, 1, 4, 5):
            data = zipped(payload, {}, protocol=protocol)
            runs = called != "python2" or protocol < 3  # the name is translated up to there
            yield Item("A46", f"{called}-protocol{protocol}.pth", data, code=runs)
        bait = payload + b"0" + call(name("torch", "NoSuchStorage"))
        yield Item("A53", f"{called}-bait.pth", zipped(bait, {}), code=True)
        yield Item("A53", f"{called}-bait.th", legacy(bait, {}), code=True)
        for ending in ("safetensors", "h5", "weights.h5", "keras"):
            yield Item("A67", f"{called}-bare.{ending}", pickled(payload), code=True)


def objects() -> Iterator[Item]:
    """Files that hold other things than plain arrays."""
    held = storage("0", 4)
    strides = several(number(1))
    named = {
        "scalar": ("A42", call(name("numpy.core.multiarray", "scalar"), text("x"))),
        "reconstruct": ("A42", call(name("numpy.core.multiarray", "_reconstruct"), number(0))),
        "encode": ("A42", call(name("_codecs", "encode"), text("a"), text("latin1"))),
        "sparse": ("A48", call(name("torch._utils", "_rebuild_sparse_tensor"), number(0))),
        "quantized": ("A48", call(name("torch._utils", "_rebuild_qtensor"), held)),
        "nested": ("A48", call(name("torch._utils", "_rebuild_nested_tensor"), held)),
        "meta": ("A48", call(name("torch._utils", "_rebuild_meta_tensor_no_storage"), held)),
        "wrapped": ("A48", call(name("torch._utils", "_rebuild_wrapper_subclass"), held)),
        "complex": ("A48", tensor(storage("0", 4, "ComplexFloatStorage"), 0, (4,), (1,))),
        "qint": ("A48", tensor(storage("0", 4, "QInt8Storage"), 0, (4,), (1,))),
        "module": ("A49", call(name("torch.nn.modules.container", "Sequential")) + b"}b"),
        "resnet": ("A49", call(name("torchvision.models.resnet", "ResNet")) + b"}b"),
        "main": ("A49", call(name("__main__", "Net")) + b"}b"),
        "namespace": ("A49", call(name("argparse", "Namespace")) + b"}b"),
        "bytes": ("A42", b"B" + struct.pack("<I", 4) + b"abcd"),
        "set": ("A42", b"\x8f(" + number(1) + b"\x90"),
        "inst": ("A46", b"(" + strides + b"ios\nsystem\n"),
        "object": ("A46", b"(" + name("os", "system") + strides + b"o"),
        "extension": ("A46", b"\x82\x01"),
        "list": ("A49", b"](" + held + b"e"),
        "text": ("A49", text("weights")),
    }
    for called, (kind, value) in named.items():
        data = {"0": CONTENT["1"]}
        yield Item(kind, f"{called}.pth", zipped(mapping({"a": value}), data))
        yield Item(kind, f"{called}.th", legacy(mapping({"a": value}), data))
        yield Item(kind, f"{called}-alone.pth", zipped(value, data))
    source = several(text("module"), name("torch.nn", "Linear"), text("a.py"), text("import os"))
    yield Item("A49", "source.th", legacy(mapping({"a": source + b"Q"})))


def sizes() -> Iterator[Item]:
    """Files whose sizes, views or storages lie."""
    for count in (2**40, 2**60, 2**63, 2**200, -1, 0, 3, 5):
        value = mapping({"a": tensor(storage("0", count, view=NOTHING), 0, (4,), (1,))})
        data = {"0": CONTENT["1"]}
        kind = "A44" if count > 10 else "A47"
        yield Item(kind, f"storage{count % 99991}.pth", zipped(value, data))
        told = {"0": max(-(2**63), min(count, 2**63 - 1))}
        yield Item(kind, f"storage{count % 99991}.th", legacy(value, data, counts=told))
        yield Item(kind, f"length{count % 99991}.th", legacy(mapping(state(True)), counts=told))
    views = {
        "past": (1, (4,), (1,)),
        "far": (2**60, (4,), (1,)),
        "long": (0, (5,), (1,)),
        "huge": (0, (2**31, 2**31), (0, 0)),
        "wide": (0, (4,), (2**60,)),
        "negative": (0, (4,), (-1,)),
        "negative-side": (0, (-4,), (1,)),
        "negative-offset": (-1, (4,), (1,)),
        "overlap": (0, (2, 2), (1, 1)),
        "repeated": (0, (1000,), (0,)),
        "ranks": (0, (2, 2), (1,)),
        "many": (0, (1,) * 40, (1,) * 40),
        "none": (0, (4, 0), (1, 1)),
    }
    for called, (offset, shape, strides) in views.items():
        for ending, made in (("pth", zipped), ("th", legacy)):
            view = NOTHING if ending == "th" else None
            value = mapping({"a": tensor(storage("0", 4, view=view), offset, shape, strides)})
            yield Item("A47", f"view-{called}.{ending}", made(value, {"0": CONTENT["1"]}))
    part = several(text("v"), number(2), number(3))
    value = mapping({"a": tensor(storage("0", 4, view=part), 0, (3,), (1,))})
    yield Item("A47", "view-of-view.th", legacy(value, {"0": CONTENT["1"]}))
    two = mapping(
        {
            "a": tensor(storage("0", 4), 0, (4,), (1,)),
            "b": tensor(storage("0", 2, "DoubleStorage"), 0, (2,), (1,)),
        }
    )
    yield Item("A47", "two-kinds.pth", zipped(two, {"0": CONTENT["1"]}))
    yield Item("A47", "missing.pth", zipped(mapping(state()), {}))
    yield Item("A47", "left-over.pth", zipped(mapping({"a": state()["fc.bias"]})))
    yield Item("A47", "left-over.th", legacy(mapping(state(True)), {**CONTENT, "9": b""}))
    yield Item("A51", "big.pth", zipped(mapping(state()), order=b"big"))
    big = b"}(" + text("little_endian") + FALSE + b"u"
    yield Item("A51", "big.th", legacy(mapping(state(True)), system=big))
    yield Item("A38", "nan.pth", zipped(mapping(state()), {**CONTENT, "1": b"\0\0\xc0\x7f" * 4}))
    yield Item("A38", "inf.th", legacy(mapping(state(True)), {**CONTENT, "1": b"\0\0\x80\x7f" * 4}))


def bombs() -> Iterator[Item]:
    """Pickles that are small and want much."""
    laughs = b"]q\x00" + b"".join(
        b"](" + (b"h" + bytes([i])) * 10 + b"eq" + bytes([i + 1]) for i in range(30)
    )
    tuples = b")" + b"".join(b"q" + bytes([i]) + b"h" + bytes([i]) + b"\x86" for i in range(200))
    wanted = {
        "memo": ("A46", b"N" + b"r" + struct.pack("<I", 2**32 - 1)),
        "get": ("A46", b"j" + struct.pack("<I", 2**32 - 1)),
        "laughs": ("A46", laughs),
        "hash": ("A46", b"}" + tuples + b"Ns"),
        "text": ("A46", b"X" + struct.pack("<I", 2**32 - 1)),
        "text8": ("A46", b"\x8d" + struct.pack("<Q", 2**60)),
        "frame": ("A46", b"\x95" + struct.pack("<Q", 2**60) + b"0"),
        "long": ("A46", b"\x8b" + struct.pack("<I", 2**31 - 1)),
        "lists": ("A46", b"]" * 2_000_000),
        "marks": ("A46", b"(" * 2_000_000),
        "deep": ("A46", b"]" * 100_000 + b"a" * 99_999),
        "pops": ("A46", b"0" * 10),
        "empty": ("A46", b""),
        "appends": ("A46", b"a"),
        "binpersid": ("A46", b"Q"),
        "persid": ("A46", b"Pstorage\n"),
    }
    for called, (kind, value) in wanted.items():
        yield Item(kind, f"bomb-{called}.pth", zipped(value, {}))
        yield Item(kind, f"bomb-{called}.th", legacy(value, {}))
    many = mapping([(f"k{i}", b"K\1") for i in range(10**6)])
    yield Item("A54", "keys.pth", zipped(many, {}))
    yield Item("A54", "keys.th", legacy(many, {}))
    twice = [*state().items(), *state().items()]
    yield Item("A57", "twice.pth", zipped(mapping(twice)))


def other_containers() -> Iterator[Item]:
    """Archives under PyTorch's endings, and PyTorch's first layout, which was a tar."""
    stream = io.BytesIO()
    with tarfile.open(fileobj=stream, mode="w") as tar:
        for member in ("storages", "tensors", "pickle"):
            info = tarfile.TarInfo(member)
            info.size = 4
            tar.addfile(info, io.BytesIO(b"data"))
    sound = zipped(mapping(state()))
    for ending in ("pth", "pt", "th"):
        yield Item("A43", f"tar.{ending}", stream.getvalue())
        yield Item("A52", f"seven.{ending}", b"7z\xbc\xaf\x27\x1c" + bytes(40))
        yield Item("A52", f"rar.{ending}", b"Rar!\x1a\x07\x01\x00" + bytes(40))
        yield Item("A52", f"gzip.{ending}", gzip.compress(sound))
    yield Item("A52", "script.pt", zipped(mapping(state())).replace(b"version", b"code/a."))


def broken() -> Iterator[Item]:
    """Sound files that were cut, changed or lengthened."""
    for ending, sound in sound_files().items():
        for share in (0.05, 0.3, 0.6, 0.9, 0.99):
            yield Item("A35", f"cut{share}.{ending}", cut(sound, share))
        yield Item("A35", f"last.{ending}", sound[:-1])
        yield Item("A58", f"longer.{ending}", sound + b"\0")


def sound_files() -> dict[str, bytes]:
    """Files that are to be read, by ending."""
    return {"pth": zipped(mapping(state())), "th": legacy(mapping(state(legacy=True)))}


def wrapped() -> Iterator[Item]:
    """State dicts within wrappers, which are no harm (A50)."""
    prefixed = {f"module.{key}": value for key, value in state().items()}
    for wrapper in ("state_dict", "model", "ema"):
        value = mapping({wrapper: mapping(prefixed), "epoch": number(3)})
        yield Item("A50", f"wrapped-{wrapper}.pth", zipped(value), "read")
    shape = (3, 4)
    turned = tensor(storage("2", 12), 0, shape[::-1], dense(shape)[0][::-1])
    value = mapping({**state(), "fc.weight": turned})
    yield Item("A47", "transposed.pth", zipped(value), "read")


def items() -> Iterator[Item]:
    """All of them."""
    for made in (running_code, objects, sizes, bombs, other_containers, broken, wrapped):
        yield from made()
