"""Zip archives of others: an index that accounts for every byte; nothing is unpacked to disk."""

from __future__ import annotations

import stat
import struct
import zlib
from typing import NamedTuple

from resnets.weights.foreign import BYTES, HEADER, RATIO, Read, Refusal

STORED, DEFLATED = 0, 8
SMALL = 1 << 20  # bytes of a member that may be packed more tightly than `RATIO`

_END = struct.Struct("<4s4H2LH")
_END_64 = struct.Struct("<4sQ2H2L4Q")
_LOCATOR = struct.Struct("<4sLQL")
_CENTRAL = struct.Struct("<4s6H3L5H2L")
_LOCAL = struct.Struct("<4s5H3L2H")
_ENCRYPTED = 0x2041  # any of the flags that say so
_DESCRIPTOR = 0x8  # sizes and checksum stand behind the member as well


class Member(NamedTuple):
    """One file of the archive: where its bytes begin, how many, and packed by which method."""

    name: str
    offset: int
    packed: int
    size: int
    method: int
    check: int


class _Entry(NamedTuple):
    """A line of the index; the member's own header begins at `header`."""

    name: str
    header: int
    packed: int
    size: int
    method: int
    check: int
    flags: int


def members_of(read: Read, size: int, most: int) -> dict[str, Member]:
    """Index an archive: members must follow one another from byte 0 up to the index, without gaps.

    So no byte belongs to two members or to none, and the file is nothing else than this archive.

    Args:
        read: from offset and size to bytes.
        size: of the file, in bytes.
        most: members that are allowed.

    Raises:
        Refusal: the archive breaks a rule.
    """
    count, length, start = _end(read, size)
    if count > most:
        raise Refusal("limits", f"the archive has {count} members", received=count)
    if length > HEADER:
        raise Refusal("limits", f"the archive's index has {length} bytes", received=length)
    entries = _entries(read(start, length), count)
    members: dict[str, Member] = {}
    at = 0
    for entry in sorted(entries, key=lambda entry: entry.header):
        if entry.header != at:
            raise _broken(f"{entry.name} does not begin where the one before it ends", entry.header)
        if entry.name in members:
            raise Refusal("names", f"two members are called {entry.name}", received=entry.name)
        begin = at + _check_local(read(at, _LOCAL.size), entry, read, at)
        members[entry.name] = Member(
            entry.name, begin, entry.packed, entry.size, entry.method, entry.check
        )
        at = begin + entry.packed
        if entry.flags & _DESCRIPTOR:
            at += _check_descriptor(read(at, min(24, size - at)), entry)
    if at != start:
        raise _broken(f"its members end at byte {at} and its index begins at {start}", start)
    return members


def content_of(member: Member, read: Read, most: int) -> bytes:
    """Read one member whole, unpacked as far as it says and checked against its CRC-32.

    Args:
        member: of `members_of`.
        read: as there.
        most: bytes that it may have.

    Raises:
        Refusal: it is too large, packed too tightly, or not what the index says.
    """
    if member.size > most:
        raise Refusal("limits", f"{member.name} has {member.size} bytes", received=member.size)
    data = read(member.offset, member.packed)
    if member.method == DEFLATED:
        unpacker = zlib.decompressobj(-zlib.MAX_WBITS)
        try:
            data = unpacker.decompress(data, member.size + 1)
        except zlib.error as error:
            raise _broken(f"{member.name} cannot be unpacked", str(error)) from None
        if not unpacker.eof or unpacker.unused_data:
            raise _broken(f"{member.name} does not unpack to the size it declares", member.size)
    if len(data) != member.size or zlib.crc32(data) != member.check:
        raise _broken(
            f"{member.name} has another CRC-32 than the index says", f"{zlib.crc32(data):08x}"
        )
    return data


def _end(read: Read, size: int) -> tuple[int, int, int]:
    """Find the index from the record at the very end: how many, how long, from where."""
    if size < _END.size:
        raise _broken("it is too short for an archive", size)
    at = size - _END.size
    magic, disk, first, here, count, length, start, comment = _END.unpack(read(at, _END.size))
    if magic != b"PK\5\6" or comment:
        raise Refusal(
            "whole",
            "the archive does not end with its index",
            received="cut off, or followed by something else",
            hint="the download is incomplete, or something was added; fetch the file again",
        )
    large = 0xFFFFFFFF in (length, start) or 0xFFFF in (here, count)
    before = read(at - _LOCATOR.size, _LOCATOR.size) if at >= _LOCATOR.size else b""
    if before.startswith(b"PK\6\7"):
        _, disk, where, disks = _LOCATOR.unpack(before)
        at = at - _LOCATOR.size - _END_64.size
        if where != at or disks != 1:
            raise _broken("its second end record is not where it says", where)
        magic, rest, _, _, _, first, here, count, length, start = _END_64.unpack(
            read(at, _END_64.size)
        )
        if magic != b"PK\6\6" or rest != _END_64.size - 12:
            raise _broken("its second end record is none", rest)
    elif large:
        raise _broken("its end record points to one that is missing", start)
    if disk or first or here != count or start + length != at:
        raise _broken("its end record does not agree with the index", start)
    return count, length, start


