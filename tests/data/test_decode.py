"""Decoding: formats, orientations, shrinking on load, limits, and what is said of bad files."""

from __future__ import annotations

import contextlib
import struct
import warnings
import zlib
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from PIL import Image

from resnets.data.decode import QUIET, Limits, OpenPicture, _scans, decode, header
from resnets.errors import PictureError, UsageError

TURNS = {  # how a camera that was held so stores an upright picture
    1: lambda a: a,
    2: lambda a: a[:, ::-1],
    3: lambda a: a[::-1, ::-1],
    4: lambda a: a[::-1],
    5: lambda a: a.swapaxes(0, 1),
    6: lambda a: np.rot90(a, 1),
    7: lambda a: a[::-1, ::-1].swapaxes(0, 1),
    8: lambda a: np.rot90(a, -1),
}


def exif(orientation: Any) -> Image.Exif:
    tags = Image.Exif()
    tags[0x0112] = orientation
    return tags


@pytest.mark.parametrize("kind", ("PNG", "TIFF", "WEBP"))
@pytest.mark.parametrize("orientation", TURNS)
def test_eight_orientations_give_equal_arrays(
    kind: str, orientation: int, encode: Any, picture: Any
) -> None:
    upright = picture(0, 16, 24)
    stored = np.ascontiguousarray(TURNS[orientation](upright))
    lossless = {"lossless": True} if kind == "WEBP" else {}
    data = encode(stored, kind, exif=exif(orientation), **lossless)
    assert header(data, "a")[:2] == (24, 16)
    assert (decode(data, path="a") == upright).all()


@pytest.mark.parametrize("orientation", TURNS)
def test_eight_orientations_of_a_jpeg(orientation: int, encode: Any) -> None:
    blocks = np.kron(
        np.arange(0, 240, 40, dtype=np.uint8).reshape(2, 3), np.ones((16, 16), np.uint8)
    )
    stored = np.ascontiguousarray(TURNS[orientation](blocks))
    data = encode(stored, "JPEG", exif=exif(orientation), quality=100)
    assert header(data, "a") == (48, 32, 1, "JPEG")
    assert (decode(data, path="a")[:, :, 0] == blocks).all()


@pytest.mark.parametrize("value", (0, 9))
def test_orientations_that_make_no_sense_are_ignored(value: Any, encode: Any, picture: Any) -> None:
    pixels = picture(0)
    assert (decode(encode(pixels, "PNG", exif=exif(value)), path="a") == pixels).all()


def test_an_orientation_that_is_text_is_ignored(encode: Any, picture: Any) -> None:
    entry = struct.pack(">HHI4s", 0x0112, 2, 4, b"abc\0")
    tags = b"Exif\0\0MM\0*" + struct.pack(">IH", 8, 1) + entry + bytes(4)
    assert (decode(encode(picture(0), "PNG", exif=tags), path="a") == picture(0)).all()


def test_damaged_exif_is_no_reason_to_refuse_pixels(encode: Any, picture: Any) -> None:
    data = encode(picture(0), "PNG", exif=b"Exif\0\0MM\0*\0\0\xff\xff garbage")
    assert (decode(data, path="a") == picture(0)).all()


def test_orientation_after_the_pixels_of_a_png(encode: Any, picture: Any) -> None:
    pixels = picture(0, 16, 24)
    data = encode(pixels, "PNG")
    body = b"eXIf" + exif(6).tobytes()[6:]
    chunk = struct.pack(">I", len(body) - 4) + body + struct.pack(">I", zlib.crc32(body))
    late = data[:-12] + chunk + data[-12:]
    assert header(late, "a")[:2] == (16, 24)
    assert (decode(late, path="a") == np.rot90(pixels, -1)).all()


@pytest.mark.parametrize("kind", ("PNG", "BMP", "TIFF", "GIF", "WEBP"))
def test_formats_are_found_by_content(kind: str, encode: Any) -> None:
    pixels = np.kron(np.asarray([[0, 255], [255, 0]], np.uint8), np.ones((6, 6), np.uint8))
    options = {"lossless": True} if kind == "WEBP" else {}
    found = decode(encode(pixels, kind, **options), path="misleading.jpg")
    assert (found[:, :, :1] == pixels[:, :, None]).all()


def test_the_first_frame_counts(encode: Any, picture: Any) -> None:
    first, second = (Image.fromarray(picture(number, channels=1)) for number in (1, 2))
    data = encode(first, "GIF", save_all=True, append_images=[second])
    assert (decode(data, path="a")[:, :, 0] == np.asarray(first)).all()


