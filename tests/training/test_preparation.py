"""From a source to a set-up: statistics, settings, bad pictures."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from resnets.data import Pictures, Preprocess, Split, open_source, spill
from resnets.errors import SourceError, UsageError
from resnets.training import preparation
from resnets.training.plan import Request
from resnets.training.preparation import colour_statistics, prepare, sort_settings


def folder_of(place: Path, classes: int, count: int) -> Path:
    generator = np.random.default_rng(0)
    for label in range(classes):
        (place / f"class{label}").mkdir(parents=True)
        for number in range(count):
            pixels = generator.integers(0, 256, (16, 16, 3), "uint8")
            Image.fromarray(pixels).save(place / f"class{label}" / f"{number}.png")
    return place


def test_mean_and_spread_are_those_of_the_training_pictures() -> None:
    pixels = np.zeros((4, 8, 8, 3), "uint8")
    pixels[2:, ..., 0] = 255
    source = open_source((pixels, np.array([0, 0, 1, 1])))
    pictures = Pictures(source, [0, 1, 2, 3], Preprocess(height=8, width=8))
    mean, std = colour_statistics(pictures)
    assert mean == (0.5, 0.0, 0.0)
    assert std == (0.5, 0.001, 0.001)  # never zero: it is divided by


def test_settings_go_where_their_first_word_says() -> None:
    sorted_out = sort_settings({"momentum": "0.8", "model.width": "8", "preprocess.fit": "pad"})
    assert sorted_out == {
        "recipe": {"momentum": "0.8"},
        "model": {"width": "8"},
        "preprocess": {"fit": "pad"},
    }


@pytest.mark.parametrize("path", ("batch", "net", "model.classes", "preprocess.height"))
def test_what_has_a_flag_is_not_set(path: str) -> None:
    with pytest.raises(UsageError, match="has a flag of its own") as caught:
        sort_settings({path: "3"})
    assert caught.value.received == f"{path}=3"
    assert "--size" in caught.value.hint


def test_the_lessons_net_is_refused_to_recompute_before_any_work() -> None:
    with pytest.raises(UsageError, match="cannot recompute its blocks") as caught:
        prepare("shapes", Request(model="lesson", recompute=True), {}, False, print)
    assert caught.value.received == "recompute"
    assert "resnet50v1" in caught.value.hint


def test_settings_reach_recipe_net_and_preprocessing(tmp_path: Path) -> None:
    settings = {
        "momentum": "0.8",
        "model.zero_init": "true",
        "model.mean": "[0.5]",
        "preprocess.fit": "pad",
    }
    source = folder_of(tmp_path, 2, 12)
    found = prepare(source, Request(batch=4), settings, allow_bad=False, say=print)
    assert found.recipe.momentum == 0.8
    assert (found.spec.zero_init, found.spec.mean) == (True, (0.5,))
    assert found.preprocess.fit == "pad"
    assert found.spec.classes == 2
    assert found.record()["classes"] == ["class0", "class1"]


def test_a_picture_that_fails_when_decoded_is_named_and_left_out(tmp_path: Path) -> None:
    source = folder_of(tmp_path, 2, 60)
    whole = (source / "class0" / "7.png").read_bytes()
    (source / "class0" / "7.png").write_bytes(whole[: len(whole) // 2])  # its header is good
    found = prepare(source, Request(), {}, allow_bad=False, say=print)
    assert list(found.bad) == ["class0/7.png"]
    assert [path for path, _ in found.record()["bad"]] == ["class0/7.png"]
    split = found.split
    assert len(split.train) + len(split.val) + len(split.test) == 119
    assert any("1 cannot be read" in line for line in found.sentences())


def test_more_than_one_in_a_hundred_stops_it_unless_allowed(tmp_path: Path) -> None:
    source = folder_of(tmp_path, 2, 60)
    for number in range(3):
        (source / "class1" / f"{number}.png").write_bytes(b"rubbish")
    with pytest.raises(SourceError) as caught:
        prepare(source, Request(), {}, allow_bad=False, say=print)
    assert "class1/0.png" in str(caught.value)
    assert "--allow-bad" in caught.value.hint
    assert len(prepare(source, Request(), {}, allow_bad=True, say=print).bad) == 3


def test_grey_pictures_are_mirrored_only_where_it_was_typed() -> None:
    flips = [
        prepare("digits", Request(), settings, allow_bad=False, say=print).recipe.augment.flip
        for settings in ({}, {"augment.flip": "true"})
    ]
    assert flips == [False, True]


def test_train_and_val_share_one_budget(monkeypatch: pytest.MonkeyPatch) -> None:
    """4/5 and 1/5 of the room for 80 and 20 pictures of 768 bytes."""
    monkeypatch.setattr(preparation, "budget", lambda: 50 * 768)
    pictures = np.zeros((100, 16, 16, 3), np.uint8)
    pictures[:, 0, 0, 0] = np.arange(100)
    source = open_source((pictures, np.arange(100) % 2))
    split = Split(np.arange(80), np.arange(80, 100), np.arange(0), {})
    train, val = preparation.decoded(source, split, Preprocess(16, 16))
    assert (train.kept, val.kept) == (40, 10)
    assert (len(train), len(val)) == (80, 20)


def test_where_the_pictures_lie_is_said_unless_memory_has_them_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = folder_of(tmp_path / "pictures", 2, 60)

    def said() -> list[str]:
        found = prepare(source, Request(), {}, allow_bad=False, say=print)
        assert (len(found.train), len(found.val)) == (100, 12)
        return [line for line in found.sentences() if line.startswith("keeps")]

    assert said() == []
    monkeypatch.setattr(preparation, "budget", lambda: 56 * 16 * 16 * 3)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setattr(spill, "file_system", lambda _: "ext4")
    kept = "keeps   56 pictures as the net sees them in memory, "
    assert said() == [kept + "56 on the disk; 0 are decoded every time"]
    monkeypatch.setattr(spill, "file_system", lambda _: "tmpfs")
    assert said() == [kept + "0 on the disk; 56 are decoded every time"]