def _entries(index: bytes, count: int) -> list[_Entry]:
    found, at = [], 0
    for _ in range(count):
        if len(index) - at < _CENTRAL.size:
            raise _broken("its index is shorter than it says", count)
        fields = _CENTRAL.unpack_from(index, at)
        magic, made, _, flags, method, _, _, check, packed, size, *lengths = fields[:13]
        attributes, header = fields[15:]
        disk = fields[13]
        ends = [at + _CENTRAL.size]
        for length in lengths:
            ends.append(ends[-1] + length)
        if magic != b"PK\1\2" or ends[-1] > len(index) or lengths[2] or disk:
            raise _broken("its index is not sound", at)
        name = _name(index[ends[0] : ends[1]])
        size, packed, header = _wide(index[ends[1] : ends[2]], [size, packed, header])
        _check_entry(name, flags, method, (packed, size), made >> 8, attributes >> 16)
        found.append(_Entry(name, header, packed, size, method, check, flags))
        at = ends[-1]
    if at != len(index):
        raise _broken("its index is longer than it says", len(index))
    return found


def _name(raw: bytes) -> str:
    name = raw.decode("utf-8", "replace")
    parts = name.removesuffix("/").split("/")
    wrong = not name.isascii() or not name.isprintable() or "\\" in name or ":" in name
    if wrong or len(name) > 512 or any(part in ("", ".", "..") for part in parts):
        raise Refusal("nothing outside", "a member's name leads elsewhere", received=name[:200])
    return name


def _wide(extra: bytes, fields: list[int]) -> list[int]:
    """Replace sizes and offset that did not fit in 32 bits by those of the zip64 field."""
    if 0xFFFFFFFF not in fields:
        return fields
    at = 0
    while at + 4 <= len(extra):
        kind, length = struct.unpack_from("<2H", extra, at)
        if kind == 1:
            wide = list(
                struct.unpack_from(f"<{length // 8}Q", extra[at + 4 :].ljust(length, b"\0"))
            )
            if len(wide) >= fields.count(0xFFFFFFFF) and at + 4 + length <= len(extra):
                return [wide.pop(0) if field == 0xFFFFFFFF else field for field in fields]
        at += 4 + length
    raise _broken("a size of its index is missing", str(fields))


def _check_entry(
    name: str, flags: int, method: int, sizes: tuple[int, int], system: int, mode: int
) -> None:
    packed, size = sizes
    if system == 3 and stat.S_IFMT(mode) not in (0, stat.S_IFREG, stat.S_IFDIR):
        raise Refusal("nothing outside", f"{name} is a link or a device", received=oct(mode))
    if flags & _ENCRYPTED:
        raise Refusal(
            "known container", f"{name} is encrypted", received=hex(flags), hint="decrypt it first"
        )
    if method not in (STORED, DEFLATED):
        raise Refusal("known container", f"{name} is packed by method {method}", received=method)
    if method == STORED and packed != size:
        raise _broken(f"{name} is not packed and has two sizes", f"{packed} and {size}")
    if size > BYTES or size > max(SMALL, packed * RATIO):
        raise Refusal("limits", f"{name} unpacks from {packed} to {size} bytes", received=size)
    if name.endswith("/") and size:
        raise _broken(f"the folder {name} has content", size)


def _check_local(header: bytes, entry: _Entry, read: Read, at: int) -> int:
    """Hold a member's own header against the index; how long it is."""
    magic, _, flags, method, _, _, check, packed, size, name, extra = _LOCAL.unpack(header)
    own = read(at + _LOCAL.size, name)
    later = bool(flags & _DESCRIPTOR)
    told = {(check, entry.check), (packed, entry.packed), (size, entry.size)}
    same = all(one in (other, 0xFFFFFFFF) or (later and one == 0) for one, other in told)
    sound = magic == b"PK\3\4" and own == entry.name.encode() and same
    if not sound or (flags, method) != (entry.flags, entry.method):
        raise _broken(f"{entry.name} and its line in the index do not agree", f"byte {at}")
    return _LOCAL.size + name + extra


def _check_descriptor(data: bytes, entry: _Entry) -> int:
    for form in ("<4s3L", "<4sL2Q"):
        length = struct.calcsize(form)
        if len(data) >= length and struct.unpack_from(form, data) == (
            b"PK\7\x08",
            entry.check,
            entry.packed,
            entry.size,
        ):
            return length
    raise _broken(f"what stands behind {entry.name} is not its sizes and checksum", entry.size)


def _broken(what: str, received: object) -> Refusal:
    return Refusal("whole", f"the archive is not sound: {what}", received=received)
