"""Preprocessing: fits and filters by hand, the rule that chooses, shrinking that nobody sees."""

from __future__ import annotations

import io
from typing import Any

import numpy as np
import pytest
from PIL import Image

from resnets.data import Limits, Preprocess, choose_preprocess, cropped_away, prepare_picture
from resnets.data.survey import Survey
from resnets.errors import PictureError, SourceError, UsageError


def made(sizes: list[tuple[int, int]], channels: list[int] | None = None) -> Survey:
    count = len(sizes)
    return Survey(
        np.asarray(sizes, np.int32), np.asarray(channels or [3] * count, np.int8), ["x"] * count
    )


def test_crop_takes_the_middle() -> None:
    columns = np.tile(np.arange(24, dtype=np.uint8) * 10, (8, 1))
    found = prepare_picture(columns, Preprocess(8, 8, channels=1), "a")
    assert found[0, :, 0].tolist() == [80, 90, 100, 110, 120, 130, 140, 150]


def test_a_crop_after_a_resize_is_that_of_whole_pictures() -> None:
    # 40 x 20 with the shorter side brought to 10 is 20 x 10, of which the middle 8 x 8 stays.
    draw = np.random.default_rng(3).integers(0, 256, (20, 40, 3), np.uint8)
    spec = Preprocess(8, 8, resize=10)
    small = Image.fromarray(draw).resize((20, 10), Image.Resampling.BILINEAR)
    assert np.array_equal(prepare_picture(draw, spec, "a"), np.asarray(small)[1:9, 6:14])


def test_lengths_are_rounded_as_torchvision_rounds_them() -> None:
    # 500 x 375 with the shorter side at 256: 341 x 256, and margins of 58.5 and 16, 58 of them cut.
    draw = np.random.default_rng(3).integers(0, 256, (375, 500, 3), np.uint8)
    spec = Preprocess(224, 224, resize=256, resample="bicubic")
    whole = Image.fromarray(draw).resize((341, 256), Image.Resampling.BICUBIC)
    expected = np.asarray(whole)[16:240, 58:282].astype(int)
    assert np.abs(prepare_picture(draw, spec, "a") - expected).max() <= 1


def test_pad_shows_the_whole_on_the_background() -> None:
    white = np.full((8, 16, 3), 255, np.uint8)
    spec = Preprocess(16, 16, fit="pad", background=(1, 2, 3))
    found = prepare_picture(white, spec, "a")
    assert (found[:4] == (1, 2, 3)).all()
    assert (found[4:12] == 255).all()
    assert (found[12:] == (1, 2, 3)).all()
    grey = prepare_picture(
        white, Preprocess(16, 16, "pad", channels=1, background=(10, 10, 10)), "a"
    )
    assert grey[0, 0, 0] == 10
    alpha = prepare_picture(white, Preprocess(16, 16, "pad", channels=4, background=(1, 2, 3)), "a")
    assert alpha[0, 0].tolist() == [1, 2, 3, 255]


def test_stretch_halves_by_the_mean_of_pairs_with_a_box() -> None:
    columns = np.tile(np.arange(32, dtype=np.uint8) * 4, (8, 1))
    spec = Preprocess(8, 16, fit="stretch", resample="box", channels=1)
    assert prepare_picture(columns, spec, "a")[0, :, 0].tolist() == [8 * k + 2 for k in range(16)]


def test_bilinear_with_and_without_antialias() -> None:
    # Columns 0, 0, 0, 255, 0, 0, 0, 255, ... shrunk to a quarter. Samples at 1.5 + 4k fall between
    # two zeros; the antialiased triangle reaches 4 pixels to each side and sees them all.
    stripes = np.tile(np.asarray([0, 0, 0, 255], np.uint8), (32, 8))
    smooth = Preprocess(8, 8, fit="stretch", channels=1)
    sharp = Preprocess(8, 8, fit="stretch", channels=1, antialias=False)
    assert (prepare_picture(stripes, sharp, "a") == 0).all()
    # weights 0.5/4 at distance 3.5, 2.5/4 at 1.5 (of a sum of 4): (0.125 + 0.625) / 4 of 255
    inner = prepare_picture(stripes, smooth, "a")[:, 1:-1]
    assert np.abs(inner.astype(int) - 255 * 0.75 / 4 - 16).max() <= 16


def test_enlarging_is_linear_between_middles() -> None:
    columns = np.tile(np.arange(8, dtype=np.uint8) * 16, (8, 1))
    for antialias in (True, False):
        spec = Preprocess(8, 16, fit="stretch", channels=1, antialias=antialias)
        found = prepare_picture(columns, spec, "a")[0, :, 0].tolist()
        assert found == [0, *(4 + 8 * k for k in range(14)), 112]


def test_an_input_that_is_not_square() -> None:
    pixels = np.zeros((40, 40, 3), np.uint8)
    pixels[10:30] = 200
    found = prepare_picture(pixels, Preprocess(16, 32), "a")
    assert found.shape == (16, 32, 3)
    # an antialiased filter looks over the edges of the crop by one row of the input
    assert (found[1:-1] == 200).all()


