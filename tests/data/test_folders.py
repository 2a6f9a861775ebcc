"""Folders: links, loops, pipes, names that are no text, and files that are read with care."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from resnets.data.folders import LEAVES, LOOPS, list_folder, pictures_in, read_file
from resnets.errors import PictureError, SourceError


def test_every_file_is_listed_in_order(fill: Callable[..., Path]) -> None:
    root = fill({"b/2": b"", "b/1": b"", "a/x/y/z": b"", ".hidden/1": b"", "a/.DS_Store": b""})
    (root / "c").mkdir()
    listing = list_folder(root)
    assert listing.files == ["a/x/y/z", "b/1", "b/2"]
    assert listing.empty == ["c"]
    assert listing.refused == {}


def test_links_that_stay_inside_are_followed(fill: Callable[..., Path]) -> None:
    root = fill({"a/1": b"one", "b/2": b"two"})
    (root / "a" / "3").symlink_to(root / "b" / "2")
    (root / "c").symlink_to(root / "b")
    listing = list_folder(root)
    assert listing.files == ["a/1", "a/3", "b/2", "c/2"]
    assert listing.refused == {}
    assert read_file(root / "a" / "3", root=root) == b"two"


def test_links_that_leave_are_named(fill: Callable[..., Path], tmp_path: Path) -> None:
    root = fill({"a/1": b"one"})
    (tmp_path / "secret").write_bytes(b"secret")
    (root / "a" / "2").symlink_to(tmp_path / "secret")
    (root / "b").symlink_to(tmp_path)
    (root / "a" / "3").symlink_to("nowhere")
    listing = list_folder(root)
    assert listing.refused == {"a/2": LEAVES, "a/3": "a link that leads nowhere", "b": LEAVES}
    assert listing.folders == {"b"}
    with pytest.raises(PictureError, match=LEAVES):
        read_file(root / "a" / "2", root=root)


def test_a_root_that_is_a_link_itself(fill: Callable[..., Path], tmp_path: Path) -> None:
    fill({"a/1": b"one"})
    (tmp_path / "alias").symlink_to(tmp_path / "pictures")
    assert list_folder(tmp_path / "alias").files == ["a/1"]


def test_loops_end(fill: Callable[..., Path]) -> None:
    root = fill({"a/1": b"", "b/1": b""})
    (root / "a" / "up").symlink_to(root)
    (root / "a" / "self").symlink_to("self")
    (root / "a" / "other").symlink_to(root / "b")
    (root / "b" / "other").symlink_to(root / "a")
    listing = list_folder(root)
    assert listing.refused["a/up"] == LOOPS
    assert listing.refused["a/self"] == LOOPS
    assert "a/1" in listing.files
    assert len(listing.files) < 20


def test_pipes_are_named_and_never_waited_for(fill: Callable[..., Path]) -> None:
    root = fill({"a/1": b""})
    os.mkfifo(root / "a" / "2")
    assert list_folder(root).refused == {"a/2": "a pipe, not a file"}
    with pytest.raises(PictureError, match="a pipe, not a file"):
        read_file(root / "a" / "2")


def test_names_that_are_not_utf_8(fill: Callable[..., Path]) -> None:
    root = fill({"a/1": b""})
    (root / "a" / os.fsdecode(b"caf\xe9\x1b[2J\n.jpg")).write_bytes(b"x")
    listing = list_folder(root)
    assert os.fsencode(listing.files[1]) == b"a/caf\xe9\x1b[2J\n.jpg"
    with pytest.raises(PictureError) as caught:
        read_file(root / listing.files[1], limit=0)
    assert "caf\\xe9\\x1b[2J\\x0a.jpg" in str(caught.value)


def test_names_that_are_long(fill: Callable[..., Path]) -> None:
    root = fill({"a/" + "x" * 255: b"x"})
    assert list_folder(root).files == ["a/" + "x" * 255]


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_folders_that_may_not_be_read(fill: Callable[..., Path]) -> None:
    root = fill({"a/1": b"", "b/1": b""})
    (root / "b").chmod(0)
    try:
        assert list_folder(root).refused == {"b": "the folder cannot be read: Permission denied"}
    finally:
        (root / "b").chmod(0o700)


def test_a_folder_that_fails_to_list_is_named(
    fill: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    root, scandir = fill({"a/1": b"", "b/1": b""}), os.scandir

    def denied(path: str) -> object:
        if str(path).endswith(os.sep + "b") or (denied_root and str(path) == str(root) + os.sep):
            raise PermissionError(13, "Permission denied")
        return scandir(path)

    monkeypatch.setattr(os, "scandir", denied)
    denied_root = False
    assert list_folder(root).refused == {"b": "the folder cannot be read: Permission denied"}
    denied_root = True
    with pytest.raises(SourceError, match="the folder cannot be read: Permission denied") as caught:
        list_folder(root)
    assert caught.value.received == str(root)
    assert caught.value.hint == "check its permissions"


def test_reading_files(tmp_path: Path) -> None:
    file = tmp_path / "1"
    file.write_bytes(b"12345")
    assert read_file(file) == b"12345"
    assert read_file(file, limit=5) == b"12345"
    with pytest.raises(PictureError, match="5 bytes are more than the limit of 4") as caught:
        read_file(file, limit=4)
    assert caught.value.received == str(file)
    assert caught.value.hint
    with pytest.raises(PictureError, match="No such file"):
        read_file(tmp_path / "2")
    with pytest.raises(PictureError, match="a folder, not a file"):
        read_file(tmp_path)
    with pytest.raises(PictureError, match="null byte"):
        read_file("a\0b")


def test_pictures_in(fill: Callable[..., Path]) -> None:
    root = fill({"b.jpg": b"", "a/1.jpg": b"", "a/Thumbs.db": b""})
    assert pictures_in(root) == [root / "a" / "1.jpg", root / "b.jpg"]
    assert pictures_in(str(root / "b.jpg")) == [root / "b.jpg"]
    (root / "empty").mkdir()
    with pytest.raises(SourceError, match="there is not one picture in it") as caught:
        pictures_in(root / "empty")
    assert caught.value.received == str(root / "empty")
    with pytest.raises(SourceError, match="no such file or folder") as caught:
        pictures_in(root / "nothing")
    assert caught.value.received == str(root / "nothing")
    assert "relative to the working directory" in caught.value.hint
