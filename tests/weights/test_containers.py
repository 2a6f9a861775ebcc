"""What a file is, its content says; and what it is otherwise, in words."""

from __future__ import annotations

import io
import zipfile

import pytest

from resnets.weights.containers import container_of
from resnets.weights.foreign import Refusal


def zipped(*names: str) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name in names:
            archive.writestr(name, b"x")
    return stream.getvalue()


def of(data: bytes, name: str = "file") -> str:
    return container_of(lambda offset, size: data[offset : offset + size], len(data), name)


@pytest.mark.parametrize(
    ("data", "container"),
    (
        (b"\x89HDF\r\n\x1a\n" + bytes(9), "hdf5"),
        (zipped("archive/data.pkl"), "torch-zip"),
        (zipped("config.json", "model.weights.h5"), "keras"),
        (b"\x80\x02\x8a\nl\xfc\x9cF\xf9 j\xa8P\x19.", "torch-legacy"),
        (b"\x02\0\0\0\0\0\0\0{}", "safetensors"),
        (b'{"metadata": {}, "weight_map": {}}', "safetensors-index"),
    ),
)
def test_each_container(data: bytes, container: str) -> None:
    for name in ("a.pth", "a.keras", "a.safetensors", "a"):
        assert of(data, name) == container


@pytest.mark.parametrize(
    ("data", "words", "hint"),
    (
        (b"version https://git-lfs.github.com/spec/v1\noid", "Git LFS pointer", "git lfs pull"),
        (b"<!DOCTYPE html><html>", "web page", "browser"),
        (b"<html>", "web page", "browser"),
        (b"7z\xbc\xaf\x27\x1c", "7z archive", "unpack"),
        (b"Rar!\x1a", "RAR archive", "unpack"),
        (b"\x1f\x8b\x08", "gzip archive", "unpack"),
        (bytes(257) + b"ustar\0", "tar archive", "unpack"),
        (zipped("a.npy"), "NPZ file", "state dict"),
        (b"\x93NUMPY", "NumPy array", "state dict"),
        (b"\x80\x04\x95", "a pickle", "runs code"),
        (bytes(100), "nothing but zeros", "interrupted"),
        (b"The weights have moved.\n", "a text", ".safetensors"),
        (bytes(range(128, 256)), "no file of weights", ".safetensors"),
    ),
)
def test_what_is_none_is_named(data: bytes, words: str, hint: str) -> None:
    with pytest.raises(Refusal, match=words) as caught:
        of(data, "weights.pth")
    assert hint in caught.value.hint
    assert caught.value.received