@pytest.mark.parametrize("fit", ("crop", "pad", "stretch"))
@pytest.mark.parametrize("size", ((300, 400), (400, 300), (301, 299)))
def test_shrinking_while_decoding_cannot_be_seen(
    fit: Any, size: tuple[int, int], encode: Any
) -> None:
    y, x = np.mgrid[: size[0], : size[1]] / 300
    waves = [
        np.sin(2 * np.pi * (a * x + b * y)) / (a + b) ** 0.5 for a, b in [(1, 2), (9, 4), (40, 30)]
    ]
    level = (127 + 60 * sum(waves)).clip(0, 255)
    pixels = np.stack([level, level[::-1], 255 - level], axis=2).astype(np.uint8)
    data = encode(pixels, "JPEG", quality=90)
    spec = Preprocess(32, 32, fit=fit)
    whole = np.asarray(Image.open(io.BytesIO(data)))
    fast = prepare_picture(data, spec, "a").astype(int)
    slow = prepare_picture(whole, spec, "a").astype(int)
    assert np.abs(fast - slow).mean() < 1.0
    assert np.abs(fast - slow).max() <= 8


def test_shrinking_while_decoding_of_photographs(shared_file: Any) -> None:
    folder = shared_file("data/signs") / "test" / "3"
    spec = Preprocess(16, 16)
    for path in sorted(folder.iterdir())[:10]:
        data = path.read_bytes()
        fast = prepare_picture(data, spec, "a").astype(int)
        slow = prepare_picture(np.asarray(Image.open(path)), spec, "a").astype(int)
        assert np.abs(fast - slow).mean() < 1.0
        assert np.abs(fast - slow).max() <= 8


def test_what_has_the_right_size_is_left_as_it_is(picture: Any, encode: Any) -> None:
    pixels = picture(3, 16, 16)
    found = prepare_picture(pixels, Preprocess(16, 16), "a")
    assert (found == pixels).all()
    assert not np.shares_memory(found, pixels)
    assert (prepare_picture(encode(pixels), Preprocess(16, 16), "a") == pixels).all()


def test_limits_are_the_specs_own(encode: Any, picture: Any) -> None:
    data = encode(picture(0, 20, 20))
    with pytest.raises(PictureError, match="more than the limit of 100") as caught:
        prepare_picture(data, Preprocess(16, 16, limits=Limits(pixels=100)), "cat.png")
    assert caught.value.received == "cat.png"


@pytest.mark.parametrize(
    ("shorter", "side"),
    (
        (8, 16),
        (16, 16),
        (31, 16),
        (32, 32),
        (63, 48),
        (64, 64),
        (200, 192),
        (224, 224),
        (3000, 224),
    ),
)
def test_the_size_that_is_chosen(shorter: int, side: int) -> None:
    survey = made([(shorter, shorter * 2), (shorter * 2, shorter), (shorter, shorter)])
    chosen = choose_preprocess(survey)
    assert (chosen.height, chosen.width) == (side, side)


def test_the_fit_that_is_chosen() -> None:
    assert choose_preprocess(made([(64, 64)] * 3)).fit == "stretch"
    assert choose_preprocess(made([(64, 70)] * 3)).fit == "stretch"
    assert choose_preprocess(made([(64, 72)] * 3)).fit == "crop"
    assert choose_preprocess(made([(64, 64), (64, 65)])).fit == "crop"
    assert choose_preprocess(made([(60, 120)] * 2), size=(32, 64)).fit == "stretch"
    assert choose_preprocess(made([(64, 64)] * 3), fit="pad").fit == "pad"


def test_the_channels_that_are_chosen() -> None:
    assert choose_preprocess(made([(32, 32)] * 2, [1, 1])).channels == 1
    assert choose_preprocess(made([(32, 32)] * 2, [1, 3])).channels == 3
    assert choose_preprocess(made([(32, 32)] * 2, [4, 4])).channels == 3
    assert choose_preprocess(made([(32, 32)] * 2, [1, 1]), channels=4).channels == 4


def test_bad_pictures_choose_nothing() -> None:
    survey = made([(0, 0), (64, 64), (0, 0)], [0, 1, 0])
    survey.bad.update({0: "broken", 2: "broken"})
    assert choose_preprocess(survey).shape == (64, 64, 1)
    survey.bad[1] = "broken"
    with pytest.raises(SourceError, match="no picture of the source can be read") as caught:
        choose_preprocess(survey)
    assert caught.value.received == "3 pictures"
    assert "look at the reasons" in caught.value.hint


def test_what_a_crop_throws_away() -> None:
    survey = made([(100, 200), (100, 200), (10, 10)])
    assert cropped_away(survey, Preprocess(32, 32)) == pytest.approx(0.5)
    assert cropped_away(survey, Preprocess(32, 64)) == pytest.approx(0.0)
    assert cropped_away(survey, Preprocess(32, 128)) == pytest.approx(0.5)
    assert cropped_away(survey, Preprocess(32, 32, fit="pad")) == 0.0


@pytest.mark.parametrize(
    ("values", "what", "received"),
    (
        ({"height": 0, "width": 32}, "the size of the input is out of range: height", 0),
        ({"height": 32, "width": 5000}, "the size of the input is out of range: width", 5000),
        ({"height": 32, "width": 32, "background": (0, 0, 256)}, "three levels", (0, 0, 256)),
        (
            {"height": 32, "width": 32, "resample": "lanczos", "antialias": False},
            "no form without antialias",
            "lanczos",
        ),
        ({"height": 32, "width": 48, "resize": 40}, "resize goes with a crop", 40),
        ({"height": 32, "width": 32, "resize": 40, "fit": "pad"}, "resize goes with a crop", 40),
    ),
)
def test_specs_out_of_range(values: dict[str, Any], what: str, received: Any) -> None:
    with pytest.raises(UsageError, match=what) as caught:
        Preprocess(**values)
    assert caught.value.received == received
    assert caught.value.hint


def test_json_and_back_with_every_field_changed() -> None:
    spec = Preprocess(40, 48, "crop", 60, "nearest", False, 4, (1, 2, 3), Limits(1, 2, 3, 4.0))
    assert Preprocess.from_json(spec.to_json()) == spec
