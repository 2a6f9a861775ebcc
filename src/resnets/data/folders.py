"""Folders of pictures: what lies below them, with no way out through a link and no endless loop."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterable
from pathlib import Path

from resnets.data.decode import Limits, too_large
from resnets.data.layout import Listing, is_junk
from resnets.errors import PictureError, SourceError

LEAVES = "a link that leaves the source"
LOOPS = "a link that loops"

_Identity = tuple[int, int]


def list_folder(root: Path) -> Listing:
    """List every file below a folder, junk left aside.

    Links are followed while their target stays below the folder; a linked folder is entered once
    only, and never from inside itself. Whatever cannot be followed or read is listed with its
    reason, so that it is counted and named and not passed over.

    Args:
        root: an existing folder.

    Raises:
        SourceError: the folder itself cannot be read.
    """
    real = os.path.realpath(root)
    listing = Listing(files=[])
    start = os.stat(real)
    entered: set[_Identity] = set()
    waiting: list[tuple[str, frozenset[_Identity]]] = [
        ("", frozenset({(start.st_dev, start.st_ino)}))
    ]
    while waiting:
        relative, above = waiting.pop()
        try:
            with os.scandir(os.path.join(root, relative)) as entries:
                kept = [entry for entry in entries if not is_junk(entry.name)]
        except OSError as error:
            if not relative:
                raise SourceError(
                    f"the folder cannot be read: {error.strerror}",
                    received=str(root),
                    hint="check its permissions",
                ) from None
            _refuse(listing, relative, f"the folder cannot be read: {error.strerror}", True)
            continue
        if not kept and relative:
            listing.empty.append(relative)
        for entry in sorted(kept, key=lambda entry: entry.name):
            path = f"{relative}/{entry.name}" if relative else entry.name
            folder = _look(entry, path, real, above, entered, listing)
            if folder is not None:
                waiting.append((path, above | {folder}))
    listing.files.sort()
    return listing


def pictures_in(path: str | os.PathLike[str]) -> list[Path]:
    """List the pictures to predict: one file, or every file below a folder, junk left aside.

    Args:
        path: a file or a folder.

    Returns:
        Sorted paths that begin with the given one. Pipes, broken links and links that leave the
        folder are among them, for `read_file(path, root=folder)` to refuse by name.

    Raises:
        SourceError: there is nothing there, or the folder is empty.
    """
    place = Path(path)
    if not place.exists():
        raise missing(place)
    if not place.is_dir():
        return [place]
    listing = list_folder(place)
    if not listing.files:
        raise SourceError(
            "there is not one picture in it",
            received=os.fspath(place),
            hint="give pictures, or a folder that holds some",
        )
    return [place / file for file in listing.files]


def missing(place: Path) -> SourceError:
    """Make the error for a path where nothing is."""
    beside = place.parent if place.parent.is_dir() else Path.cwd()
    return SourceError(
        "no such file or folder",
        received=os.fspath(place),
        hint=f"paths are relative to the working directory; {beside.resolve()} is there",
    )


def read_file(
    path: str | os.PathLike[str],
    limit: int | None = None,
    root: str | os.PathLike[str] | None = None,
) -> bytes:
    """Read a file's bytes; never hangs on a pipe and never reads more than the limit.

    Args:
        path: of a regular file.
        limit: bytes at most; None for `Limits().bytes`.
        root: the folder that links must not leave; None lets them lead anywhere.

    Raises:
        PictureError: it is not there, no regular file, unreadable or too large.
    """
    most = Limits().bytes if limit is None else limit
    shown = os.fspath(path)
    if root is not None:
        real = os.path.realpath(root)
        if os.path.commonpath([os.path.realpath(path), real]) != real:
            raise refused(shown, LEAVES)
    try:
        # O_NONBLOCK: a pipe that took a picture's place would otherwise be waited for for ever
        number = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0))
        try:
            facts = os.fstat(number)
            if not stat.S_ISREG(facts.st_mode):
                raise refused(shown, _kind(facts.st_mode))
            if facts.st_size > most:
                raise too_large(shown, facts.st_size, most)
            with os.fdopen(number, "rb", buffering=0, closefd=False) as file:
                return file.read(facts.st_size)  # more than that would be set aside before reading
        finally:
            os.close(number)
    except (OSError, ValueError) as error:
        raise refused(shown, getattr(error, "strerror", None) or str(error)) from None


def refused(path: str, reason: str) -> PictureError:
    """Make the error for a file that cannot be read."""
    return PictureError(reason, received=path, hint="put a readable file there, or remove it")


def _look(
    entry: os.DirEntry[str],
    path: str,
    real: str,
    above: Iterable[_Identity],
    entered: set[_Identity],
    listing: Listing,
) -> _Identity | None:
    """Note a file; give back the identity of a folder that is to be entered."""
    try:
        linked = entry.is_symlink()
        if linked:
            target = os.path.realpath(entry.path, strict=True)
            if os.path.commonpath([target, real]) != real:
                _refuse(listing, path, LEAVES, os.path.isdir(target))
                return None
        if not entry.is_dir():
            if not entry.is_file():
                _refuse(listing, path, _kind(entry.stat().st_mode), False)
            else:
                listing.files.append(path)
            return None
        facts = entry.stat()
    except OSError as error:
        loop = error.errno == errno.ELOOP
        _refuse(listing, path, LOOPS if loop else "a link that leads nowhere", False)
        return None
    identity = (facts.st_dev, facts.st_ino)
    if identity in above or (linked and identity in entered):
        _refuse(listing, path, LOOPS if identity in above else "a folder linked twice", True)
        return None
    if linked:
        entered.add(identity)
    return identity


def _refuse(listing: Listing, path: str, reason: str, folder: bool) -> None:
    listing.files.append(path)
    listing.refused[path] = reason
    if folder:
        listing.folders.add(path)


def _kind(mode: int) -> str:
    kinds = {
        stat.S_IFDIR: "a folder",
        stat.S_IFIFO: "a pipe",
        stat.S_IFSOCK: "a socket",
        stat.S_IFCHR: "a device",
        stat.S_IFBLK: "a device",
    }
    return f"{kinds.get(stat.S_IFMT(mode), 'a special file')}, not a file"
