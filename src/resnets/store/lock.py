"""One writer at a time: a lock on the run folder that the system lets go of when a process dies."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from resnets.errors import LockedError, RunError

NAME = ".lock"


@contextlib.contextmanager
def hold(folder: Path) -> Iterator[None]:
    """Hold the lock of a run folder.

    Raises:
        LockedError: another process holds it; its number is named.
        RunError: the folder cannot be written.
    """
    path = folder / NAME
    try:
        file = path.open("a+b")
    except OSError as error:
        raise RunError(
            f"{folder} cannot be written",
            received=error.strerror or str(error),
            hint="see who owns the folder, and whether its disk is writable",
        ) from error
    with file:
        if not _take(file):
            file.seek(0)
            holder = file.read(20).decode("ascii", "replace").strip() or "unknown"
            raise LockedError(
                f"{folder} is being written to by process {holder}",
                received=holder,
                hint="wait until it has finished, or stop it",
            )
        file.seek(0)
        file.truncate()
        file.write(f"{os.getpid()}\n".encode("ascii"))
        file.flush()
        try:
            yield
        finally:
            file.truncate(0)


if sys.platform == "win32":
    import msvcrt

    def _take(file: BinaryIO) -> bool:
        # A byte far behind the text is locked, for on Windows a locked byte cannot be read.
        file.seek(1 << 20)
        try:
            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True
else:
    import fcntl

    def _take(file: BinaryIO) -> bool:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True
