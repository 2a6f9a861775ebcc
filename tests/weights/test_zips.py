"""Archives beside Python's own writer, and indexes that do not account for every byte."""

from __future__ import annotations

import io
import os
import stat
import struct
import zipfile
from collections.abc import Callable

import pytest

from resnets.weights.foreign import Refusal
from resnets.weights.zips import content_of, members_of


def archive(members: dict[str, bytes], method: int = zipfile.ZIP_STORED, **kind: int) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", method) as file:
        for name, data in members.items():
            info = zipfile.ZipInfo(name)
            info.compress_type = method
            info.external_attr = kind.get("mode", 0o644) << 16
            file.writestr(info, data)
    return stream.getvalue()


def reader(data: bytes) -> Callable[[int, int], bytes]:
    def read(offset: int, size: int) -> bytes:
        if offset < 0 or offset + size > len(data):
            raise Refusal("whole", "short", received=offset)
        return data[offset : offset + size]

    return read


def unpack(data: bytes, most: int = 64) -> dict[str, bytes]:
    read = reader(data)
    members = members_of(read, len(data), most)
    return {name: content_of(member, read, 1 << 20) for name, member in members.items()}


MEMBERS = {"a.txt": b"first " * 100, "folder/b": os.urandom(1000), "empty": b""}


@pytest.mark.parametrize("method", (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED))
def test_what_python_packed(method: int) -> None:
    assert unpack(archive(MEMBERS, method)) == MEMBERS


def test_what_python_packed_without_going_back() -> None:
    class Pipe(io.BytesIO):  # sizes and checksums then stand behind each member
        def seekable(self) -> bool:
            return False

        def tell(self) -> int:
            raise io.UnsupportedOperation

    stream = Pipe()
    with zipfile.ZipFile(stream, "w") as file:
        for name, data in MEMBERS.items():
            file.writestr(name, data)
    assert unpack(stream.getvalue()) == MEMBERS


def test_an_index_in_64_bits() -> None:
    data = archive({str(number): b"" for number in range(66_000)})
    assert len(members_of(reader(data), len(data), 70_000)) == 66_000


ONE = archive({"a": b"content"})


@pytest.mark.parametrize(
    ("data", "rule", "words"),
    (
        (ONE[:-1], "whole", "does not end with its index"),
        (ONE + b"\0", "whole", "does not end with its index"),
        (b"\x7fELF" + ONE, "whole", "not agree|not begin|not sound"),
        (ONE.replace(b"content", b"CONTENT"), "whole", "CRC-32"),
        (ONE.replace(b"a", b"b", 1), "whole", "do not agree"),
        (archive({"a": b"", "b": b""}).replace(b"b", b"a"), "names", "two members"),
        (archive({"../a": b""}), "nothing outside", "leads elsewhere"),
        (archive({"/a": b""}), "nothing outside", "leads elsewhere"),
        (archive({"C:a": b""}), "nothing outside", "leads elsewhere"),
        (archive({"é": b""}), "nothing outside", "leads elsewhere"),
        (archive({"a": b""}, mode=stat.S_IFLNK | 0o777), "nothing outside", "a link"),
        (archive({"a": bytes(2 << 20)}, zipfile.ZIP_DEFLATED), "limits", "unpacks from"),
        (archive({"a": b"x" * 99}, zipfile.ZIP_BZIP2), "known container", "method 12"),
        (archive({str(number): b"" for number in range(65)}), "limits", "65 members"),
        (archive({"a/": b"x"}), "whole", "has content"),
        (b"PK\5\6" + bytes(10), "whole", "too short"),
    ),
)
def test_an_archive_that_cannot_be_trusted(data: bytes, rule: str, words: str) -> None:
    with pytest.raises(Refusal, match=words) as caught:
        unpack(data)
    assert caught.value.rule == rule


@pytest.mark.parametrize(
    ("offset", "value"),
    ((8, 2), (10, 2), (12, 2**31), (16, 2**31), (16, 2**32 - 1), (4, 1), (6, 1)),
)
def test_an_end_record_that_lies(offset: int, value: int) -> None:
    changed = bytearray(ONE)
    struct.pack_into("<H" if offset < 12 else "<I", changed, len(ONE) - 22 + offset, value)
    with pytest.raises(Refusal) as caught:
        unpack(bytes(changed))
    assert caught.value.rule == "whole"


@pytest.mark.parametrize(("flag", "words"), ((0x1, "encrypted"), (0x40, "encrypted")))
def test_an_encrypted_member(flag: int, words: str) -> None:
    changed = bytearray(ONE)
    for at in (6, ONE.index(b"PK\1\2") + 8):
        changed[at] |= flag
    with pytest.raises(Refusal, match=words):
        unpack(bytes(changed))


def test_a_member_that_unpacks_to_more_than_it_says() -> None:
    data = bytearray(archive({"a": b"x" * 1000}, zipfile.ZIP_DEFLATED))
    for at in (22, data.index(b"PK\1\2") + 24):
        struct.pack_into("<I", data, at, 100)
    with pytest.raises(Refusal, match="size it declares"):
        unpack(bytes(data))


def test_a_member_larger_than_is_wanted() -> None:
    read = reader(ONE)
    (member,) = members_of(read, len(ONE), 1).values()
    with pytest.raises(Refusal, match="has 7 bytes"):
        content_of(member, read, 6)