def test_sixteen_bit_png_keeps_its_levels(encode: Any) -> None:
    ramp = np.linspace(0, 65535, 1024).astype(np.uint16).reshape(16, 64)
    assert len(np.unique(decode(encode(ramp), path="a"))) == 256


def test_inverted_cmyk_jpeg(encode: Any) -> None:
    # Adobe stores CMYK inverted; Pillow writes and reads it so.
    data = encode(Image.new("CMYK", (16, 16), (0, 255, 255, 0)), "JPEG", quality=100)
    assert np.abs(decode(data, path="a")[8, 8].astype(int) - [255, 0, 0]).max() <= 2


def smooth(size: int) -> np.ndarray:
    """A picture with structure of many sizes, as photographs have it."""
    y, x = np.mgrid[:size, :size] / size
    waves = [np.sin(2 * np.pi * (a * x + b * y)) / (a + b) for a, b in [(1, 2), (7, 3), (25, 40)]]
    level = 127 + 80 * sum(waves)
    return np.stack([level, level[::-1], 255 - level], axis=2).clip(0, 255).astype(np.uint8)


def test_a_jpeg_is_shrunk_while_it_is_decoded_but_never_too_far(encode: Any) -> None:
    data = encode(smooth(256), "JPEG", quality=90)
    assert decode(data, path="a", at_least=(64, 64)).shape == (64, 64, 3)
    assert decode(data, path="a", at_least=(65, 60)).shape == (128, 128, 3)
    assert decode(data, path="a", at_least=(129, 1)).shape == (256, 256, 3)
    assert decode(data, path="a", at_least=(999, 999)).shape == (256, 256, 3)


def test_at_least_is_meant_upright(encode: Any) -> None:
    data = encode(smooth(256)[:128], "JPEG", exif=exif(6))  # shown 128 wide and 256 high
    assert decode(data, path="a", at_least=(128, 64)).shape == (128, 64, 3)
    assert decode(data, path="a", at_least=(64, 64)).shape == (128, 64, 3)


@pytest.mark.parametrize("orientation", TURNS)
def test_the_box_of_a_shrunk_jpeg_follows_its_turn(orientation: int, encode: Any) -> None:
    upright = smooth(300)[:266, :261]
    data = encode(np.ascontiguousarray(TURNS[orientation](upright)), "JPEG", exif=exif(orientation))
    image, box = OpenPicture(data, "a", Limits()).pixels(at_least=(60, 60))
    assert image.size == (66, 67)
    left, top, right, bottom = box
    assert (right - left, bottom - top) == (65.25, 66.5)
    fast = np.asarray(image.resize((16, 16), Image.Resampling.BILINEAR, box=box)).astype(int)
    slow = Image.fromarray(upright).resize((16, 16), Image.Resampling.BILINEAR)
    assert np.abs(fast - np.asarray(slow)).mean() < 1.0


@pytest.mark.parametrize("shape", ((12, 12), (12, 12, 1), (12, 12, 3), (12, 12, 4)))
def test_arrays_are_pictures_too(shape: tuple[int, ...]) -> None:
    pixels = np.full(shape, 255, np.uint8)
    pixels[3, 4] = 7 if shape[-1] != 4 else (7, 7, 7, 255)
    found = decode(pixels, path="x[0]")
    assert found.shape == (12, 12, 1 if shape[-1] in (1, 12) else 3)
    assert (found[3, 4] == 7).all()


def test_float_pixels_are_refused_with_the_remedy() -> None:
    with pytest.raises(PictureError, match="values from 0 to 1") as caught:
        decode(np.linspace(0, 1, 300).reshape(10, 10, 3), path="x[0]")
    assert caught.value.received == "x[0]"
    assert "(x * 255).round()" in caught.value.hint
    with pytest.raises(PictureError, match=r"its shape is \(3, 12, 12\)"):
        decode(np.zeros((3, 12, 12), np.uint8), path="x[0]")


def jpeg(encode: Any, picture: Any) -> bytes:
    return bytes(encode(picture(0, 64, 64), "JPEG"))


