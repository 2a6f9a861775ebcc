"""Prepared pictures that memory has no room for, in one file without a name on the disk."""

from __future__ import annotations

import errno
import os
import tempfile
import weakref
import zlib
from array import array
from pathlib import Path

from resnets.data.cache import cache_folder
from resnets.data.decode import Pixels

_MOUNTS = Path("/proc/self/mountinfo")
_MEMORY = {"tmpfs", "ramfs"}
_FAR = {"nfs", "nfs4", "cifs", "smb3", "9p", "afs", "ceph", "lustre", "gpfs", "fuse.sshfs"}


class Spill:
    """Pictures of one size, appended by one thread and read back by number from any.

    The file never has a name, or loses it at once where a file system cannot make such a one: it
    is gone with the last process that holds it, however that ends. It never takes more than it
    leaves free. Whatever goes wrong costs time and nothing else: a full disk gives the whole file
    back, since a run's own files need the room, and a picture that cannot be read, or is not what
    was written, is decoded once more.

    Args:
        size: bytes of a picture.
        room: bytes in all at most; None for as many as it leaves free.
        folder: where the file is made, with the folder itself if need be; None for `resnets`
            below the user's cache folder.
    """

    def __init__(self, size: int, room: int | None = None, folder: Path | None = None) -> None:
        self._size, self._room = size, room
        self._checks = array("I")  # CRC-32 of each picture
        self._file = None if room is not None and room < size else _nameless(folder)
        if self._file is not None:
            self._close = weakref.finalize(self, os.close, self._file)

    def __len__(self) -> int:
        return len(self._checks)

    def add(self, picture: Pixels) -> bool:
        """Write one more picture; False where there is no room for it, and ever after.

        Args:
            picture: C-contiguous, of the stated size.
        """
        if self._file is None:
            return False
        end = len(self) * self._size
        try:
            there = os.fstatvfs(self._file)
            free = there.f_bavail * there.f_frsize - self._size
            if end + self._size > (free if self._room is None else min(free, self._room)):
                self._room = end  # for good: the pictures in the file are those before this one
                return False
            if os.pwrite(self._file, picture.data, end) != self._size:
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        except OSError:
            self._close()
            self._file, self._checks = None, array("I")
            return False
        self._checks.append(zlib.crc32(picture.data))
        return True

    def read(self, number: int, into: Pixels) -> bool:
        """Read one picture; False where it is not there as it was written.

        Args:
            number: in the order of writing, from 0.
            into: C-contiguous, of the stated size; its content is worth nothing after False.
        """
        if self._file is None or number >= len(self):
            return False
        try:
            # no memory map: an error of the disk would end the process there
            got = os.preadv(self._file, [into.data], number * self._size)
        except OSError:
            return False
        return got == self._size and zlib.crc32(into.data) == self._checks[number]


def file_system(folder: Path, mounts: Path = _MOUNTS) -> str:
    """Name the kind of file system that a folder lies on; empty where no table tells.

    Args:
        folder: an existing one.
        mounts: Linux's table of them.
    """
    device = os.stat(folder).st_dev
    name = f"{os.major(device)}:{os.minor(device)}"
    try:
        lines = mounts.read_text(errors="replace").splitlines()
    except OSError:
        return ""
    for line in lines:
        before, _, after = line.partition(" - ")
        if name in before.split()[2:3]:
            return after.split()[0]
    return ""


def _nameless(folder: Path | None) -> int | None:
    """Open a file that nobody else finds; None where that cannot be, or would not pay."""
    if not hasattr(os, "preadv"):
        return None
    try:
        place = folder or cache_folder()
        place.mkdir(mode=0o700, parents=True, exist_ok=True)
        if file_system(place) in _MEMORY | _FAR:
            return None
        with tempfile.TemporaryFile(dir=place, prefix="spill-") as file:
            return os.dup(file.fileno())
    except (OSError, RuntimeError):
        return None
