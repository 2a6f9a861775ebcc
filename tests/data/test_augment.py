"""Augmentation: each change by hand, and draws that depend on (seed, epoch, picture) alone."""

from __future__ import annotations

import time
from typing import Any

import numpy as np
import pytest
from PIL import Image

from resnets.data.augment import (
    Augment,
    augment,
    crop_and_enlarge,
    cut_out,
    flipped,
    pad_and_crop,
)
from resnets.errors import UsageError

RAMP = np.arange(1, 13, dtype=np.uint8).reshape(1, 3, 4, 1)  # rows 1-4, 5-8, 9-12


def rows(pictures: np.ndarray) -> list[list[int]]:
    return [list(row) for row in pictures[0, :, :, 0].tolist()]


def test_flip_mirrors_left_and_right() -> None:
    both = np.concatenate([RAMP, RAMP])
    found = flipped(both, np.asarray([True, False]))
    assert rows(found) == [[4, 3, 2, 1], [8, 7, 6, 5], [12, 11, 10, 9]]
    assert (found[1] == RAMP[0]).all()


@pytest.mark.parametrize("channels", (1, 3, 4))
def test_flip_keeps_the_channels_in_order(channels: int, picture: Any) -> None:
    pixels = picture(0, 8, 9, 4)[None, :, :, :channels]
    assert (flipped(pixels, np.asarray([True])) == pixels[:, :, ::-1]).all()


@pytest.mark.parametrize(
    ("mode", "answer"),
    (
        ("zero", [[0, 0, 0, 0], [0, 1, 2, 3], [0, 5, 6, 7]]),
        ("edge", [[1, 1, 2, 3], [1, 1, 2, 3], [5, 5, 6, 7]]),
        ("reflect", [[6, 5, 6, 7], [2, 1, 2, 3], [6, 5, 6, 7]]),
    ),
)
def test_pad_and_crop_at_the_upper_left(mode: str, answer: list[list[int]]) -> None:
    nothing = np.zeros(1)
    assert rows(pad_and_crop(RAMP, nothing, nothing, 0.3, mode)) == answer


def test_pad_and_crop_elsewhere() -> None:
    # padding is 1 pixel: offsets 0, 1, 2 for draws in each third; 1 leaves the picture as it is
    middle, end = np.asarray([0.5]), np.asarray([0.999])
    assert rows(pad_and_crop(RAMP, middle, middle, 0.3, "zero")) == rows(RAMP)
    lower = [[6, 7, 8, 0], [10, 11, 12, 0], [0, 0, 0, 0]]
    assert rows(pad_and_crop(RAMP, end, end, 0.3, "zero")) == lower


def test_every_offset_is_drawn_alike() -> None:
    count = 9000
    pixels = np.zeros((count, 8, 8, 1), np.uint8)
    pixels[:, 4, 4] = 1
    spec = Augment(pad_crop=0.125, pad_mode="zero")
    found = augment(pixels, np.arange(count), seed=0, epoch=0, spec=spec)
    counts = found.sum(axis=(0, 3))
    assert counts.sum() == count
    assert np.abs(counts[3:6, 3:6].astype(int) - 1000).max() < 5 * 30


def test_crop_and_enlarge_of_a_quarter() -> None:
    pixels = np.zeros((1, 8, 8, 3), np.uint8)
    pixels[:, 4:, 4:] = 200
    one = np.ones(1)
    lower = crop_and_enlarge(pixels, one, one, np.asarray([0.25]), one)
    assert (lower[0, 1:, 1:] == 200).all()
    upper = crop_and_enlarge(pixels, 0 * one, 0 * one, np.asarray([0.25]), one)
    assert (upper[0, :7, :7] == 0).all()


def test_crop_and_enlarge_by_hand() -> None:
    # a box 4 wide and 1 high out of 4 x 4: all columns, each row the same
    pixels = np.tile(np.arange(4, dtype=np.uint8) * 10, (4, 1))[None, :, :, None]
    start, share, wide = np.zeros(1), np.asarray([0.25]), np.asarray([4.0])
    found = crop_and_enlarge(pixels, start, start, share, wide)
    assert rows(found) == [[0, 10, 20, 30]] * 4
    # and one 2 wide from the left, enlarged twice: 0, 0 + 2.5, 7.5, ... between the middles
    half = np.asarray([0.5])
    found = crop_and_enlarge(pixels, start, start, half, half)
    expected = Image.fromarray(pixels[0, :, :, 0]).resize((4, 4), 2, box=(0, 0, 2, 4))
    assert rows(found) == np.asarray(expected).tolist()
    assert rows(found)[0][:3] == [0, 3, 8]


@pytest.mark.parametrize("channels", (1, 3, 4))
def test_a_crop_mirrored_at_once_is_the_crop_mirrored_afterwards(
    channels: int, picture: Any
) -> None:
    pixels = np.stack([picture(n, 9, 12, channels).reshape(9, 12, channels) for n in range(6)])
    draws = np.random.default_rng(0).uniform(0.2, 1.0, (4, 6))
    which = np.asarray([True, False, True, True, False, False])
    crops = crop_and_enlarge(pixels, *draws)
    assert (crop_and_enlarge(pixels, *draws, which) == flipped(crops, which)).all()


