"""Layouts: trees of paths, and what they mean."""

from __future__ import annotations

import pytest

from resnets.data.layout import Layout, Listing, is_junk, number_classes, read_layout
from resnets.errors import SourceError


def read(*files: str, empty: tuple[str, ...] = ()) -> Layout:
    return read_layout(Listing(list(files), list(empty)), "there")


def rows(layout: Layout) -> list[tuple[str, str, int]]:
    names = [layout.classes[label] for label in layout.labels]
    return list(zip(layout.paths, names, layout.given.tolist(), strict=True))


def test_a_flat_folder_of_classes() -> None:
    layout = read("dog/1.jpg", "cat/2.jpg", "cat/1.jpg")
    assert layout.classes == ("cat", "dog")
    assert rows(layout) == [
        ("cat/1.jpg", "cat", -1),
        ("cat/2.jpg", "cat", -1),
        ("dog/1.jpg", "dog", -1),
    ]


@pytest.mark.parametrize("val", ("val", "valid", "validation", "Val"))
def test_splits_over_classes(val: str) -> None:
    layout = read("train/a/1", f"{val}/a/1", "test/b/1", "train/b/1")
    found = {path: (name, given) for path, name, given in rows(layout)}
    assert found == {
        "train/a/1": ("a", 0),
        "train/b/1": ("b", 0),
        f"{val}/a/1": ("a", 1),
        "test/b/1": ("b", 2),
    }


def test_classes_are_matched_by_name_and_not_by_position() -> None:
    layout = read("train/a/1", "train/b/1", "train/c/1", "test/b/1", "test/c/1")
    assert rows(layout)[:2] == [("test/b/1", "b", 2), ("test/c/1", "c", 2)]
    assert layout.labels.tolist() == [1, 2, 0, 1, 2]


def test_a_folder_around_it_all_is_stepped_into() -> None:
    layout = read("set/README.md", "set/v1/train/a/1", "set/v1/train/b/1", "set/v1/test/a/1")
    assert layout.classes == ("a", "b")
    assert layout.paths[0] == "set/v1/test/a/1"
    assert layout.outside == ("set/README.md",)
    assert read("set/a/1", "set/b/1").classes == ("a", "b")


def test_train_alone_is_a_split_and_no_class() -> None:
    layout = read("train/a/1", "train/b/1")
    assert layout.classes == ("a", "b")
    assert layout.given.tolist() == [0, 0]


def test_a_class_may_be_called_train() -> None:
    layout = read("car/1", "bus/1", "train/1", "train/2")
    assert layout.classes == ("bus", "car", "train")
    assert layout.given.tolist() == [-1] * 4


def test_nested_folders_belong_to_the_class_above() -> None:
    layout = read("cat/tabby/1", "cat/2", "cat/3", "dog/1")
    assert [name for _, name, _ in rows(layout)] == ["cat", "cat", "cat", "dog"]


def test_junk_is_passed_over_and_the_rest_named() -> None:
    layout = read(
        "a/1.jpg",
        "a/.DS_Store",
        "a/._1.jpg",
        "a/Thumbs.db",
        "__MACOSX/a/1.jpg",
        "b/1.jpg",
        ".hidden/1.jpg",
        "labels.txt",
        "b/notes.txt",
        "b/desktop.ini",
    )
    assert layout.paths == ["a/1.jpg", "b/1.jpg", "b/notes.txt"]
    assert layout.outside == ("labels.txt",)
    assert [is_junk(part) for part in (".x", "THUMBS.DB", "@eaDir", "x.jpg", "x.")] == [
        True,
        True,
        True,
        False,
        False,
    ]


def test_composed_and_decomposed_names_are_one_class() -> None:
    layout = read("train/caf\u00e9/1", "train/tea/1", "val/cafe\u0301/1")
    assert layout.classes == ("caf\u00e9", "tea")
    assert layout.paths[2] == "val/cafe\u0301/1"


def test_case_makes_two_classes() -> None:
    assert read("Cat/1", "cat/1").classes == ("Cat", "cat")


def test_numbers_go_by_value() -> None:
    classes, labels = number_classes(["10", "9", "100", "9"])
    assert classes == ("9", "10", "100")
    assert labels.tolist() == [1, 0, 2, 0]
    assert number_classes(["10", "9", "x"])[0] == ("10", "9", "x")


@pytest.mark.parametrize(
    ("files", "empty", "what", "received"),
    (
        ((), (), "there is not one picture in it", "there"),
        ((".DS_Store",), (), "there is not one picture in it", "there"),
        (("1.jpg", "2.jpg"), (), "the 2 files in it lie in no class folder", "there"),
        (("train/1.jpg", "val/1.jpg"), (), "train, val hold files but no class folders", "there"),
        (
            ("train/a/1", "val/a/1", "valid/a/1"),
            (),
            "the split val is there more than once: val and valid",
            "there",
        ),
        (("a/1", "a/2", "b/1"), ("c",), "class folders without a picture: c", "1 empty of 3"),
        (
            ("train/a/1", "train/a/2"),
            ("train/b",),
            "class folders without a picture: b",
            "1 empty of 2",
        ),
        (("a/1",), ("b", "c"), "more classes than pictures", "3 class folders, 1 pictures"),
    ),
)
def test_trees_that_mean_nothing(
    files: tuple[str, ...], empty: tuple[str, ...], what: str, received: str
) -> None:
    with pytest.raises(SourceError, match=what) as caught:
        read(*files, empty=empty)
    assert caught.value.received == received
    assert caught.value.hint


def test_a_class_may_be_empty_in_val() -> None:
    assert read("train/a/1", "train/b/1", "val/a/1", empty=("val/b", "test")).classes == ("a", "b")


def test_a_class_folder_that_cannot_be_read_stops() -> None:
    listing = Listing(["a/1", "b"], refused={"b": "a link that leaves the source"}, folders={"b"})
    with pytest.raises(SourceError, match="a class folder cannot be read: a link that") as caught:
        read_layout(listing, "there")
    assert caught.value.received == "b"
    assert "give the folder that holds the real files" in caught.value.hint
