"""Sources: what can be opened, what it is called, and what is said where nothing can."""

from __future__ import annotations

import dataclasses
import os
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from resnets.data import Source, open_source
from resnets.data.sources import short_name
from resnets.errors import PictureError, SourceError

TREE = {"train/a/1": 1, "train/a/2": 2, "train/b/1": 3, "train/b/2": 4, "test/b/1": 5}


def columns(source: Source) -> dict[str, tuple[str, int, Any]]:
    return {
        path: (source.classes[source.labels[index]], int(source.given[index]), source.read(index))
        for index, path in enumerate(source.paths)
    }


@pytest.fixture
def folder(fill: Callable[..., Path]) -> Path:
    return fill(TREE)


def test_folder_zip_and_tar_are_one_source(folder: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "set.zip", "w") as archive:
        for path in sorted(folder.rglob("*")):
            archive.write(path, path.relative_to(folder))
    for name, mode in (("set.tar", "w"), ("set.tgz", "w:gz"), ("tape", "w"), ("packed", "w:gz")):
        with tarfile.open(tmp_path / name, mode) as tape:  # type: ignore[call-overload]
            tape.add(folder, ".")
    expected = columns(open_source(folder))
    assert expected["test/b/1"][:2] == ("b", 2)
    assert len(expected) == 5
    for name in ("set.zip", "set.tar", "set.tgz", "tape", "packed"):
        assert columns(open_source(tmp_path / name)) == expected, name


def test_columns(folder: Path) -> None:
    source = open_source(str(folder))
    assert (source.name, source.origin) == ("pictures", str(folder))
    assert source.labels.dtype == np.int64
    assert source.given.dtype == np.int8
    assert len(source) == 5
    assert repr(source) == "Source('pictures', 5 pictures of 2 classes)"
    assert open_source(source) is source
    assert open_source(folder, name="mine").name == "mine"
    assert dataclasses.replace(source, labels=source.labels + 1).labels[0] == source.labels[0] + 1


def test_csv(folder: Path) -> None:
    file = folder / "labels.csv"
    file.write_text("image_path,label\ntrain/a/1,x\ntest/b/1,y\n")
    source = open_source(file)
    assert source.name == "labels"
    assert columns(source)["train/a/1"][:2] == ("x", -1)
    (folder / "test/b/1").unlink()
    with pytest.raises(PictureError, match="No such file") as caught:
        source.read(source.paths.index("test/b/1"))
    assert caught.value.received == "test/b/1"


def test_npz_and_arrays(tmp_path: Path) -> None:
    x, y = np.zeros((3, 8, 8), np.uint8), np.arange(3)
    np.savez(tmp_path / "tiny.npz", x=x, y=y)
    assert open_source(tmp_path / "tiny.npz").name == "tiny"
    source = open_source((x, y))
    assert (source.name, source.origin) == ("arrays", "")
    assert source.read(2).shape == (8, 8)  # type: ignore[union-attr]


def test_embedded() -> None:
    shapes = open_source("shapes")
    assert (shapes.name, shapes.origin, shapes.test_share) == ("shapes", "shapes", 0.1)
    digits = open_source("digits")
    assert (digits.origin, digits.test_share, len(digits)) == ("digits", 0.2, 1797)


def test_a_folder_may_be_called_digits(
    fill: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(fill({"a/1": 1, "b/1": 2}, folder="digits").parent)
    assert len(open_source("./digits")) == 2


@pytest.mark.parametrize(
    ("path", "name"),
    (
        ("signs", "signs"),
        ("a/CIFAR10.zip", "cifar10"),
        ("My Cats.tar.gz", "my-cats"),
        ("x.v2.tar", "x-v2"),
        ("\u732b", "pictures"),
        ("a" * 60, "a" * 40),
        (os.fsdecode(b"caf\xe9\n"), "caf"),
    ),
)
def test_short_names(path: str, name: str) -> None:
    assert short_name(Path(path)) == name


def test_links_that_leave_are_bad_pictures(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "secret").write_bytes(b"secret")
    (folder / "train/a/9").symlink_to(tmp_path / "secret")
    source = open_source(folder)
    with pytest.raises(PictureError, match="a link that leaves the source") as caught:
        source.read(source.paths.index("train/a/9"))
    assert caught.value.received == "train/a/9"
    assert caught.value.hint == "put a readable file there, or remove it"


def test_a_picture_that_became_a_link_later_is_refused(folder: Path, tmp_path: Path) -> None:
    source = open_source(folder)
    (tmp_path / "secret").write_bytes(b"secret")
    (folder / "train/a/1").unlink()
    (folder / "train/a/1").symlink_to(tmp_path / "secret")
    with pytest.raises(PictureError, match="a link that leaves the source"):
        source.read(source.paths.index("train/a/1"))


def test_a_class_folder_that_leaves_stops(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (folder / "train/c").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(SourceError, match="a class folder cannot be read: a link that leaves"):
        open_source(folder)


@pytest.mark.parametrize(
    ("name", "content", "what"),
    (
        ("nothing", None, "no such file or folder"),
        ("a\0b", None, "no such file or folder"),
        ("cat.jpg", b"\xff\xd8", "this file is no source of pictures"),
        ("empty", b"", "this file is no source of pictures"),
        ("a.zip", b"PK", "this zip file cannot be read"),
        ("a.tar.gz", b"\x1f\x8b", "this tar file cannot be read"),
        ("a.npz", b"", "this NPZ file cannot be read"),
        ("a.csv", b"", "lacks the column image_path and label"),
    ),
)
def test_files_that_are_no_source(
    name: str, content: bytes | None, what: str, tmp_path: Path
) -> None:
    if content is not None:
        (tmp_path / name).write_bytes(content)
    with pytest.raises(SourceError, match=what) as caught:
        open_source(tmp_path / name)
    assert caught.value.hint
    assert "(received: " in str(caught.value)


def test_an_empty_folder(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="there is not one picture in it") as caught:
        open_source(tmp_path)
    assert caught.value.received == str(tmp_path)
    assert "a folder of class folders" in caught.value.hint


def test_what_is_no_path_at_all() -> None:
    with pytest.raises(SourceError, match="this is no source of pictures") as caught:
        open_source(7)  # type: ignore[arg-type]
    assert caught.value.received == "int"
    assert "give a path" in caught.value.hint


def test_a_pipe_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(SourceError, match="this file is no source of pictures"):
        open_source(tmp_path / "pipe")
