"""Tables: columns, splits and paths of a CSV."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from resnets.data.tables import read_table
from resnets.errors import SourceError


@pytest.fixture
def table(fill: Callable[..., Path]) -> Callable[..., Path]:
    def write(*lines: str, end: str = "\n", start: str = "") -> Path:
        root = fill({"1.jpg": b"1", "sub/2.jpg": b"2", "sub/3, 4.jpg": b"3"})
        file = root / "labels.csv"
        file.write_bytes((start + end.join(lines) + end).encode())
        return file

    return write


@pytest.mark.parametrize("end", ("\n", "\r\n"))
@pytest.mark.parametrize("start", ("", "\ufeff"))
def test_paths_labels_and_splits(table: Callable[..., Path], end: str, start: str) -> None:
    file = table(
        "id,split,label, image_path",
        "7,train,cat,sub/2.jpg",
        "8,Valid,dog,./1.jpg",
        '9,test,cat,"sub/3, 4.jpg"',
        "",
        end=end,
        start=start,
    )
    layout = read_table(file)
    assert layout.paths == ["1.jpg", "sub/2.jpg", "sub/3, 4.jpg"]
    assert layout.classes == ("cat", "dog")
    assert layout.labels.tolist() == [1, 0, 0]
    assert layout.given.tolist() == [1, 0, 2]


def test_no_split_column_or_an_empty_one(table: Callable[..., Path]) -> None:
    assert read_table(table("image_path,label", "1.jpg,a")).given.tolist() == [-1]
    assert read_table(table("image_path,label,split", "1.jpg,a,")).given.tolist() == [-1]


@pytest.mark.parametrize(
    ("lines", "what", "received", "hint"),
    (
        ((), "lacks the column image_path and label", "", "begin the file with"),
        (("image_path", "1.jpg"), "lacks the column label", "image_path", "begin the file"),
        (("path,label", "1.jpg,a"), "lacks the column image_path", "path,label", "rename path to"),
        (("image_path,label",), "the table lists no picture", None, "add a row"),
        (("image_path,label", "1.jpg,"), "line 2 of labels.csv has no label", "1.jpg,", "fill it"),
        (("image_path,label", ",a"), "line 2 of labels.csv has no image_path", ",a", "fill it"),
        (("image_path,label", "1.jpg"), "line 2 of labels.csv has no label", "1.jpg", "fill it"),
        (
            ("image_path,label", "no.jpg,a", "1.jpg,a", "not.jpg,b"),
            r"2 of the 3 pictures of labels.csv are not there: no.jpg \(line 2\), not.jpg",
            "no.jpg",
            "paths are relative to",
        ),
        (
            ("image_path,label", "1.jpg,a", "./1.jpg,b"),
            "lines 2 and 3 of labels.csv name the same picture",
            "1.jpg",
            "list each picture once",
        ),
        (
            ("image_path,label", "../x.jpg,a"),
            "line 2 of labels.csv names a picture outside",
            "../x.jpg",
            "put the table above the pictures",
        ),
        (
            ("image_path,label", "/etc/passwd,a"),
            "line 2 of labels.csv names a picture outside",
            "/etc/passwd",
            "relative to it",
        ),
        (
            ("image_path,label,split", "1.jpg,a,tain"),
            "line 2 of labels.csv names a split that there is not",
            "tain",
            "did you mean train?",
        ),
        (
            ("image_path,label,split", "1.jpg,a,train", "sub/2.jpg,a,"),
            "line 3 has no split, while other lines have one",
            "sub/2.jpg",
            "every line a split",
        ),
    ),
)
def test_tables_that_cannot_be_used(
    table: Callable[..., Path], lines: tuple[str, ...], what: str, received: str | None, hint: str
) -> None:
    file = table(*lines)
    with pytest.raises(SourceError, match=what) as caught:
        read_table(file)
    assert caught.value.received == (str(file) if received is None else received)
    assert hint in caught.value.hint


def test_a_link_that_leaves_is_outside(table: Callable[..., Path], tmp_path: Path) -> None:
    file = table("image_path,label", "out.jpg,a")
    (tmp_path / "secret").write_bytes(b"x")
    (file.parent / "out.jpg").symlink_to(tmp_path / "secret")
    with pytest.raises(SourceError, match="names a picture outside"):
        read_table(file)


def test_what_is_no_csv(tmp_path: Path) -> None:
    file = tmp_path / "a.csv"
    file.write_bytes(b"image_path,label\n" + b"x" * 200_000)
    with pytest.raises(SourceError, match="the table cannot be read: field larger") as caught:
        read_table(file)
    assert caught.value.received == str(file)
    assert caught.value.hint == "save it as CSV in UTF-8"
