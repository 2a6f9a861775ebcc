"""Splits: given ones kept, missing ones drawn by content, and what cannot be split."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from resnets.data import (
    Source,
    Split,
    check_bad,
    check_source,
    make_split,
    make_survey,
    open_source,
)
from resnets.errors import SourceError, UsageError


def stack(count: int, classes: int, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    pixels = np.random.default_rng(seed).integers(0, 256, (count, 8, 8), dtype=np.uint8)
    return pixels, np.arange(count) % classes


def split_of(source: Source, **options: Any) -> Split:
    return make_split(source, make_survey(source), **options)


def paths(source: Source, split: Split) -> dict[str, set[str]]:
    return {
        name: {source.paths[index] for index in getattr(split, name)}
        for name in ("train", "val", "test")
    }


def test_a_flat_source_gives_a_tenth_each() -> None:
    source = open_source(stack(6000, 10))
    split = split_of(source)
    together = np.concatenate([split.train, split.val, split.test])
    assert sorted(together.tolist()) == list(range(6000))
    for part in (split.val, split.test):
        assert (np.diff(part) > 0).all()
        counts = np.bincount(source.labels[part])
        # binomial: 60 of 600 a class, with a deviation of 7.3
        assert np.abs(counts - 60).max() < 30
        assert abs(len(part) - 600) < 100
    assert split.made == {
        "train": "the rest",
        "val": "10% of the pictures, class by class, by a hash of the content",
        "test": "10% of the pictures, class by class, by a hash of the content",
    }


def test_digits_give_a_fifth_as_test() -> None:
    split = split_of(open_source("digits"))
    assert abs(len(split.test) / 1797 - 0.2) < 0.03
    assert abs(len(split.val) / 1797 - 0.1) < 0.02
    assert "20%" in split.made["test"]


def test_adding_a_picture_moves_no_other() -> None:
    x, y = stack(1001, 5)
    whole = split_of(open_source((x, y)))
    for gone in (0, 17, 500, 1000):
        kept = np.delete(np.arange(1001), gone)
        less = split_of(open_source((x[kept], y[kept])))
        for name in ("train", "val", "test"):
            before = {int(kept[index]) for index in getattr(less, name)}
            assert before == set(getattr(whole, name).tolist()) - {gone}


def test_names_and_order_do_not_matter(fill: Callable[..., Path]) -> None:
    one = open_source(fill({f"{'ab'[i % 2]}/{i}": i for i in range(80)}, "one"))
    two = open_source(fill({f"{'ab'[i % 2]}/x{99 - i}": i for i in range(80)}, "two"))
    digests = [
        {survey.digests[index] for index in getattr(make_split(source, survey), name)}
        for source, survey in ((one, make_survey(one)), (two, make_survey(two)))
        for name in ("val", "test")
    ]
    assert digests[:2] == digests[2:]


def test_every_class_is_in_every_split_where_it_can_be() -> None:
    source = open_source(stack(120, 12))  # ten of each: a third of the classes draws no val
    split = split_of(source)
    for name in ("train", "val", "test"):
        assert set(source.labels[getattr(split, name)].tolist()) == set(range(12)), name


@pytest.mark.parametrize(("each", "expected"), ((2, (1, 1, 0)), (3, (1, 1, 1))))
def test_tiny_classes_keep_one_for_training(each: int, expected: tuple[int, int, int]) -> None:
    for seed in range(20):
        split = split_of(open_source(stack(2 * each, 2, seed)))
        counts = (len(split.train), len(split.val), len(split.test))
        labels = [np.arange(2 * each)[part] % 2 for part in (split.train, split.val)]
        assert all(set(found.tolist()) == {0, 1} for found in labels), seed
        assert counts == tuple(2 * count for count in expected) or counts[0] >= 2


def test_byte_equal_pictures_go_together() -> None:
    x, y = stack(300, 3)
    source = open_source((np.concatenate([x, x, x[:50]]), np.concatenate([y, y, y[:50]])))
    split = split_of(source)
    for part in (split.train, split.val, split.test):
        assert set((part % 300).tolist()) == set(part[part < 300].tolist())
    assert len(split.val) > 30


def test_given_splits_are_kept_and_val_comes_out_of_train() -> None:
    x, y = stack(1000, 4)
    twice = np.concatenate([x[:800], x[:100]]), np.concatenate([y[:800], y[:100]])
    source = open_source({"train": twice, "test": (x[800:], y[800:])})
    split = split_of(source)
    assert split.test.tolist() == list(range(900, 1100))
    assert abs(len(split.val) - 90) < 40
    copied = [index for index in split.val.tolist() if index < 100 or index >= 800]
    assert {index % 800 for index in copied} <= set(split.val.tolist())
    assert all(index + 800 in split.val for index in copied if index < 100)
    assert split.made["train"] == "given, without val"
    assert split.made["test"] == "given"
    assert split.made["val"].startswith("10% of train")


def test_all_given() -> None:
    x, y = stack(40, 2)
    parts = {"train": (x[:20], y[:20]), "val": (x[20:30], y[20:30]), "test": (x[30:], y[30:])}
    split = split_of(open_source(parts))
    assert split.train.tolist() == list(range(20))
    assert split.val.tolist() == list(range(20, 30))
    assert split.made == dict.fromkeys(("train", "val", "test"), "given")


def test_bad_pictures_are_in_no_split(fill: Callable[..., Path]) -> None:
    files: dict[str, Any] = {f"{'ab'[i % 2]}/{i:03}": i for i in range(200)}
    source = open_source(fill({**files, "a/bad.jpg": b"text"}))
    split = split_of(source)
    assert "a/bad.jpg" not in set.union(*paths(source, split).values())
    assert sum(map(len, (split.train, split.val, split.test))) == 200


def test_without() -> None:
    split = Split(np.arange(5), np.arange(5, 8), np.arange(8, 10), {"val": "given"})
    less = split.without([0, 6, 9])
    assert [part.tolist() for part in (less.train, less.val, less.test)] == [
        [1, 2, 3, 4],
        [5, 7],
        [8],
    ]
    assert less.made == split.made


def test_more_than_one_in_a_hundred_stops(fill: Callable[..., Path]) -> None:
    files: dict[str, Any] = {f"{'ab'[i % 2]}/{i:03}": i for i in range(60)}
    source = open_source(fill({**files, "a/bad\x1b.jpg": b"text"}))
    with pytest.raises(SourceError, match="more than 1% of the pictures cannot be read") as caught:
        split_of(source)
    assert "a/bad\\x1b.jpg: this is text, not a picture" in caught.value.what
    assert caught.value.received == "1 of 61 pictures"
    assert caught.value.hint.endswith("--allow-bad")
    assert len(split_of(source, allow_bad=True).train) > 40


def test_all_bad_stops_whatever_is_allowed(fill: Callable[..., Path]) -> None:
    source = open_source(fill({f"{name}/{i}": b"text" for name in "ab" for i in range(3)}))
    with pytest.raises(SourceError, match="no picture can be read: a/0: this is text") as caught:
        split_of(source, allow_bad=True)
    assert caught.value.received == "6 of 6 pictures"
    assert "JPEG, PNG, WEBP" in caught.value.hint


def test_check_bad_counts_over_the_whole_source() -> None:
    source = open_source(stack(100, 2))
    check_bad(source, {3: "broken"})
    with pytest.raises(SourceError, match=r"x\[3\]: broken; x\[4\]: cut"):
        check_bad(source, {4: "cut", 3: "broken"})


def test_a_class_whose_pictures_are_all_bad(fill: Callable[..., Path]) -> None:
    files = {"a/1": 1, "a/2": 2, "b/1": b"text", "b/2": b"text"}
    with pytest.raises(SourceError, match="a class has no readable picture to train on") as caught:
        split_of(open_source(fill(files)), allow_bad=True)
    assert caught.value.received == "b"


@pytest.mark.parametrize(
    ("files", "what", "received", "hint"),
    (
        ({"a/1", "a/2"}, "there must be at least two classes", "1 class: a", "of its own"),
        ({"a/1", "a/2", "b/1"}, "a class has a single picture to train on", "b", "needs two"),
        (
            {"a/1", "a/2", "b/1", "c/1"},
            "a class has a single picture to train on",
            "b, and 1 more of 3",
            "needs two",
        ),
        (
            {"train/a/1", "train/a/2", "train/b/1", "train/b/2", "val/bb/1"},
            "val has a class that train has not",
            "bb",
            "is it b?",
        ),
        (
            {"train/a/1", "train/a/2", "train/b/1", "train/b/2", "test/zzz/1", "test/y\n/1"},
            "test has a class that train has not",
            "y\n, zzz",
            "rename it",
        ),
        ({"test/a/1", "test/b/1"}, "there are no pictures to train on", "test alone", "add train/"),
    ),
)
def test_sources_that_cannot_be_trained_on(
    files: set[str], what: str, received: str, hint: str, fill: Callable[..., Path]
) -> None:
    source = open_source(fill(dict.fromkeys(sorted(files), b"never read")))
    with pytest.raises(SourceError, match=what) as caught:
        check_source(source)
    assert received in str(caught.value.received)
    assert hint in caught.value.hint
    assert "\n" not in str(caught.value).split("hint:")[0].rstrip("\n")


def test_more_classes_than_pictures(fill: Callable[..., Path]) -> None:
    files: dict[str, Any] = {f"{name}/{i}": b"text" for name in "abc" for i in range(2)}
    source = open_source(fill({**files, "a/0": 1, "b/0": 2}))
    with pytest.raises(SourceError, match="there are more classes than pictures") as caught:
        split_of(source, allow_bad=True)
    assert caught.value.received == "3 classes, 2 readable pictures"
    assert "is the right column or folder taken for the class?" in caught.value.hint


@pytest.mark.parametrize("options", ({"val": -0.1}, {"test": 0.6}))
def test_shares_out_of_range(options: dict[str, float]) -> None:
    with pytest.raises(UsageError, match=r"the share of (val|test) is out of range") as caught:
        split_of(open_source(stack(20, 2)), **options)
    assert caught.value.received == next(iter(options.values()))
    assert caught.value.hint == "give 0 to 0.5"


def test_no_val_is_drawn_where_none_is_wanted() -> None:
    split = split_of(open_source(stack(50, 2)), val=0.0, test=0.0)
    assert (len(split.train), len(split.val), len(split.test)) == (50, 0, 0)


def test_nothing_is_held_out_where_nothing_is_wanted(fill: Callable[..., Path]) -> None:
    files = {f"train/{'ab'[i % 2]}/{i}": i for i in range(40)}
    files |= {f"test/{'ab'[i % 2]}/{i}": i + 100 for i in range(4)}
    source = open_source(fill(files))
    split = make_split(source, make_survey(source), val=0.0)
    assert (len(split.train), len(split.val), len(split.test)) == (40, 0, 4)
    assert split.made == {
        "train": "given",
        "val": "none: all that is given is trained on",
        "test": "given",
    }
