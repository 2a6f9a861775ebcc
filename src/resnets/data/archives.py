"""Zip and tar files read in place: the index once, then each picture by its offset."""

from __future__ import annotations

import functools
import os
import posixpath
import stat
import struct
import tarfile
import weakref
import zipfile
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

from resnets.data.decode import Limits, too_large
from resnets.data.folders import refused
from resnets.data.layout import Listing, is_junk
from resnets.data.marks import Mark, mark_of
from resnets.data.memory import free_memory
from resnets.errors import SourceError, printable

Read = Callable[[str, int | None], bytes]

PACKED_SHARE = 0.5  # of free memory, for the pictures of a compressed tar

_LOCAL_HEADER = struct.Struct("<4s22xHH")
_METHODS = {zipfile.ZIP_STORED: "stored", zipfile.ZIP_DEFLATED: "deflated"}


class _Member(NamedTuple):
    offset: int
    packed: int
    size: int
    method: int
    check: int


class _Descriptor:
    """A file held open and read by offset, which any number of threads may do at once."""

    def __init__(self, path: Path) -> None:
        self.number = os.open(path, os.O_RDONLY)
        self.mark = mark_of(os.fstat(self.number))
        self._close = weakref.finalize(self, os.close, self.number)

    def read(self, offset: int, size: int, name: str) -> bytes:
        pieces = []
        while size > 0:
            piece = os.pread(self.number, size, offset)
            if not piece:
                raise refused(name, "the archive is shorter than its index says")
            pieces.append(piece)
            offset, size = offset + len(piece), size - len(piece)
        return b"".join(pieces)


def list_zip(path: Path) -> tuple[Listing, Read, Mark]:
    """Index a zip file from its central directory.

    Args:
        path: of the file; it stays open as long as the reader that is returned lives.

    Returns:
        The members; a thread-safe way from name (and limit in bytes) to content, which is checked
        against the CRC that the archive holds; and the way from name to mark: the archive's own,
        the member's place in it, and its CRC.

    Raises:
        SourceError: the file is damaged, or a member's name is there twice or leaves the archive.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            entries = archive.infolist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError, EOFError) as error:
        raise _broken(path, "zip file", error) from None
    listing = Listing(files=[])
    members: dict[str, _Member] = {}
    for entry in entries:
        name = entry.filename.replace("\\", "/")  # some Windows archivers write backslashes
        if entry.is_dir() or name.endswith("/"):
            listing.empty.append(name.rstrip("/"))
            continue
        if not _take(listing, name, path):
            continue
        if stat.S_ISLNK(entry.external_attr >> 16):
            listing.refused[name] = "a link inside an archive"
        elif entry.flag_bits & 0x1:
            listing.refused[name] = "it is encrypted"
        elif entry.compress_type not in _METHODS:
            listing.refused[name] = f"it is packed by method {entry.compress_type}, not deflate"
        members[name] = _Member(
            entry.header_offset,
            entry.compress_size,
            entry.file_size,
            entry.compress_type,
            entry.CRC,
        )
    _finish(listing, path)
    file = _Descriptor(path)

    def read(name: str, limit: int | None) -> bytes:
        member = members[name]
        most = Limits().bytes if limit is None else limit
        if max(member.size, member.packed) > most:
            raise too_large(name, max(member.size, member.packed), most)
        try:
            return _unzipped(file, member, name)
        except (OSError, zlib.error) as error:
            raise refused(name, f"damaged in the archive: {error}") from None

    def mark(name: str) -> tuple[int, ...]:
        return *file.mark, members[name].offset, members[name].check

    return listing, read, mark


def list_tar(path: Path) -> tuple[Listing, Read, Mark]:
    """Index a tar file; a compressed one is read in one pass and its pictures kept in memory.

    A plain tar is read by offset afterwards. A compressed one can only be read from its beginning,
    so the encoded bytes of its files are kept; they may take half of the free memory.

    Args:
        path: of the file.

    Returns:
        As `list_zip`; a member's mark has its size in place of the CRC, which a tar has not.

    Raises:
        SourceError: the file is damaged or too large to be kept, or a member's name is there twice
            or leaves the archive.
    """
    try:
        try:
            with tarfile.open(path, "r:") as archive:
                return _plain_tar(archive, path)
        except tarfile.ReadError:
            if tarfile_is_plain(path):
                raise
            whole = mark_of(path.stat())
            with tarfile.open(path, "r|*") as archive:
                return _packed_tar(archive, path, int(free_memory() * PACKED_SHARE), whole)
    except (tarfile.TarError, OSError, EOFError, zlib.error, ValueError) as error:
        raise _broken(path, "tar file", error) from None


def tarfile_is_plain(path: Path) -> bool:
    """Tell an uncompressed tar by the `ustar` in its first header."""
    with path.open("rb") as file:
        return file.read(262)[257:] == b"ustar"


def _plain_tar(archive: tarfile.TarFile, path: Path) -> tuple[Listing, Read, Mark]:
    listing = Listing(files=[])
    places: dict[str, tuple[int, int]] = {}
    for member in _members(archive, listing, path):
        places[member.name] = (member.offset_data, member.size)
    _link(listing, places)
    _finish(listing, path)
    file = _Descriptor(path)

    def read(name: str, limit: int | None) -> bytes:
        offset, size = places[name]
        most = Limits().bytes if limit is None else limit
        if size > most:
            raise too_large(name, size, most)
        try:
            return file.read(offset, size, name)
        except OSError as error:
            raise refused(name, f"damaged in the archive: {error}") from None

    def mark(name: str) -> tuple[int, ...]:
        return *file.mark, *places.get(name, (0, 0))  # links that lead nowhere have no place

    return listing, read, mark


def _packed_tar(
    archive: tarfile.TarFile, path: Path, memory: int, whole: tuple[int, ...]
) -> tuple[Listing, Read, Mark]:
    listing = Listing(files=[])
    contents: dict[str, bytes] = {}
    for member in _members(archive, listing, path):
        # counted by position, so that an archive made to unpack for ever is stopped too
        if member.offset_data + member.size > memory:
            raise SourceError(
                f"the compressed tar needs more memory than the {memory / 2**20:,.0f} MiB it may "
                "take",
                received=str(path),
                hint="pack it as .zip or plain .tar, which are read by offset, or unpack it",
            )
        stream = archive.extractfile(member)
        contents[member.name] = stream.read() if stream is not None else b""
    _link(listing, contents)
    _finish(listing, path)

    def read(name: str, limit: int | None) -> bytes:
        data = contents[name]
        most = Limits().bytes if limit is None else limit
        if len(data) > most:
            raise too_large(name, len(data), most)
        return data

    return listing, read, lambda name: (*whole, len(contents.get(name, b"")))


def _members(archive: tarfile.TarFile, listing: Listing, path: Path) -> Iterator[tarfile.TarInfo]:
    """List names as they come; yield the regular files, names made plain."""
    for member in archive:
        archive.members = []  # type: ignore[attr-defined]  # tarfile would keep an object of every one
        name = posixpath.normpath(member.name) if member.name.startswith("./") else member.name
        member.name = name
        if member.isdir():
            listing.empty.append(name.rstrip("/"))
        elif _take(listing, name, path):
            if member.islnk() or member.issym():
                base = "" if member.islnk() else posixpath.dirname(name)
                target = posixpath.normpath(posixpath.join(base, member.linkname))
                listing.refused[name] = target  # settled by _link once all names are known
            elif not member.isreg() or member.issparse():
                listing.refused[name] = "a special file inside an archive"
            else:
                yield member


def _link(listing: Listing, places: dict[str, tuple[int, int]] | dict[str, bytes]) -> None:
    """Let links lead to files of the archive, and refuse the others."""
    known: dict[str, tuple[int, int] | bytes] = places  # type: ignore[assignment]
    targets = {name: known.get(reason) for name, reason in listing.refused.items()}
    for name, target in targets.items():
        if target is not None:
            known[name] = target
            del listing.refused[name]
        elif listing.refused[name] != "a special file inside an archive":
            listing.refused[name] = "a link that leads to no file of the archive"


def _take(listing: Listing, name: str, path: Path) -> bool:
    """Note a member's name unless it is junk; refuse archives whose names leave them."""
    folder, slash, last = name.rpartition("/")
    leaves, junk = _judged(folder + slash)
    if leaves or last == ".." or (len(name) == 2 and name[1] == ":"):
        raise SourceError(
            f"the archive holds a file whose name leaves it: {printable(name)}",
            received=str(path),
            hint="do not trust this archive; pack the pictures again, with relative names",
        )
    if junk or (last != "." and is_junk(last)):
        return False
    listing.files.append(name)
    return True


