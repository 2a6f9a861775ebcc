"""Zip archives made field by field, so that any of them may lie."""

from __future__ import annotations

import struct
import zlib
from dataclasses import dataclass


@dataclass(frozen=True)
class Part:
    """A member; what is None follows from the content."""

    name: str | bytes
    data: bytes = b""
    packed: bytes | None = None  # the bytes as they stand in the archive
    method: int = 0
    check: int | None = None
    size: int | None = None
    flags: int = 0
    mode: int = 0
    own_name: bytes | None = None  # in the member's own header


def deflated(name: str, data: bytes) -> Part:
    """A member that is packed."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    return Part(name, data, packer.compress(data) + packer.flush(), 8)


def bomb(name: str, byte: bytes, mebibytes: int) -> Part:
    """A member that unpacks to one byte over and over; its checksum is of no use to anybody."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    block = packer.compress(byte * (1 << 20)) + packer.flush(zlib.Z_FULL_FLUSH)
    return Part(name, b"", block * mebibytes + b"\x03\x00", 8, 0, mebibytes << 20)


def archive(parts: list[Part], front: bytes = b"", tail: bytes = b"", **end: int) -> bytes:
    """Put an archive together; `end` overrides count, start or length of its index."""
    body, index = [front], []
    at = len(front)
    for part in parts:
        name = part.name.encode() if isinstance(part.name, str) else part.name
        own = name if part.own_name is None else part.own_name
        packed = part.data if part.packed is None else part.packed
        check = zlib.crc32(part.data) if part.check is None else part.check
        size = len(part.data) if part.size is None else part.size
        held = (check, len(packed), size)
        local = struct.pack("<4s5H3L2H", b"PK\3\4", 20, part.flags, part.method, 0, 33, *held,
                            len(own), 0)  # fmt: skip
        index.append(
            struct.pack("<4s6H3L5H2L", b"PK\1\2", 3 << 8 | 20, 20, part.flags, part.method, 0, 33,
                        *held, len(name), 0, 0, 0, 0, part.mode << 16, at) + name
        )  # fmt: skip
        body += [local, own, packed]
        at += len(local) + len(own) + len(packed)
    whole = b"".join(index)
    count = end.get("count", len(parts))
    start, length = end.get("start", at), end.get("length", len(whole))
    if count < 0xFFFF:
        last = struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, count, count, length, start, 0)
    else:
        last = struct.pack("<4sQ2H2L4Q", b"PK\6\6", 44, 45, 45, 0, 0, count, count, length, start)
        last += struct.pack("<4sLQL", b"PK\6\7", 0, at + len(whole), 1)
        last += struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, 65535, 65535, 2**32 - 1, 2**32 - 1, 0)
    return b"".join(body) + whole + last + tail
