"""Surveys: sizes as shown, digests as sha256sum prints them, bad pictures with their reasons."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from resnets.data import BadPicture, Limits, copies, make_survey, open_source
from resnets.data.survey import digest_of


def test_every_picture_is_looked_at_once(
    fill: Callable[..., Path], encode: Any, picture: Any
) -> None:
    turned = Image.Exif()
    turned[0x0112] = 6
    files = {
        "a/1": encode(picture(1, 20, 30)),
        "a/2": encode(picture(2, 20, 30), exif=turned),
        "a/3": encode(picture(3, 9, 8, 1)),
        "b/1": encode(picture(4, 10, 10, 4)),
        "b/2": b"no picture",
        "b/3": encode(picture(5, 7, 20)),
        "b/4": b"",
    }
    source = open_source(fill(files))
    seen: list[tuple[int, int]] = []
    survey = make_survey(source, progress=lambda *now: seen.append(now))
    assert survey.sizes.tolist() == [[20, 30], [30, 20], [9, 8], [10, 10], [0, 0], [0, 0], [0, 0]]
    assert survey.channels.tolist() == [3, 3, 1, 4, 0, 0, 0]
    assert survey.digests == [hashlib.sha256(data).hexdigest() for data in files.values()]
    assert survey.readable.tolist() == [True] * 4 + [False] * 3
    assert survey.bad_pictures(source) == [
        BadPicture("b/2", "this is text, not a picture"),
        BadPicture("b/3", "20 x 7 pixels: a side is shorter than 8"),
        BadPicture("b/4", "the file is empty"),
    ]
    assert seen == [(7, 7)]


def test_limits_hold_before_the_bytes_are_read(fill: Callable[..., Path]) -> None:
    source = open_source(fill({"a/1": 1, "a/2": b"x" * 10_000}))
    survey = make_survey(source, Limits(bytes=5000))
    assert survey.bad == {1: "10,000 bytes are more than the limit of 5,000"}
    assert survey.digests[1] == ""


@pytest.mark.parametrize("workers", (1, 5))
def test_workers_change_nothing(workers: int) -> None:
    source = open_source("shapes")
    one, other = make_survey(source, workers=1), make_survey(source, workers=workers)
    assert one.digests == other.digests
    assert (one.sizes == other.sizes).all()
    assert one.sizes[0].tolist() == [32, 32]


def test_arrays_are_hashed_with_their_shape() -> None:
    pixels = np.arange(96, dtype=np.uint8).reshape(8, 12)
    assert digest_of(pixels) == digest_of(pixels.T.copy().T)
    assert digest_of(pixels) != digest_of(pixels.reshape(12, 8))
    assert digest_of(b"abc").startswith("ba7816bf8f01cfea")  # FIPS 180-2, appendix B.1


def test_copies() -> None:
    assert copies(["x", "y", "x", "", "", "y", "x", "z"], range(8)) == [[0, 2, 6], [1, 5]]
    assert copies(["x", "y", "x"], [0, 1]) == []