BROKEN: dict[str, tuple[Callable[[bytes], bytes], str]] = {
    "empty": (lambda data: b"", "the file is empty"),
    "one byte": (lambda data: b"\xff", "no JPEG, PNG, WEBP, GIF, BMP or TIFF picture"),
    "text": (lambda data: b"not a picture\n", "this is text, not a picture"),
    "page": (lambda data: b"<!DOCTYPE html><html>404", "this is a web page"),
    "svg": (lambda data: b"<?xml version='1.0'?><svg></svg>", "this is SVG"),
    "lfs": (lambda data: b"version https://git-lfs.github.com/spec/v1\n", "Git LFS pointer"),
    "heic": (lambda data: b"\0\0\0\x18ftypheic" + bytes(20), "this is HEIC"),
    "pdf": (lambda data: b"%PDF-1.7", "this is PDF"),
    "postscript": (lambda data: b"%!PS-Adobe-3.0 EPSF-3.0", "this is PostScript"),
    "cut early": (lambda data: data[: len(data) // 10], "cannot be decoded|damaged"),
    "cut late": (lambda data: data[: len(data) * 99 // 100], "cannot be decoded"),
    "no end": (lambda data: data[:-2], "cannot be decoded"),
    "zeros": (lambda data: data[: len(data) // 2] + bytes(len(data) // 2), "filled with zeros"),
    "scans": (lambda data: data + b"\xff\xda" * 600, "made to burn time"),
}


@pytest.mark.parametrize("kind", BROKEN)
def test_broken_files_are_named_with_the_reason(kind: str, encode: Any, picture: Any) -> None:
    damage, reason = BROKEN[kind]
    with pytest.raises(PictureError, match=reason) as caught:
        decode(damage(jpeg(encode, picture)), path="cats/1.jpg")
    assert caught.value.received == "cats/1.jpg"
    assert caught.value.hint == "mend, convert or remove this file"


@pytest.mark.parametrize("kind", ("PNG", "WEBP", "GIF", "BMP", "TIFF"))
def test_files_cut_in_half_are_never_guessed(kind: str, encode: Any, picture: Any) -> None:
    data = encode(picture(0, 64, 64), kind)
    with pytest.raises(PictureError):
        decode(data[: len(data) // 2], path="a")


@pytest.mark.parametrize("kind", ("JPEG", "PNG", "WEBP", "GIF", "BMP", "TIFF"))
def test_flipped_bytes_end_in_pixels_or_in_an_error_of_ours(
    kind: str, encode: Any, picture: Any
) -> None:
    data = encode(picture(0, 32, 32), kind)
    places = np.random.default_rng(0)
    for _ in range(60):
        broken = bytearray(data)
        for place in places.integers(0, len(data), 4):
            broken[place] ^= int(places.integers(1, 256))
        # an error of any other class fails this test by itself
        with contextlib.suppress(PictureError):
            assert decode(bytes(broken), path="a", limits=Limits(pixels=10**6)).dtype == np.uint8


@pytest.mark.parametrize(
    ("shape", "limits", "reason"),
    (
        ((20, 20), Limits(pixels=399), "20 x 20 pixels are more than the limit of 399"),
        ((7, 20), Limits(), "20 x 7 pixels: a side is shorter than 8"),
        ((10, 1001), Limits(), "1001 x 10 pixels: one side is more than 100 times the other"),
        ((20, 20), Limits(bytes=50), "bytes are more than the limit of 50"),
    ),
)
def test_limits(shape: tuple[int, int], limits: Limits, reason: str, encode: Any) -> None:
    data = encode(np.zeros(shape, np.uint8))
    with pytest.raises(PictureError, match=reason):
        header(data, "a", limits)
    wide = Limits(side=1, aspect=2000)
    assert decode(data, path="a", limits=wide).shape == (*shape, 1)


def test_a_bomb_is_refused_before_its_pixels() -> None:
    ihdr = struct.pack(">IIBBBBB", 30000, 30000, 8, 2, 0, 0, 0)
    chunk = struct.pack(">I", 13) + b"IHDR" + ihdr + struct.pack(">I", zlib.crc32(b"IHDR" + ihdr))
    with pytest.raises(PictureError, match="more pixels than may be decoded"):
        decode(b"\x89PNG\r\n\x1a\n" + chunk + b"\0\0\0\x08IDAT" + bytes(12), path="bomb.png")


@pytest.mark.parametrize("values", ({"bytes": 0}, {"side": 0}, {"pixels": 10**9}, {"aspect": 0.5}))
def test_limits_out_of_range(values: dict[str, Any]) -> None:
    with pytest.raises(UsageError, match="is out of range") as caught:
        Limits(**values)
    assert caught.value.received == next(iter(values.values()))
    assert "give at least 1" in caught.value.hint


def test_warnings_of_pillow_are_kept_quiet_and_the_filters_come_back() -> None:
    before = list(warnings.filters)
    with QUIET, QUIET:
        assert len(warnings.filters) == len(before) + 1
    assert warnings.filters == before


def test_scans_are_counted_at_any_place() -> None:
    generator = np.random.default_rng(0)
    for length in range(2, 200):
        data = generator.choice([0xFF, 0xDA, 0], length).astype(np.uint8).tobytes()
        assert _scans(data) == data.count(b"\xff\xda")