def test_the_whole_area_changes_nothing(picture: Any) -> None:
    pixels = picture(0, 16, 16)[None]
    spec = Augment(scale_crop=(1.0, 1.0), aspect=1.0)
    assert (augment(pixels, np.asarray([3]), seed=0, epoch=0, spec=spec) == pixels).all()


def test_cutout_by_hand() -> None:
    pixels = np.full((2, 8, 8, 4), 9, np.uint8)
    found = cut_out(pixels, np.asarray([0.5, 0.0]), np.asarray([0.5, 0.99]), 0.5, 128)
    inside = np.zeros((8, 8), bool)
    inside[2:6, 2:6] = True  # 4 pixels around row 4
    assert (found[0, :, :, :3] == np.where(inside, 128, 9)[:, :, None]).all()
    corner = np.zeros((8, 8), bool)
    corner[:2, 5:] = True  # around row 0 and column 7, hanging over
    assert (found[1, :, :, 0] == np.where(corner, 128, 9)).all()
    assert (found[:, :, :, 3] == 9).all()


ALL = Augment(True, 0.125, "reflect", None, 1.2, 0.25, 7)
CROP = Augment(flip=True, scale_crop=(0.3, 0.9))


@pytest.mark.parametrize("spec", (ALL, CROP))
def test_what_happens_depends_on_seed_epoch_and_id_alone(spec: Augment, picture: Any) -> None:
    pixels = np.stack([picture(number, 16, 16) for number in range(10)])
    ids = np.arange(10) * 7
    whole = augment(pixels, ids, seed=5, epoch=2, spec=spec)
    order = np.asarray([3, 9, 0])
    assert (augment(pixels[order], ids[order], seed=5, epoch=2, spec=spec) == whole[order]).all()
    for seed, epoch in ((6, 2), (5, 3)):
        assert (augment(pixels, ids, seed=seed, epoch=epoch, spec=spec) != whole).any()
    assert (pixels == np.stack([picture(number, 16, 16) for number in range(10)])).all()


def test_nothing_asked_nothing_done(picture: Any) -> None:
    pixels = picture(0)[None]
    found = augment(pixels, np.asarray([0]), seed=0, epoch=0, spec=Augment())
    assert (found == pixels).all()
    assert not np.shares_memory(found, pixels)


def test_half_of_the_pictures_are_flipped() -> None:
    pixels = np.zeros((4000, 8, 8, 1), np.uint8)
    pixels[:, :, 0] = 1
    found = augment(pixels, np.arange(4000), seed=1, epoch=0, spec=Augment(flip=True))
    assert abs(int(found[:, 0, 7, 0].sum()) - 2000) < 5 * 32


def test_a_batch_takes_milliseconds(picture: Any) -> None:
    pixels = np.stack([picture(number, 32, 32) for number in range(128)])
    spec = Augment(flip=True, pad_crop=0.125, cutout=0.5)
    times = []
    for epoch in range(20):
        began = time.thread_time()
        augment(pixels, np.arange(128), seed=0, epoch=epoch, spec=spec)
        times.append(time.thread_time() - began)
    assert min(times) < 0.006  # 1.6 ms on two Zen 3 cores; the bound leaves room for slower ones


@pytest.mark.parametrize(
    ("values", "what", "received"),
    (
        ({"pad_crop": 0.6}, "Augment.pad_crop is out of range", 0.6),
        ({"scale_crop": (0.9, 0.5)}, "Augment.scale_crop is out of range", (0.9, 0.5)),
        ({"scale_crop": (0.0, 0.5)}, "Augment.scale_crop is out of range", (0.0, 0.5)),
        ({"aspect": 0.5}, "Augment.aspect is out of range", 0.5),
        ({"cutout": 2.0}, "Augment.cutout is out of range", 2.0),
        ({"cutout_fill": 256}, "Augment.cutout_fill is out of range", 256),
        (
            {"pad_crop": 0.1, "scale_crop": (0.5, 1.0)},
            "exclude each other",
            "pad_crop=0.1 scale_crop=(0.5, 1.0)",
        ),
    ),
)
def test_specs_out_of_range(values: dict[str, Any], what: str, received: Any) -> None:
    with pytest.raises(UsageError, match=what) as caught:
        Augment(**values)
    assert caught.value.received == received
    assert caught.value.hint


def test_json_and_back() -> None:
    for spec in (ALL, CROP):
        assert Augment.from_json(spec.to_json()) == spec


def test_alternating_mirrors_show_both_sides_in_two_epochs() -> None:
    pictures = np.arange(64 * 6, dtype=np.uint8).reshape(64, 1, 2, 3)
    spec = Augment(flip=True, flip_alternates=True)
    seen = [augment(pictures, np.arange(64), seed=5, epoch=n, spec=spec) for n in range(4)]
    mirrored = [(epoch != pictures).any(axis=(1, 2, 3)) for epoch in seen]
    assert 16 < mirrored[0].sum() < 48
    np.testing.assert_array_equal(mirrored[1], ~mirrored[0])
    np.testing.assert_array_equal(mirrored[2], mirrored[0])
    np.testing.assert_array_equal(mirrored[3], ~mirrored[0])
