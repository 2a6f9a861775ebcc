"""File operations for what must survive a power cut, one function each, so that each can fail."""

from __future__ import annotations

import os
import shutil
from pathlib import Path


def make_folder(path: Path) -> None:
    """Make one folder, which must not exist yet, in one that does."""
    path.mkdir()


def write(path: Path, data: bytes) -> None:
    """Write a whole file; it is safe only after `sync`."""
    path.write_bytes(data)


def append(path: Path, data: bytes) -> None:
    """Add to the end of a file in one write, making the file where there is none."""
    with path.open("ab") as file:
        file.write(data)


def cut(path: Path, length: int) -> None:
    """Shorten a file to its first bytes."""
    os.truncate(path, length)


def sync(path: Path) -> None:
    """Wait until a file's bytes, or a folder's list of names, are on the disk."""
    if path.is_dir() and os.name == "nt":
        return  # Windows opens no folder; it writes the names through by itself
    handle = os.open(path, os.O_RDONLY if os.name != "nt" else os.O_RDWR)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def rename(old: Path, new: Path) -> None:
    """Move in one step; a file takes the place of a file, a folder only that of an empty one."""
    old.replace(new)


def remove(path: Path) -> None:
    """Delete a file, or a folder with all that is in it; what is not there is deleted already."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def replace(path: Path, data: bytes) -> None:
    """Put new bytes in a file's place: after a cut at any moment it has the old ones or the new."""
    temporary = path.with_name(f".tmp-{path.name}-{os.getpid()}")
    try:
        write(temporary, data)
        sync(temporary)
        rename(temporary, path)
    except OSError:
        remove(temporary)
        raise
    sync(path.parent)