@functools.lru_cache(maxsize=10_000)  # a million members lie in a few folders
def _judged(folder: str) -> tuple[bool, bool]:
    """Say whether a folder, its `/` at the end, leaves the archive, and whether it is junk."""
    parts = folder.split("/")
    leaves = folder.startswith("/") or ".." in parts or parts[0][1:] == ":"
    return leaves, any(is_junk(part) for part in parts if part != ".")


def _finish(listing: Listing, path: Path) -> None:
    names = set(listing.files)
    if len(names) != len(listing.files):
        seen: set[str] = set()
        twice = next(name for name in listing.files if name in seen or seen.add(name))  # type: ignore[func-returns-value]
        raise SourceError(
            f"two files of the archive have the same name: {printable(twice)}",
            received=str(path),
            hint="pack it again, each picture once",
        )
    filled: set[str] = set()
    for folder in {name.rpartition("/")[0] for name in names}:
        above = folder
        while above and above not in filled:
            filled.add(above)
            above = above.rpartition("/")[0]
    listing.empty = sorted(set(listing.empty) - filled)
    listing.files.sort()


def _unzipped(file: _Descriptor, member: _Member, name: str) -> bytes:
    magic, name_length, extra_length = _LOCAL_HEADER.unpack(file.read(member.offset, 30, name))
    if magic != b"PK\x03\x04":
        raise refused(name, "damaged in the archive: no file begins where the index says")
    start = member.offset + 30 + name_length + extra_length
    data = file.read(start, member.packed, name)
    if member.method == zipfile.ZIP_DEFLATED:
        unpacker = zlib.decompressobj(-zlib.MAX_WBITS)
        data = unpacker.decompress(data, member.size + 1)  # never more than was announced
    if len(data) != member.size or zlib.crc32(data) != member.check:
        raise refused(name, "damaged in the archive: its checksum is wrong")
    return data


def _broken(path: Path, kind: str, error: Exception) -> SourceError:
    if isinstance(error, SourceError):
        return error
    return SourceError(
        f"this {kind} cannot be read: {error or type(error).__name__}",
        received=str(path),
        hint="it may be incomplete; fetch or pack it again",
    )
