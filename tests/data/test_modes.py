"""Modes: one pixel of each Pillow mode against an answer worked by hand."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from PIL import Image

from resnets.data.modes import channels_of, eight_bit, eight_bit_array
from resnets.errors import PictureError, SourceError


def one(mode: str, value: Any) -> Image.Image:
    return Image.new(mode, (1, 1), value)


def pixel(image: Image.Image, **options: Any) -> Any:
    return eight_bit(image, "a.png", **options).getpixel((0, 0))


def palette(*colors: tuple[int, int, int], transparent: int | None = None) -> Image.Image:
    image = Image.new("P", (1, 1), 1)
    image.putpalette([level for color in colors for level in color])
    if transparent is not None:
        image.info["transparency"] = transparent
    return image


@pytest.mark.parametrize(
    ("image", "answer"),
    (
        (one("1", 1), 255),
        (one("1", 0), 0),
        (one("L", 77), 77),
        (one("I;16", 65535), 255),
        (one("I;16", 257 * 100 + 128), 100),  # 100.498 levels
        (one("I;16", 257 * 100 + 129), 101),  # 100.502 levels
        (one("I;16B", 257 * 9), 9),
        (one("I;16L", 257 * 9), 9),
        (one("RGB", (1, 2, 3)), (1, 2, 3)),
        (one("RGBX", (1, 2, 3, 9)), (1, 2, 3)),
        # over white: 0.4 * 100 + 0.6 * 255 = 193, at alpha 102 of 255
        (one("LA", (100, 102)), 193),
        (one("RGBA", (100, 0, 255, 102)), (193, 153, 255)),
        (one("RGBA", (9, 9, 9, 0)), (255, 255, 255)),
        # premultiplied: 40 at alpha 102 was 100
        (one("RGBa", (40, 0, 102, 102)), (193, 153, 255)),
        (one("La", (40, 102)), 193),
        # no black: 255 - ink; half black halves what is left
        (one("CMYK", (0, 255, 100, 0)), (255, 0, 155)),
        (one("CMYK", (0, 0, 0, 255)), (0, 0, 0)),
        # JFIF: R = Y + 1.402 (Cr - 128) = 76 + 178.05, G = 76 - 90.7 + 14.8, B = 76 - 76.2
        (one("YCbCr", (76, 85, 255)), (254, 0, 0)),
        (one("HSV", (0, 255, 200)), (200, 0, 0)),
        (one("LAB", (255, 128, 128)), (255, 255, 255)),
        (one("LAB", (0, 128, 128)), (0, 0, 0)),
        (palette((9, 9, 9), (1, 2, 3)), (1, 2, 3)),
        (palette((9, 9, 9), (7, 7, 7)), 7),
        (palette((9, 8, 9), (1, 2, 3), transparent=1), (255, 255, 255)),
        (palette((9, 8, 9), (1, 2, 3), transparent=0), (1, 2, 3)),
    ),
)
def test_each_mode(image: Image.Image, answer: Any) -> None:
    found = pixel(image)
    assert np.abs(np.subtract(found, answer)).max() <= (
        1 if image.mode in {"YCbCr", "LAB"} else 0
    ), found


def test_transparent_colour_of_grey_and_rgb() -> None:
    grey, color = one("L", 7), one("RGB", (1, 2, 3))
    grey.info["transparency"], color.info["transparency"] = 7, (1, 2, 3)
    assert pixel(grey) == 255
    assert pixel(color, background=(10, 20, 30)) == (10, 20, 30)
    assert pixel(color, channels=3) == (255, 255, 255)


def test_the_background_shows_through() -> None:
    # 0.2 * 250 + 0.8 * (10, 20, 30) = (58, 66, 74), at alpha 51
    assert pixel(one("LA", (250, 51)), background=(10, 20, 30)) == (58, 66, 74)
    assert pixel(one("RGBA", (250, 250, 250, 51)), background=(10, 20, 30)) == (58, 66, 74)


@pytest.mark.parametrize(
    ("image", "channels", "answer"),
    (
        (one("L", 5), 3, (5, 5, 5)),
        (one("L", 5), 4, (5, 5, 5, 255)),
        (one("LA", (5, 9)), 4, (5, 5, 5, 9)),
        (one("RGBA", (1, 2, 3, 9)), 4, (1, 2, 3, 9)),
        # ITU-R 601: (299 * 100 + 587 * 50 + 114 * 200) / 1000 = 82.05
        (one("RGB", (100, 50, 200)), 1, 82),
        (one("RGBA", (100, 50, 200, 0)), 1, 255),
    ),
)
def test_channels_that_are_asked_for(image: Image.Image, channels: int, answer: Any) -> None:
    assert pixel(image, channels=channels) == answer


@pytest.mark.parametrize(
    ("mode", "kind"), (("I;16", np.uint16), ("I", np.int32), ("F", np.float32))
)
def test_a_ramp_keeps_its_levels(mode: str, kind: type) -> None:
    ramp = np.linspace(0, 65535, 4096).astype(kind)[None]
    image = Image.fromarray(ramp)
    assert image.mode == mode
    levels = np.asarray(eight_bit(image, "ramp"))
    assert len(np.unique(levels)) == 256
    assert (np.diff(levels.astype(int)) >= 0).all()


def test_wide_modes_are_scaled_by_the_range_of_the_picture() -> None:
    values = np.asarray([[-2.0, 0.0, 2.0]], np.float32)
    assert np.asarray(eight_bit(Image.fromarray(values), "f")).tolist() == [[0, 128, 255]]
    assert pixel(one("F", 3.5)) == 0
    assert pixel(one("I", 70000)) == 0


@pytest.mark.parametrize("value", (np.nan, np.inf))
def test_values_that_are_not_finite_are_refused(value: float) -> None:
    image = Image.fromarray(np.asarray([[0.0, value]], np.float32))
    with pytest.raises(PictureError, match="not finite numbers") as caught:
        eight_bit(image, "bad.tif")
    assert caught.value.received == "bad.tif"
    assert "write the picture again" in caught.value.hint


@pytest.mark.parametrize(
    ("image", "count"),
    (
        (one("1", 0), 1),
        (one("I;16", 0), 1),
        (one("LA", (0, 0)), 1),
        (palette((9, 9, 9), (7, 7, 7)), 1),
        (one("RGB", (0, 0, 0)), 3),
        (one("CMYK", (0, 0, 0, 0)), 3),
        (palette((9, 8, 9), (7, 7, 7)), 3),
        (one("RGBA", (0, 0, 0, 0)), 4),
        (palette((9, 8, 9), (7, 7, 7), transparent=0), 4),
    ),
)
def test_channels_of(image: Image.Image, count: int) -> None:
    assert channels_of(image) == count


@pytest.mark.parametrize(
    ("pixels", "received", "hint"),
    (
        (np.asarray([0.0, 0.5, 1.0]), "float64 array with values from 0 to 1", "(x * 255)"),
        (np.asarray([-1.0, 1.0], np.float32), "values from -1 to 1", "((x + 1) * 127.5)"),
        (np.asarray([0.0, 200.0]), "values from 0 to 200", "x.round()"),
        (np.asarray([-2.1, 2.6]), "values from -2.1 to 2.6", "before they were normalised"),
        (np.asarray([0, 4000], np.uint16), "uint16 array with values", "(x // 257)"),
        (np.asarray([0, 200]), "int64 array", "x.astype('uint8')"),
        (np.asarray([True]), "bool array", "* 255"),
        (np.asarray(["a"]), "<U1 array", "uint8"),
    ),
)
def test_arrays_of_other_kinds_are_refused(pixels: np.ndarray, received: str, hint: str) -> None:
    with pytest.raises(SourceError, match="never guessed") as caught:
        eight_bit_array(pixels, "x")
    assert received in str(caught.value.received)
    assert hint in caught.value.hint
