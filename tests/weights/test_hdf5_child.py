"""HDF5 as its own library writes it, and everything in it that is no plain array."""

from __future__ import annotations

import io
import json
import struct
from collections.abc import Callable
from typing import Any

import h5py
import numpy as np
import pytest

from resnets.weights.foreign import Refusal
from resnets.weights.hdf5_child import answer, survey


def made(fill: Callable[[h5py.File], Any]) -> bytes:
    stream = io.BytesIO()
    with h5py.File(stream, "w") as file:
        file["layers/dense/vars/0"] = np.arange(6, dtype=np.float32).reshape(2, 3)
        fill(file)
    return stream.getvalue()


def test_the_answer_is_a_header_and_the_numbers() -> None:
    out = io.BytesIO()
    answer(made(lambda f: f["layers/dense"].attrs.__setitem__("name", "head")), out)
    (length,) = struct.unpack("<Q", out.getvalue()[:8])
    header = json.loads(out.getvalue()[8 : 8 + length])
    assert header["arrays"] == [["layers/dense/vars/0", "float32", [2, 3]]]
    assert json.loads(header["facts"]["names"]) == {"layers/dense": "head"}
    assert out.getvalue()[8 + length :] == np.arange(6, dtype=np.float32).tobytes()


def test_an_offset_that_no_file_has() -> None:
    """The end of the file, in the superblock's byte 40 to 47, set to 2**63 and more."""
    sound, out = made(lambda file: None), io.BytesIO()
    answer(sound[:41] + bytes(7) + b"\x80" + sound[49:], out)
    assert json.loads(out.getvalue()[8:])["refused"][0] == "whole"


def test_the_answer_to_what_is_no_hdf5() -> None:
    out = io.BytesIO()
    answer(b"\x89HDF\r\n\x1a\n" + bytes(500), out)
    assert json.loads(out.getvalue()[8:])["refused"][0] == "whole"


@pytest.mark.parametrize(
    ("fill", "rule", "words"),
    (
        (lambda f: f.__setitem__("x", h5py.ExternalLink("a", "/")), "nothing outside", "a link"),
        (lambda f: f.__setitem__("x", h5py.SoftLink("/x")), "nothing outside", "a link"),
        (lambda f: f.__setitem__("x", f["layers"]), "nothing outside", "two names"),
        (
            lambda f: f.create_dataset("x", (1,), "f4", external=[("a", 0, 4)]),
            "nothing outside",
            "another file",
        ),
        (lambda f: f.create_dataset("x", data=["a"]), "plain numbers", "another kind"),
        (lambda f: f.create_dataset("x", data=np.ones(1, ">f4")), "plain numbers", "another kind"),
        (lambda f: f.__setitem__("x", np.dtype("f4")), "plain numbers", "a type"),
        (lambda f: f.__setitem__("x", h5py.Empty("f4")), "whole", "holds nothing"),
        (lambda f: f.create_dataset("x", (1 << 30,), "f4"), "whole", "needs"),
        (lambda f: f.create_dataset("x", (4, 4), "f4", chunks=(2, 2)), "whole", "4 pieces"),
        (
            lambda f: f.create_dataset("x", (2,), "f4", chunks=(1 << 22,), maxshape=(None,)),
            "limits",
            "pieces too large",
        ),
        (
            lambda f: f.create_dataset("x", data=np.ones((8, 8)), compression="lzf"),
            "limits",
            "filter 32000",
        ),
        (
            lambda f: f.create_dataset("x", data=np.zeros(1 << 22), compression="gzip"),
            "limits",
            "bytes of arrays",
        ),
        (lambda f: f.attrs.__setitem__("x", f.ref), "arrays only", "attribute of class"),
        (lambda f: [f.attrs.__setitem__(str(n), 1) for n in range(65)], "limits", "65 attributes"),
        (lambda f: f.create_group("/".join("g" * 40)), "limits", "too many groups"),
        (lambda f: f.create_dataset("x\ny", data=1.0), "names", "impossible name"),
    ),
)
def test_what_is_no_plain_array(fill: Callable[[h5py.File], Any], rule: str, words: str) -> None:
    with pytest.raises(Refusal, match=words) as caught:
        survey(made(fill))
    assert caught.value.rule == rule


def test_a_virtual_dataset() -> None:
    def fill(file: h5py.File) -> None:
        layout = h5py.VirtualLayout((2, 3), "f4")
        layout[:] = h5py.VirtualSource("other.h5", "x", (2, 3))
        file.create_virtual_dataset("x", layout)

    with pytest.raises(Refusal, match="in other files"):
        survey(made(fill))


def test_packed_by_gzip_and_shuffled_it_is_read() -> None:
    value = np.random.default_rng(0).normal(size=(64, 64)).astype(np.float32)
    options = {"compression": "gzip", "shuffle": True}
    out = io.BytesIO()
    answer(made(lambda f: f.create_dataset("x", data=value, **options)), out)
    assert out.getvalue().endswith(value.tobytes()) or value.tobytes() in out.getvalue()


def test_a_full_model_loses_its_optimizer_and_the_group_around() -> None:
    stream = io.BytesIO()
    with h5py.File(stream, "w") as file:
        file["model_weights/dense/dense/kernel:0"] = np.ones((2, 2), np.float32)
        file["optimizer_weights/adam/m"] = np.ones((2, 2), np.float32)
        file.attrs["keras_version"] = "2.15.0"
    held, facts = survey(stream.getvalue())
    assert [one.name for one in held] == ["dense/dense/kernel:0"]
    assert facts == {"wrapper": "model_weights/", "keras_version": "2.15.0"}
