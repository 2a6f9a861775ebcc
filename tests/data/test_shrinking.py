"""Shrunk pictures: means of areas, worked by hand."""

from __future__ import annotations

import numpy as np
import pytest

from resnets.data.shrinking import shrunk


def test_half_the_side_is_the_mean_of_four() -> None:
    ramp = np.arange(16, dtype=np.uint8).reshape(1, 4, 4, 1) * 10
    np.testing.assert_array_equal(shrunk(ramp, 2, 2)[0, :, :, 0], [[25, 45], [105, 125]])


def test_areas_may_share_pixels() -> None:
    # Of 3 pixels, each of 2 new ones takes one and a half: (0 + 90 / 2) / 1.5, (90 / 2 + 30) / 1.5.
    row = np.array([0, 90, 30], np.uint8).reshape(1, 1, 3, 1)
    np.testing.assert_array_equal(shrunk(row, 1, 2).ravel(), [30, 50])


@pytest.mark.parametrize("sides", ((24, 24), (7, 32), (1, 1)))
def test_one_level_stays_that_level_and_channels_stay_apart(sides: tuple[int, int]) -> None:
    flat = np.empty((2, 32, 32, 3), np.uint8)
    flat[:] = (3, 128, 255)
    small = shrunk(flat, *sides)
    assert small.shape == (2, *sides, 3)
    assert small.dtype == np.uint8
    assert (small == (3, 128, 255)).all()


def test_the_same_size_is_left_alone() -> None:
    pictures = np.random.default_rng(0).integers(0, 256, (2, 5, 6, 3), "uint8")
    np.testing.assert_array_equal(shrunk(pictures, 5, 6), pictures)
