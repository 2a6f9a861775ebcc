"""Arrays to a `.pth` file that `torch.load(weights_only=True)` reads, made without PyTorch."""

from __future__ import annotations

import struct
import zipfile
from collections.abc import Mapping
from pathlib import Path

import numpy as np

# A state dict is a dictionary of calls to one function, each with a storage by its number. These
# are the few words of the pickle language that say so; nothing here reads any.
_BEGIN, _END = b"\x80\x02}(", b"u."
_TENSOR = b"ctorch._utils\n_rebuild_tensor_v2\n"
_STORAGE = b"ctorch\nFloatStorage\n"
_NO_HOOKS = b"ccollections\nOrderedDict\n)R"
_FALSE = b"\x89"
_EPOCH = (1980, 1, 1, 0, 0, 0)


def write_torch(path: Path, arrays: Mapping[str, np.ndarray]) -> None:
    """Write arrays as PyTorch's `torch.save(state_dict, path)` does, each as float32.

    The same arrays give the same bytes.

    Args:
        path: of the file; one that is there is written over.
        arrays: by name, in the order in which they are to stand.

    Raises:
        OSError: the file cannot be written.
    """
    with zipfile.ZipFile(path, "w", zipfile.ZIP_STORED) as file:
        words = [_words(name, number, array.shape) for number, (name, array) in _numbered(arrays)]
        _put(file, "data.pkl", b"".join([_BEGIN, *words, _END]))
        _put(file, "byteorder", b"little")
        for number, (_, array) in _numbered(arrays):
            _put(file, f"data/{number}", np.ascontiguousarray(array, "<f4").tobytes())
        _put(file, "version", b"3\n")


def _numbered(arrays: Mapping[str, np.ndarray]) -> enumerate[tuple[str, np.ndarray]]:
    return enumerate(arrays.items())


def _put(file: zipfile.ZipFile, name: str, data: bytes) -> None:
    file.writestr(zipfile.ZipInfo(f"archive/{name}", _EPOCH), data)


def _words(name: str, number: int, shape: tuple[int, ...]) -> bytes:
    """Say: under this name, a tensor of this shape over storage so-and-so."""
    size = int(np.prod(shape, dtype=np.int64))
    storage = _tuple(_text("storage"), _STORAGE, _text(str(number)), _text("cpu"), _whole(size))
    strides = [int(np.prod(shape[axis + 1 :], dtype=np.int64)) for axis in range(len(shape))]
    parts = _tuple(
        storage + b"Q",
        _whole(0),
        _tuple(*map(_whole, shape)),
        _tuple(*map(_whole, strides)),
        _FALSE,
        _NO_HOOKS,
    )
    return _text(name) + _TENSOR + parts + b"R"


def _tuple(*items: bytes) -> bytes:
    return b"(" + b"".join(items) + b"t"


def _text(text: str) -> bytes:
    data = text.encode()
    return b"X" + struct.pack("<I", len(data)) + data


def _whole(number: int) -> bytes:
    return b"J" + struct.pack("<i", number)
