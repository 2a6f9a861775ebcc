"""One file of the hostile corpus: which of the 68 kinds, its bytes, and what must happen."""

from __future__ import annotations

import os
import socket
from dataclasses import dataclass
from pathlib import Path

# Paths of one run: what a payload would make, and what a link would have read.
CANARY = os.environ.get("HOSTILE_CANARY", "canary")
SECRET = os.environ.get("HOSTILE_SECRET", "secret")


@dataclass(frozen=True)
class Item:
    """A file to be made.

    Args:
        kind: to A22 for Keras's archives, to A38 for HDF5, to A54 for PyTorch, to A64 for
            safetensors, to A68 for what goes for all of them.
        name: of the file, with the ending that it goes by.
        data: what is in it.
        verdict: refused or read.
        code: whether a reader that trusts the file runs code.
        length: to which the file is stretched with zeros that take no room on the disk.
        special: another thing than a file: folder, pipe, socket, device, shard, change.
    """

    kind: str
    name: str
    data: bytes = b""
    verdict: str = "refused"
    code: bool = False
    length: int = 0
    special: str = ""


def place(item: Item, folder: Path, number: int) -> Path:
    """Make the file; the path that a reader is given."""
    path = folder / f"{number:04d}-{item.name}"
    if item.special == "folder":
        path.mkdir()
    elif item.special == "pipe":
        os.mkfifo(path)
    elif item.special == "socket":
        here = os.getcwd()
        os.chdir(folder)  # a socket's path may have 100 characters
        with socket.socket(socket.AF_UNIX) as made:
            made.bind(path.name)
        os.chdir(here)
    elif item.special == "device":
        return Path(item.data.decode())
    elif item.special == "missing":
        return path
    else:
        path.write_bytes(item.data)
        if item.length:
            os.truncate(path, item.length)
    return path


def numbers(count: int, seed: int = 0) -> bytes:
    """Some float32 between -1 and 1, as bytes."""
    import numpy as np

    rng = np.random.default_rng(seed)
    return rng.uniform(-1, 1, count).astype("<f4").tobytes()


def cut(data: bytes, share: float) -> bytes:
    """The first part of a file."""
    return data[: int(len(data) * share)]
