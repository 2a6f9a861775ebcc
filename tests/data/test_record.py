"""Records: what they hold, and the first difference named when pictures have changed."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from resnets.data import (
    Preprocess,
    choose_preprocess,
    make_record,
    make_split,
    make_survey,
    open_source,
    reopen,
)
from resnets.errors import RunError, SourceError, UnknownNameError


def recorded(source: Any, **options: Any) -> dict[str, Any]:
    opened = open_source(source)
    survey = make_survey(opened)
    split = make_split(opened, survey, **options)
    made = make_record(opened, survey, split, choose_preprocess(survey))
    again: dict[str, Any] = json.loads(json.dumps(made))
    assert again == made
    return again


@pytest.fixture
def folder(fill: Callable[..., Path]) -> Path:
    files: dict[str, Any] = {f"train/{'ab'[i % 2]}/{i:03}": i for i in range(200)}
    files |= {f"test/{'ab'[i % 2]}/{i:03}": i + 1000 for i in range(6)}
    files |= {"test/a/copy": 0, "train/b/copy": 0, "train/a/bad": b"text", "notes.txt": b"hello"}
    return fill(files)


def test_what_is_written_down(folder: Path) -> None:
    record = recorded(folder)
    assert record["format"] == 1
    assert (record["name"], record["origin"]) == ("pictures", str(folder))
    assert record["classes"] == ["a", "b"]
    assert record["bad"] == [["train/a/bad", "this is text, not a picture"]]
    assert record["outside"] == ["notes.txt"]
    assert record["counts"]["test"] == {"a": 4, "b": 3}
    content = (folder / "test/a/000").read_bytes()
    assert record["splits"]["test"][0] == ["test/a/000", 0, hashlib.sha256(content).hexdigest()]
    assert sorted(record["copies"][0]) == ["test/a/copy", "train/a/000", "train/b/copy"]
    assert record["conflicts"] == record["copies"]
    assert record["made"]["val"].startswith("10% of train")
    assert Preprocess.from_json(record["preprocess"]).shape == (16, 16, 3)


def test_copies_within_one_split_are_no_leak(fill: Callable[..., Path]) -> None:
    files = {"a/1": 1, "a/2": 1, "a/3": 2, "b/1": 3, "b/2": 4, "b/3": 5}
    record = recorded(fill(files))
    assert record["copies"] == []
    assert record["conflicts"] == []


def test_reopening_gives_the_same(folder: Path) -> None:
    source = open_source(folder)
    survey = make_survey(source)
    split = make_split(source, survey)
    opened, again, preprocess = reopen(recorded(folder))
    assert opened.paths == source.paths
    for name in ("train", "val", "test"):
        assert (getattr(again, name) == getattr(split, name)).all()
    assert again.made == split.made
    assert preprocess == choose_preprocess(survey)


def test_names_that_are_not_utf_8_survive(fill: Callable[..., Path]) -> None:
    root = fill({"a/1": 1, "a/2": 2, "b/1": 3, "b/2": 4})
    odd = os.fsdecode(b"caf\xe9\n.png")
    (root / "a" / "1").rename(root / "a" / odd)
    record = recorded(root)
    found = {row[0] for rows in record["splits"].values() for row in rows}
    assert f"a/{odd}" in found
    assert reopen(record)[0].paths[1] == f"a/{odd}"


def edit(root: Path) -> None:
    (root / "train/a/004").write_bytes((root / "train/a/006").read_bytes())


def remove(root: Path) -> None:
    (root / "train/a/004").unlink()


def add(root: Path) -> None:
    (root / "train/a/zzz").write_bytes(b"x")


def move(root: Path) -> None:
    (root / "other").mkdir()
    (root / "train").rename(root / "other" / "train")


@pytest.mark.parametrize(
    ("change", "what", "received"),
    (
        (edit, "a picture was edited since the run began", "train/a/004"),
        (remove, "a picture of (train|val) is not there any more", "train/a/004"),
        (add, "a picture was added since the run began", "train/a/zzz"),
    ),
)
def test_changes_are_named(
    change: Callable[[Path], None], what: str, received: str, folder: Path
) -> None:
    record = recorded(folder)
    change(folder)
    with pytest.raises(SourceError, match=what) as caught:
        reopen(record)
    assert caught.value.received == received
    assert caught.value.hint == "put the pictures back as they were, or train anew"
    opened, split, _ = reopen(record, splits=["test"])
    assert [opened.paths[index] for index in split.test] == [
        row[0] for row in record["splits"]["test"]
    ]
    assert len(split.train) == 0


def test_pictures_that_have_moved(folder: Path, tmp_path: Path) -> None:
    record = recorded(folder)
    folder.rename(tmp_path / "elsewhere")
    with pytest.raises(SourceError, match="no such file or folder"):
        reopen(record)
    opened, split, _ = reopen(record, tmp_path / "elsewhere")
    assert len(split.train) + len(split.val) == 201
    assert opened.origin == str(tmp_path / "elsewhere")


def test_a_picture_that_cannot_be_read_any_more(folder: Path) -> None:
    record = recorded(folder)
    (folder / "test/a/002").unlink()
    (folder / "test/a/002").symlink_to("nowhere")
    with pytest.raises(SourceError, match="cannot be read: a link that leads nowhere") as caught:
        reopen(record)
    assert caught.value.received == "test/a/002"


def test_another_class() -> None:
    x, y = np.random.default_rng(0).integers(0, 256, (40, 8, 8), dtype=np.uint8), np.arange(40) % 2
    record = recorded((x, y))
    assert record["origin"] == ""
    with pytest.raises(SourceError, match="trained on arrays in memory") as caught:
        reopen(record)
    assert caught.value.received == "arrays"
    assert caught.value.hint == "give the same arrays again as its source"
    assert len(reopen(record, (x, y))[0]) == 40
    with pytest.raises(SourceError, match="is in another class now"):
        reopen(record, (x, 1 - y))
    with pytest.raises(SourceError, match="a picture was edited"):
        reopen(record, (255 - x, y))


def test_embedded_sources_come_back() -> None:
    record = recorded("shapes")
    assert len(reopen(record)[1].train) == len(record["splits"]["train"])


def test_newer_formats_and_unknown_splits() -> None:
    record = recorded("shapes")
    with pytest.raises(RunError, match="made by a newer version") as caught:
        reopen({**record, "format": 2})
    assert caught.value.received == "format 2, and this version reads up to 1"
    assert caught.value.hint == "update resnets"
    with pytest.raises(UnknownNameError):
        reopen(record, splits=["tset"])


def test_bad_pictures_found_later_are_written_too() -> None:
    source = open_source("shapes")
    survey = make_survey(source)
    split = make_split(source, survey)
    made = make_record(source, survey, split, Preprocess(16, 16), {"shapes[3]": "cut off"})
    assert made["bad"] == [["shapes[3]", "cut off"]]
