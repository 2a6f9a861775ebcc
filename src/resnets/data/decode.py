"""The one decoder: bytes in, 8-bit pixels out, or a picture named with the reason it cannot be."""

from __future__ import annotations

import contextlib
import io
import threading
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray
from PIL import Image, UnidentifiedImageError

from resnets.data.modes import WHITE, Color, channels_of, eight_bit, eight_bit_array
from resnets.errors import PictureError, SourceError, UsageError
from resnets.spec import Spec

Pixels = NDArray[np.uint8]
FORMATS: Final = ("JPEG", "PNG", "WEBP", "GIF", "BMP", "TIFF")

_HARDEST = 178_956_970  # Pillow refuses more pixels by itself (twice its MAX_IMAGE_PIXELS)
_MOST_SCANS = 500  # a progressive JPEG has about ten; thousands are made to burn time
_ORIENTATION = 0x0112
_TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}
_MARGINS = {  # by orientation: where the stored right and bottom edges come to lie
    1: (2, 3),
    2: (0, 3),
    3: (0, 1),
    4: (2, 1),
    5: (3, 2),
    6: (3, 0),
    7: (1, 0),
    8: (1, 2),
}
_STRANGERS = (  # what lies where a picture was expected: offset, bytes, the word for it
    (0, b"version https://git-lfs", "a Git LFS pointer; fetch the real file with git lfs pull"),
    (4, b"ftyphei", "HEIC"),
    (4, b"ftypmif1", "HEIC"),
    (4, b"ftypavi", "AVIF"),
    (4, b"ftyp", "a video"),
    (0, b"%PDF", "PDF"),
    (0, b"%!PS", "PostScript"),
    (0, b"8BPS", "Photoshop"),
    (0, b"\x00\x00\x00\x0cjP", "JPEG 2000"),
    (0, b"\xff\x4f\xff\x51", "JPEG 2000"),
    (0, b"\xff\x0a", "JPEG XL"),
    (0, b"\x00\x00\x00\x0cJXL", "JPEG XL"),
    (0, b"\x00\x05\x16\x07", "a macOS resource file"),
    (0, b"PK\x03\x04", "a zip archive"),
)


@dataclass(frozen=True)
class Limits(Spec):
    """What a picture may be at most; checked before its pixels are decoded.

    Args:
        bytes: of the encoded picture.
        pixels: width times height, at most 178,956,970 (where Pillow itself stops).
        side: the shorter side, in pixels, at least.
        aspect: the longer side over the shorter one, at most.

    Raises:
        UsageError: a limit is below 1, or `pixels` above what Pillow allows.
    """

    bytes: int = 64 * 2**20
    pixels: int = 50_000_000
    side: int = 8
    aspect: float = 100.0

    def __post_init__(self) -> None:
        super().__post_init__()
        for name in ("bytes", "pixels", "side", "aspect"):
            value = getattr(self, name)
            if value < 1 or (name == "pixels" and value > _HARDEST):
                raise UsageError(
                    f"Limits.{name} is out of range",
                    received=value,
                    hint=f"give at least 1{f' and at most {_HARDEST}' if name == 'pixels' else ''}",
                )


class Header(NamedTuple):
    """What is known of a picture before its pixels: its size as it is shown, after orientation."""

    width: int
    height: int
    channels: int
    format: str


class Decoded(NamedTuple):
    """A decoded picture, and the box (left, top, right, bottom) in it that the picture covers.

    The box is the whole, save that a JPEG shrunk on load may end within its last column or row.
    """

    image: Image.Image
    box: tuple[float, float, float, float]


