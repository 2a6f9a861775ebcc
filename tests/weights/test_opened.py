"""A file is opened once, must be a regular one, and may not change while it is read."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import pytest

from resnets.weights.foreign import BYTES, Refusal
from resnets.weights.opened import Opened


def test_bytes_by_offset_and_whole_with_their_hash(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(b"0123456789")
    with Opened(path) as file:
        assert (file.size, file.read(2, 3)) == (10, b"234")
        assert file.whole() == (bytearray(b"0123456789"), hashlib.sha256(b"0123456789").hexdigest())


@pytest.mark.parametrize(("offset", "size"), ((8, 3), (-1, 2), (0, -1), (2**62, 2**62)))
def test_bytes_that_are_not_there(tmp_path: Path, offset: int, size: int) -> None:
    path = tmp_path / "a"
    path.write_bytes(b"0123456789")
    with Opened(path) as file, pytest.raises(Refusal, match="and has 10") as caught:
        file.read(offset, size)
    assert caught.value.rule == "whole"


@pytest.mark.parametrize(
    ("change", "rule"), ((b"012345678", "changed"), (b"01234567890", "changed"), (b"x", "changed"))
)
def test_a_file_that_changes(tmp_path: Path, change: bytes, rule: str) -> None:
    path = tmp_path / "a"
    path.write_bytes(b"0123456789")
    with Opened(path) as file:
        path.write_bytes(change)
        with pytest.raises(Refusal, match=rule):
            file.whole()


def test_no_file_larger_than_allowed_and_no_empty_one(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.touch()
    with pytest.raises(Refusal, match="empty"):
        Opened(path)
    os.truncate(path, BYTES + 1)
    with pytest.raises(Refusal, match="GiB, and 4 are allowed"):
        Opened(path)


def test_links_are_followed_only_where_it_is_asked(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"0")
    (tmp_path / "b").symlink_to(tmp_path / "a")
    with Opened(tmp_path / "b") as file:
        assert file.size == 1
    with pytest.raises(Refusal, match="cannot be opened"):
        Opened(tmp_path / "b", follow=False)
