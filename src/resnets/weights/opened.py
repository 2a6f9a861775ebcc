"""A file of others, opened once and with care: a regular one, read by offset, hashed as it is."""

from __future__ import annotations

import errno
import hashlib
import os
import stat
from pathlib import Path
from types import TracebackType

from resnets.weights.foreign import BYTES, Refusal

_CHUNK = 1 << 20
_KINDS = {
    stat.S_IFDIR: "a folder",
    stat.S_IFIFO: "a pipe",
    stat.S_IFSOCK: "a socket",
    stat.S_IFCHR: "a device",
    stat.S_IFBLK: "a device",
}


class Opened:
    """A regular file; everything is read from the one descriptor, so no other can take its place.

    Args:
        path: of the file; links are followed.
        follow: whether they are.

    Raises:
        Refusal: it is not there, not readable, no regular file, empty, or too large.
    """

    def __init__(self, path: Path, follow: bool = True) -> None:
        flags = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
        try:
            self._number = os.open(path, flags | (0 if follow else getattr(os, "O_NOFOLLOW", 0)))
        except (OSError, ValueError) as error:  # ValueError: a NUL in the path
            what = "it is a link" if getattr(error, "errno", 0) == errno.ELOOP else str(error)
            reason = getattr(error, "strerror", None) or what
            raise Refusal("regular file", f"it cannot be opened: {reason}", received=what) from None
        try:
            self._first = os.fstat(self._number)
            self.size = self._first.st_size
            self._check()
        except Refusal:
            os.close(self._number)
            raise

    def __enter__(self) -> Opened:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        os.close(self._number)

    def read(self, offset: int, size: int) -> bytes:
        """Read exactly so many bytes from there; a file that has fewer is refused."""
        if offset < 0 or size < 0 or offset + size > self.size:
            raise Refusal(
                "whole",
                f"it speaks of {size} bytes from byte {offset} on and has {self.size}",
                received=offset + size,
            )
        pieces = []
        os.lseek(self._number, offset, os.SEEK_SET)
        while size > 0:
            piece = os.read(self._number, min(size, _CHUNK))
            if not piece:
                raise self._changed()
            pieces.append(piece)
            size -= len(piece)
        return b"".join(pieces)

    def whole(self) -> tuple[bytearray, str]:
        """Read all of it in one pass.

        Returns:
            The bytes, and their SHA-256 in hexadecimal.
        """
        data = bytearray(self.size)
        view, digest, at = memoryview(data), hashlib.sha256(), 0
        os.lseek(self._number, 0, os.SEEK_SET)
        with os.fdopen(os.dup(self._number), "rb", buffering=0) as file:
            while at < self.size:
                count = file.readinto(view[at : at + _CHUNK])
                if not count:
                    raise self._changed()
                digest.update(view[at : at + count])
                at += count
            if file.read(1):
                raise self._changed()
        now = os.fstat(self._number)
        if (now.st_size, now.st_mtime_ns) != (self.size, self._first.st_mtime_ns):
            raise self._changed()
        return data, digest.hexdigest()

    def _check(self) -> None:
        kind = stat.S_IFMT(self._first.st_mode)
        if kind != stat.S_IFREG:
            named = _KINDS.get(kind, "something else")
            raise Refusal("regular file", f"it is {named} and no file", received=named)
        if self.size == 0:
            raise Refusal(
                "whole",
                "it is empty",
                received="0 bytes",
                hint="the download did not begin, or the disk was full; fetch the file again",
            )
        if self.size > BYTES:
            raise Refusal(
                "limits",
                f"it has {self.size / 2**30:.1f} GiB, and {BYTES >> 30} are allowed",
                received=self.size,
            )

    def _changed(self) -> Refusal:
        return Refusal(
            "regular file", "it changed while it was read", received=f"{self.size} bytes at first"
        )
