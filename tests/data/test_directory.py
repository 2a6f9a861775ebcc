"""The table of a zip is read as `zipfile` reads it, and refused where it is damaged."""

from __future__ import annotations

import io
import stat
import struct
import zipfile
import zlib
from pathlib import Path

import pytest

from resnets.data.directory import read_directory


def packed(path: Path, comment: bytes = b"", before: bytes = b"", count: int = 3) -> Path:
    """A zip with all that a table can hold."""
    buffer = io.BytesIO(before)
    buffer.seek(0, io.SEEK_END)
    with zipfile.ZipFile(buffer, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.mkdir("folder")
        for number in range(count):
            archive.writestr(f"a/{number}.jpg", b"x" * (100 + number))
        archive.writestr("a/caf\u00e9.jpg", b"utf-8")
        archive.writestr(zipfile.ZipInfo("a/plain"), b"stored", zipfile.ZIP_STORED)
        link = zipfile.ZipInfo("a/link")
        link.external_attr = (stat.S_IFLNK | 0o777) << 16
        archive.writestr(link, "plain")
        described = zipfile.ZipInfo("a/described")
        described.comment, described.extra = b"words", struct.pack("<HH3s", 0x9999, 3, b"odd")
        archive.writestr(described, b"y")
        with archive.open("a/large", "w", force_zip64=True) as member:
            member.write(b"z")
        archive.comment = comment
    path.write_bytes(buffer.getvalue())
    return path


@pytest.mark.parametrize("comment", (b"", b"words", b"PK\5\6" * 3, b"c" * 0xFFFF))
@pytest.mark.parametrize("before", (b"", b"#!/bin/sh\n" * 9))
def test_it_reads_what_zipfile_reads(comment: bytes, before: bytes, tmp_path: Path) -> None:
    path = packed(tmp_path / "a.zip", comment.replace(b"PK\5\6", b"PK\5."), before)
    with zipfile.ZipFile(path) as archive:
        expected = [
            (
                one.filename,
                one.header_offset,
                one.compress_size,
                one.file_size,
                one.compress_type,
                one.CRC,
                bool(one.flag_bits & 1),
                one.external_attr >> 16,
            )
            for one in archive.infolist()
        ]
    assert list(map(tuple, read_directory(path))) == expected
    assert len(expected) == 9


@pytest.mark.slow
def test_more_members_than_16_bits_count(tmp_path: Path) -> None:
    path = packed(tmp_path / "a.zip", count=66_000)
    with zipfile.ZipFile(path) as archive:
        assert [one.name for one in read_directory(path)] == archive.namelist()


def table(path: Path, extra: bytes, sizes: tuple[int, int] = (3, 3), offset: int = 0) -> Path:
    """A zip of nothing but a table with one member."""
    name = b"b\x82.jpg"
    entry = struct.pack(
        "<4s6H3L5H2L", b"PK\1\2", 20, 20, 0, 0, 0, 0, 7, *sizes, len(name), len(extra), 0, 0, 0, 0,
        offset,
    )  # fmt: skip
    entry += name + extra
    end = struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, 1, 1, len(entry), 0, 0)
    path.write_bytes(entry + end)
    return path


def test_numbers_of_64_bits_stand_in_the_extra_field(tmp_path: Path) -> None:
    full = 0xFFFF_FFFF
    extra = struct.pack("<HH3Q", 1, 24, 2**40, 2**39, 2**38)
    (one,) = read_directory(table(tmp_path / "a.zip", extra, (full, full), full))
    assert (one.size, one.packed, one.offset) == (2**40, 2**39, 2**38)
    extra = struct.pack("<HHQ", 1, 8, 2**38)
    (one,) = read_directory(table(tmp_path / "a.zip", extra, offset=full))
    assert (one.size, one.packed, one.offset) == (3, 3, 2**38)


@pytest.mark.parametrize(
    ("crc", "name"), ((zlib.crc32(b"b\x82.jpg"), "b\u4e00.jpg"), (5, "b\u00e9.jpg"))
)
def test_a_name_in_unicode_counts_while_it_belongs_to_the_old_one(
    crc: int, name: str, tmp_path: Path
) -> None:
    data = struct.pack("<BL", 1, crc) + "b\u4e00.jpg".encode()
    extra = struct.pack("<HH", 0x7075, len(data)) + data
    (one,) = read_directory(table(tmp_path / "a.zip", extra))
    assert one.name == name  # 0x82 is e acute in code page 437


@pytest.mark.parametrize(
    ("old", "new", "words"),
    (
        (b"PK\5\6", b"....", "not a zip file"),
        (b"PK\1\2", b"....", "Bad magic number"),
        (struct.pack("<HH3s", 0x9999, 3, b"odd"), struct.pack("<HH3s", 0x9999, 9, b"odd"), "extra"),
    ),
)
def test_damage_is_refused(old: bytes, new: bytes, words: str, tmp_path: Path) -> None:
    path = packed(tmp_path / "a.zip")
    data = path.read_bytes()
    place = data.rfind(old)
    path.write_bytes(data[:place] + new + data[place + len(old) :])
    with pytest.raises(zipfile.BadZipFile, match=words):
        list(read_directory(path))


def test_what_cannot_be_is_refused(tmp_path: Path) -> None:
    end = struct.pack("<4s4H2LH", b"PK\5\6", 0, 0, 1, 1, 99, 0, 0)
    (tmp_path / "short").write_bytes(end)
    with pytest.raises(zipfile.BadZipFile, match="Bad offset"):
        list(read_directory(tmp_path / "short"))
    (tmp_path / "cut").write_bytes(b"PK\1\2" + bytes(95) + end)
    with pytest.raises(zipfile.BadZipFile, match=r"Truncated|Bad magic"):
        list(read_directory(tmp_path / "cut"))
    (tmp_path / "empty").write_bytes(b"")
    with pytest.raises(zipfile.BadZipFile, match="not a zip file"):
        list(read_directory(tmp_path / "empty"))
    locator = struct.pack("<4sLQL", b"PK\6\7", 1, 0, 2)
    (tmp_path / "parts").write_bytes(bytes(99) + locator + end)
    with pytest.raises(zipfile.BadZipFile, match="multiple disks"):
        list(read_directory(tmp_path / "parts"))
    path = table(tmp_path / "new", b"")
    path.write_bytes(path.read_bytes()[:6] + bytes([64]) + path.read_bytes()[7:])
    with pytest.raises(NotImplementedError, match=r"version 6\.4"):
        list(read_directory(path))
