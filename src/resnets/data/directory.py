"""The table of contents at the end of a zip file, read in one go.

`zipfile` keeps an object of every member, which is 0.7 GB for a million pictures before the first
of them is read. Where the table is and what its fields mean is told by PKWARE's APPNOTE, sections
4.3.12 to 4.3.16, 4.5.3 and 4.6.9.
"""

from __future__ import annotations

import os
import struct
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, NamedTuple
from zipfile import BadZipFile

_END = struct.Struct("<4s4H2LH")
_LOCATOR = struct.Struct("<4sLQL")
_END64 = struct.Struct("<4sQ2H2L4Q")
_ENTRY = struct.Struct("<4s4B4HL2L5H2L")
_EXTRA = struct.Struct("<HH")
_COMMENT = 0xFFFF  # bytes that a comment may have, after which the end of the archive is not found
_FULL = 0xFFFF_FFFF  # stands for a number of 64 bits, which is among the extra fields
_NEWEST = 63  # tenths of the version of the format that can be read


class Entry(NamedTuple):
    """One member as the table has it.

    Args:
        name: with `/` at its end where it is a folder.
        offset: of its local header, from the beginning of the file.
        packed: bytes in the archive.
        size: bytes unpacked.
        method: of packing.
        check: CRC-32.
        encrypted: whether it is.
        mode: of the file on Unix, or 0.
    """

    name: str
    offset: int
    packed: int
    size: int
    method: int
    check: int
    encrypted: bool
    mode: int


def read_directory(path: Path) -> Iterator[Entry]:
    """Read the members of a zip file, in the order of its table.

    Raises:
        BadZipFile: it is no zip, in several parts, or damaged.
        NotImplementedError: a member needs a newer version of the format.
        UnicodeDecodeError: a name that is said to be UTF-8 is not.
    """
    with path.open("rb") as file:
        table, moved = _table(file)
    place = 0
    while place < len(table):
        if place + _ENTRY.size > len(table):
            raise BadZipFile("Truncated central directory")
        fields = _ENTRY.unpack_from(table, place)
        if fields[0] != b"PK\1\2":
            raise BadZipFile("Bad magic number for central directory")
        version, flags, method = fields[3], fields[5], fields[6]
        if version > _NEWEST:
            raise NotImplementedError(f"zip file version {version / 10:.1f}")
        start = place + _ENTRY.size
        middle = start + fields[12]
        end = middle + fields[13]
        raw = table[start:middle]
        name = raw.decode("utf-8" if flags & 0x800 else "cp437")
        numbers = (fields[11], fields[10], fields[18])
        if fields[13]:
            name, numbers = _extended(table[middle:end], raw, name, numbers)
        size, packed, offset = numbers
        yield Entry(
            name.partition("\0")[0],
            offset + moved,
            packed,
            size,
            method,
            fields[9],
            bool(flags & 1),
            fields[17] >> 16,
        )
        place = end + fields[14]


def _table(file: BinaryIO) -> tuple[bytes, int]:
    """The bytes of the table, and by how much the archive was moved by what stands before it."""
    whole = os.fstat(file.fileno()).st_size
    begin = max(0, whole - _END.size - _COMMENT - 1)
    file.seek(begin)
    tail = file.read()
    place = len(tail) - _END.size
    if place < 0 or tail[place : place + 4] != b"PK\5\6" or tail[-2:] != b"\0\0":
        place = tail.rfind(b"PK\5\6")
    if place < 0 or place + _END.size > len(tail):
        raise BadZipFile("File is not a zip file")
    *_, size, offset, _ = _END.unpack_from(tail, place)
    end = begin + place
    if end >= _LOCATOR.size + _END64.size:
        file.seek(end - _LOCATOR.size - _END64.size)
        newer = file.read(_LOCATOR.size + _END64.size)
        magic, disk, _, disks = _LOCATOR.unpack_from(newer, _END64.size)
        if magic == b"PK\6\7":
            if disk or disks > 1:
                raise BadZipFile("zipfiles that span multiple disks are not supported")
            if newer[:4] == b"PK\6\6":
                *_, size, offset = _END64.unpack_from(newer)
                end -= len(newer)
    if end < size:
        raise BadZipFile("Bad offset for central directory")
    file.seek(end - size)
    return file.read(size), end - size - offset


def _extended(
    extra: bytes, raw: bytes, name: str, numbers: tuple[int, int, int]
) -> tuple[str, tuple[int, int, int]]:
    """The name and numbers that extra fields replace: those of 64 bits, and names in Unicode."""
    while len(extra) >= _EXTRA.size:
        kind, length = _EXTRA.unpack_from(extra)
        data, extra = extra[4 : 4 + length], extra[4 + length :]
        if len(data) < length:
            raise BadZipFile(f"Corrupt extra field {kind:04x} (size={length})")
        if kind == 0x0001:
            given = list(numbers)
            for which, number in enumerate(numbers):
                if number == _FULL:
                    if len(data) < 8:
                        raise BadZipFile("Corrupt zip64 extra field")
                    given[which], data = int.from_bytes(data[:8], "little"), data[8:]
            numbers = (given[0], given[1], given[2])
        elif kind == 0x7075 and data[:5] == b"\1" + zlib.crc32(raw).to_bytes(4, "little"):
            name = data[5:].decode("utf-8") or name
    return name, numbers