class _Quiet:
    """Keep Pillow's warnings about odd files off the terminal while pictures are decoded.

    `warnings.catch_warnings` puts back the list that it found, so two threads that overlap leave
    the filters wrong for ever. Here the first one in adds a single filter and the last one out
    takes it away.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._depth = 0
        self._filter: Any = None

    def __enter__(self) -> None:
        with self._lock:
            if self._depth == 0:
                warnings.filterwarnings("ignore", module=r"PIL\.")
                self._filter = warnings.filters[0]
            self._depth += 1

    def __exit__(self, *_: object) -> None:
        with self._lock:
            self._depth -= 1
            if self._depth == 0:
                with contextlib.suppress(ValueError):
                    warnings.filters.remove(self._filter)  # type: ignore[attr-defined]


QUIET: Final = _Quiet()  # `with QUIET:` around many pictures makes each one cheaper


class OpenPicture:
    """A picture whose header was read and checked, and whose pixels were not decoded yet.

    Args:
        data: the encoded bytes, or uint8 pixels (H, W) or (H, W, C) with C 1, 3 or 4.
        path: its name, for messages.
        limits: what it may be at most.

    Raises:
        PictureError: it is no picture of a format that is read, or breaks a limit.
    """

    def __init__(self, data: bytes | NDArray[np.generic], path: str, limits: Limits) -> None:
        self.path = path
        if isinstance(data, np.ndarray):
            self._image, kind = _image_of(data, path), "pixels"
            self._orientation = 1
        else:
            self._image = _opened(data, path, limits)
            kind = self._image.format or "JPEG"
            self._orientation = _orientation(self._image, data)
        width, height = self._image.size
        if self._orientation >= 5:
            width, height = height, width
        with _named(path):
            self.header = Header(width, height, channels_of(self._image), kind)
        _check(self.header, path, limits)

    def pixels(
        self,
        *,
        channels: int | None = None,
        background: Color = WHITE,
        at_least: tuple[int, int] | None = None,
    ) -> Decoded:
        """Decode: upright, 8 bits, of mode L, RGB or RGBA.

        Args:
            channels: 1, 3 or 4; None for the picture's own, alpha composed.
            background: shows through where the picture is transparent.
            at_least: (height, width) that will do: a JPEG larger than that may be decoded at a
                half, a quarter or an eighth of its size, but never below.

        Raises:
            PictureError: the pixels cannot be decoded.
        """
        image = self._image
        margins = 0.0, 0.0
        with QUIET, _named(self.path):
            if at_least is not None and image.format in {"JPEG", "MPO"}:
                height, width = at_least if self._orientation < 5 else at_least[::-1]
                if min(image.width // width, image.height // height) >= 2:
                    drafted = image.draft(None, (width, height))
                    if drafted is not None:  # 301 pixels at a quarter are 75.25 of 76 columns
                        covered = drafted[1][2:]
                        margins = image.width - covered[0], image.height - covered[1]
            image.load()
            if self._orientation in _TURNS:
                image = image.transpose(_TURNS[self._orientation])
            image = eight_bit(image, self.path, channels=channels, background=background)
        return Decoded(image, _box(image, margins, self._orientation))


def header(
    data: bytes | NDArray[np.generic],
    path: str,
    limits: Limits = Limits(),
) -> Header:
    """Read what can be known without decoding pixels.

    Args:
        data: the encoded bytes, or uint8 pixels (H, W) or (H, W, C).
        path: its name, for messages.
        limits: what it may be at most.

    Raises:
        PictureError: it is no picture of a format that is read, or breaks a limit.
    """
    return OpenPicture(data, path, limits).header


def decode(
    data: bytes | NDArray[np.generic],
    *,
    path: str,
    limits: Limits = Limits(),
    channels: int | None = None,
    background: Color = WHITE,
    at_least: tuple[int, int] | None = None,
) -> Pixels:
    """Decode one picture, found out by content: JPEG, PNG, WEBP, GIF, BMP or TIFF.

    Its first frame, upright as EXIF says, alpha composed on the background, 16-bit and wider
    modes scaled (see `modes.eight_bit`).

    Args:
        data: the encoded bytes, or uint8 pixels (H, W) or (H, W, C).
        path: its name, for messages.
        limits: what it may be at most.
        channels: 1, 3 or 4; None for the picture's own.
        background: red, green, blue from 0 to 255.
        at_least: (height, width) that will do, so that a JPEG may be shrunk while it is decoded.

    Returns:
        (H, W, C), C being 1, 3 or (only when asked) 4.

    Raises:
        PictureError: it cannot be decoded, or breaks a limit.
    """
    opened = OpenPicture(data, path, limits)
    decoded = opened.pixels(channels=channels, background=background, at_least=at_least)
    return as_array(decoded.image)


def as_array(image: Image.Image) -> Pixels:
    """Copy a Pillow picture of mode L, RGB or RGBA into an array (H, W, C)."""
    pixels = np.array(image)
    return pixels[:, :, None] if pixels.ndim == 2 else pixels


def _image_of(pixels: NDArray[np.generic], path: str) -> Image.Image:
    try:
        eight = eight_bit_array(pixels, path)
    except SourceError as error:
        raise PictureError(
            f"a picture must hold uint8 pixels, not a {error.received}",
            received=path,
            hint=error.hint,
        ) from None
    if eight.ndim == 3 and eight.shape[2] == 1:
        eight = eight[:, :, 0]
    if not (eight.ndim == 2 or (eight.ndim == 3 and eight.shape[2] in (3, 4))) or not eight.size:
        raise _refusal(
            path, f"its shape is {pixels.shape}, not height, width and 1, 3 or 4 colours"
        )
    return Image.fromarray(np.ascontiguousarray(eight))


def _opened(data: bytes, path: str, limits: Limits) -> Image.Image:
    if not data:
        raise _refusal(path, "the file is empty")
    if len(data) > limits.bytes:
        raise too_large(path, len(data), limits.bytes)
    if data[:2] == b"\xff\xd8":
        scans = _scans(data)
        if scans > _MOST_SCANS:
            raise _refusal(path, f"a JPEG of {scans} scans is made to burn time")
        if data.endswith(bytes(64)) and not data.rstrip(b"\0").endswith(b"\xff\xd9"):
            # libjpeg paints what is missing grey and says nothing
            raise _refusal(path, "its end is filled with zeros: a copy that was interrupted")
    with QUIET, _named(path):
        try:
            image = Image.open(io.BytesIO(data), formats=FORMATS)
        except UnidentifiedImageError:
            raise _refusal(path, _stranger(data)) from None
    if image.format in {"JPEG", "MPO"}:
        image.decodermaxblock = len(data)  # in one go, not 64 KiB after 64 KiB: 3 % of the time
    return image


def _scans(data: bytes) -> int:
    """Count the marks FF DA that begin a scan, in a quarter of the time of `bytes.count`."""
    pairs = (np.frombuffer(data, "<u2", (len(data) - start) // 2, start) for start in (0, 1))
    return sum(int(np.count_nonzero(found == 0xDAFF)) for found in pairs)


def _stranger(data: bytes) -> str:
    for offset, magic, word in _STRANGERS:
        if data[offset : offset + len(magic)] == magic:
            return f"this is {word}, which is not read"
    start = data[:1024].lstrip().lower()
    if b"<svg" in start:
        return "this is SVG, which is not read"
    if start.startswith((b"<!doctype html", b"<html")):
        return "this is a web page, not a picture"
    if b"\0" not in start and start.isascii():
        return "this is text, not a picture"
    return "no JPEG, PNG, WEBP, GIF, BMP or TIFF picture, or its beginning is damaged"


def _orientation(image: Image.Image, data: bytes) -> int:
    """The EXIF (or XMP) orientation, 1 to 8, and 1 for whatever makes no sense."""
    if image.format == "TIFF":
        return 1  # Pillow turns TIFF by itself while it loads, and says the turned size before
    if image.format == "PNG" and any(
        mark in data for mark in (b"eXIf", b"XML:com.adobe.xmp", b"Raw profile type")
    ):
        # such a chunk may come after the pixels, and Pillow finds it only by loading them
        with QUIET, contextlib.suppress(Exception):
            image.load()
    if not image.info.keys() & {"exif", "xmp", "XML:com.adobe.xmp", "Raw profile type exif"}:
        return 1
    try:
        with QUIET:
            found: Any = image.getexif().get(_ORIENTATION, 1)
    except Exception:  # damaged EXIF is no reason to refuse pixels that can be decoded
        return 1
    return found if isinstance(found, int) and found in _TURNS else 1


def _box(
    image: Image.Image, margins: tuple[float, float], orientation: int
) -> tuple[float, float, float, float]:
    edges = [0.0, 0.0, float(image.width), float(image.height)]
    for margin, edge in zip(margins, _MARGINS[orientation], strict=True):
        edges[edge] += margin if edge < 2 else -margin
    left, top, right, bottom = edges
    return left, top, right, bottom


def _check(found: Header, path: str, limits: Limits) -> None:
    width, height = found.width, found.height
    size = f"{width} x {height} pixels"
    if width * height > limits.pixels:
        raise _refusal(path, f"{size} are more than the limit of {limits.pixels:,}")
    if min(width, height) < limits.side:
        raise _refusal(path, f"{size}: a side is shorter than {limits.side}")
    if max(width, height) > limits.aspect * min(width, height):
        raise _refusal(path, f"{size}: one side is more than {limits.aspect:g} times the other")


def too_large(path: str, size: int, limit: int) -> PictureError:
    """Make the error for a file that holds more bytes than a picture may."""
    return _refusal(path, f"{size:,} bytes are more than the limit of {limit:,}")


def _refusal(path: str, reason: str) -> PictureError:
    return PictureError(reason, received=path, hint="mend, convert or remove this file")


@contextlib.contextmanager
def _named(path: str) -> Iterator[None]:
    """Turn whatever a decoder raises into an error that names the picture."""
    try:
        yield
    except PictureError:
        raise
    except Exception as error:  # decoders of strangers' bytes raise a dozen kinds, struct.error too
        reason = str(error) or type(error).__name__
        if isinstance(error, Image.DecompressionBombError | Image.DecompressionBombWarning):
            reason = "it has more pixels than may be decoded"
        raise _refusal(path, f"its pixels cannot be decoded: {reason}") from error
