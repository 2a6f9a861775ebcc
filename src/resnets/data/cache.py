"""What was found out about pictures, kept for the next time, believed only where nothing changed.

A file for each source and question lies in `$XDG_CACHE_HOME/resnets` or `~/.cache/resnets`, for its
owner alone to read: a SHA-256 of the rest, then an NPZ without pickle. Whatever is wrong with it,
the pictures are looked at as if it were not there. `RESNETS_CACHE=off`: none is read or written.
"""

from __future__ import annotations

import contextlib
import hashlib
import io
import json
import os
import tempfile
import time
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from resnets.data.marks import marks_of, settled

if TYPE_CHECKING:
    from resnets.data.sources import Source

FORMAT = 1
MOST = 64  # files; those that were used last stay
ENDING = ".cache"
OLDEST = 90 * 86_400  # seconds since a file was last of use
LEFT = 86_400  # seconds after which a temporary file is a dead process's

Columns = Mapping[str, NDArray[Any]]


class Memory:
    """What is remembered of a source's N pictures in answer to one question.

    Args:
        source: its pictures; arrays have no marks, and nothing is remembered of them.
        question: what was asked, and all that the answer depends on beside the pictures, as JSON
            takes it. Another question has another file.

    Attributes:
        known: (N,) whether a picture is as it was when it was answered.
        columns: the answers by name, N rows each, zeros where not known; empty if none is.
    """

    def __init__(self, source: Source, question: Mapping[str, Any]) -> None:
        key = {"format": FORMAT, "origin": source.origin, **question}
        self._key = json.dumps(key, sort_keys=True).encode("ascii")
        self._paths = source.paths
        self._file = _place(self._key) if source.mark is not None and len(source) else None
        self._now = time.time_ns()  # before the marks: what is written after them looks younger
        self._marks = np.zeros((len(source), 0), np.int64)
        self.known: NDArray[np.bool_] = np.zeros(len(source), bool)
        self.columns: dict[str, NDArray[Any]] = {}
        if self._file is not None and source.mark is not None:
            self._marks = marks_of(source.mark, source.paths)
            with contextlib.suppress(OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile):
                self._recall(_read(self._file))

    def _recall(self, stored: dict[str, NDArray[Any]]) -> None:
        """Take over the rows of pictures that have the path and the mark that they had."""
        if stored.pop("key").tobytes() != self._key:
            return
        paths, marks = _parted(stored.pop("paths").tobytes()), stored.pop("marks")
        if marks.shape[1:] != self._marks.shape[1:] or len(paths) != len(marks):
            return
        if paths == self._paths:
            rows = np.arange(len(paths))
        else:
            places = {path: row for row, path in enumerate(paths)}
            rows = np.array([places.get(path, -1) for path in self._paths], np.int64)
        known = rows >= 0
        known[known] = (marks[rows[known]] == self._marks[known]).all(axis=1)
        columns = {}
        for name, values in stored.items():
            columns[name] = np.zeros((len(known), *values.shape[1:]), values.dtype)
            columns[name][known] = values[rows[known]]
        self.known, self.columns = known, columns

    def keep(self, columns: Columns, answered: NDArray[np.bool_]) -> None:
        """Remember the answers; a file that cannot be written is done without.

        Args:
            columns: by name, N rows each.
            answered: (N,) which rows are answers that hold as long as the picture's bytes.
        """
        if self._file is None:
            return
        good = answered & settled(self._marks, self._now)
        with contextlib.suppress(OSError):
            if not (good & ~self.known).any():
                os.utime(self._file)  # it was of use today
                return
            stored = {name: values[good] for name, values in columns.items()}
            paths = _joined([self._paths[row] for row in np.flatnonzero(good).tolist()])
            stored |= {"marks": self._marks[good], "paths": _bytes(paths), "key": _bytes(self._key)}
            _write(self._file, stored)
            _prune(self._file.parent)


def cache_folder() -> Path:
    """Find the folder for what can be made again: `$XDG_CACHE_HOME`, else `~/.cache`, and below it.

    Raises:
        RuntimeError: the user has no home.
    """
    # A relative path is to be ignored (XDG Base Directory Specification 0.8).
    given = os.environ.get("XDG_CACHE_HOME", "")
    return (Path(given) if os.path.isabs(given) else Path.home() / ".cache") / "resnets"


def _place(key: bytes) -> Path | None:
    """The file of a question, or None where there is to be none."""
    if os.environ.get("RESNETS_CACHE", "").lower() in ("off", "0", "no"):
        return None
    with contextlib.suppress(RuntimeError):
        return cache_folder() / f"{hashlib.sha256(key).hexdigest()[:32]}{ENDING}"
    return None


def _read(path: Path) -> dict[str, NDArray[Any]]:
    with path.open("rb") as file:
        facts = os.fstat(file.fileno())
        # In a folder that others write to, somebody may have put answers of his own there.
        if hasattr(os, "getuid") and (facts.st_uid != os.getuid() or facts.st_mode & 0o022):
            raise PermissionError(path)
        data = memoryview(file.read())
    if hashlib.sha256(data[32:]).digest() != data[:32]:
        raise ValueError(path)
    with np.load(io.BytesIO(data[32:]), allow_pickle=False) as stored:
        return {name: stored[name] for name in stored.files}


def _write(path: Path, stored: dict[str, NDArray[Any]]) -> None:
    """Put the file in its place whole; of two processes the last one's stays."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    buffer = io.BytesIO()
    np.savez(buffer, **stored)  # type: ignore[arg-type]  # its stubs take all names for options
    content = buffer.getbuffer()
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=".tmp-")  # of mode 0600
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(hashlib.sha256(content).digest())
            file.write(content)
        os.replace(temporary, path)
    except OSError:
        os.unlink(temporary)
        raise


def _prune(folder: Path) -> None:
    """Delete what was not used for long, what is too much, and what dead processes left."""
    now, files = time.time(), []
    with os.scandir(folder) as entries:
        for entry in entries:
            with contextlib.suppress(FileNotFoundError):  # another process was quicker
                files.append((-entry.stat().st_mtime, entry.path))
    files.sort()
    whole = [(used, path) for used, path in files if path.endswith(ENDING)]
    gone = [path for used, path in whole if now + used > OLDEST]
    gone += [path for _, path in whole[MOST:]]
    gone += [
        path
        for used, path in files
        if os.path.basename(path).startswith(".tmp-") and now + used > LEFT
    ]
    for path in dict.fromkeys(gone):
        with contextlib.suppress(FileNotFoundError):
            os.unlink(path)


def _joined(paths: list[str]) -> bytes:
    # Names that are not UTF-8 are lone surrogates here, and no name has a zero byte.
    return "\0".join(paths).encode("utf-8", "surrogatepass")


def _parted(paths: bytes) -> list[str]:
    return paths.decode("utf-8", "surrogatepass").split("\0")


def _bytes(data: bytes) -> NDArray[np.uint8]:
    return np.frombuffer(data, np.uint8)
