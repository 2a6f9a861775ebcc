"""Every Pillow mode to 8-bit grey, colour or colour with alpha: scaled by range, never clipped."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from resnets.errors import PictureError, SourceError

Color = tuple[int, int, int]

WHITE: Color = (255, 255, 255)
SIXTEEN_BITS = frozenset({"I;16", "I;16L", "I;16B", "I;16N"})
_GREY = SIXTEEN_BITS | {"1", "L", "LA", "La", "I", "F"}
_LETTERS = {1: "L", 3: "RGB", 4: "RGBA"}


def channels_of(image: Image.Image) -> int:
    """Count the channels a picture has by itself: 1 grey, 3 colour, 4 colour with alpha.

    Grey with alpha counts as grey, and a palette of greys too. No pixel is decoded.
    """
    if image.mode in _GREY:
        return 1
    if image.mode == "P":
        return 1 if _has_grey_palette(image) else (4 if image.has_transparency_data else 3)
    return 4 if image.has_transparency_data else 3


def eight_bit(
    image: Image.Image, path: str, *, channels: int | None = None, background: Color = WHITE
) -> Image.Image:
    """Make a picture of any mode one of mode L, RGB or RGBA.

    16-bit greys are divided by 257, so that 0 ... 65,535 becomes 0 ... 255. Modes I and F have no
    agreed range: the picture's own smallest value becomes 0 and its largest 255. CMYK, YCbCr
    and Lab go through Pillow's own conversion; colour profiles are not applied.

    Args:
        image: its pixels loaded, or loadable.
        path: its name, for messages.
        channels: 1, 3 or 4; None for what the picture has by itself, alpha composed.
        background: what shows through where the picture is transparent (red, green, blue).

    Raises:
        PictureError: a value of a mode F picture is not finite.
    """
    if image.mode == _LETTERS.get(channels or 3) and "transparency" not in image.info:
        return image
    if channels is None:
        flat = _composed(_plain(image, path), background)
        return flat.convert("L") if channels_of(image) == 1 and _is_grey(background) else flat
    if channels == 4:
        return _plain(image, path).convert("RGBA")
    return _composed(_plain(image, path), background).convert(_LETTERS[channels])


def eight_bit_array(pixels: NDArray[np.generic], what: str) -> NDArray[np.uint8]:
    """Take an array as pixels: uint8 of H x W, H x W x 1, 3 or 4, and nothing else.

    Args:
        pixels: (H, W) or (H, W, C), or a batch of them, (N, H, W) or (N, H, W, C).
        what: names the array in the message.

    Returns:
        The same array.

    Raises:
        SourceError: it holds anything but uint8, with the way to scale it right.
    """
    if pixels.dtype == np.uint8:
        return pixels  # type: ignore[return-value]
    found = f"{pixels.dtype} array"
    hint = "pictures are uint8 from 0 to 255; convert them with x.astype('uint8') if they fit"
    if pixels.dtype.kind in "fiu" and pixels.size:
        low, high = float(np.min(pixels)), float(np.max(pixels))
        found += f" with values from {low:g} to {high:g}"
        if pixels.dtype.kind == "f":
            hint = _float_remedy(low, high)
        elif low >= 0 and high > 255:
            hint = "scale 16-bit pictures with (x // 257).astype('uint8')"
    elif pixels.dtype.kind == "b":
        hint = "make them uint8 with x.astype('uint8') * 255"
    raise SourceError(
        f"{what} must hold uint8 pixels; how other values are scaled is never guessed",
        received=found,
        hint=hint,
    )


def _float_remedy(low: float, high: float) -> str:
    if low >= 0 and high <= 1:
        return "undo the scaling with (x * 255).round().astype('uint8')"
    if low >= -1 and high <= 1:
        return "undo the scaling with ((x + 1) * 127.5).round().astype('uint8')"
    if low >= 0 and high <= 255:
        return "give whole numbers with x.round().astype('uint8')"
    return "give the pictures as they were before they were normalised, as uint8 from 0 to 255"


def _is_grey(color: Color) -> bool:
    return color[0] == color[1] == color[2]


def _has_grey_palette(image: Image.Image) -> bool:
    """Look at a palette as the file has it: Pillow's getpalette would decode the pixels first."""
    palette = image.palette
    if palette is None:
        return False
    order = palette.rawmode or palette.mode
    colors: NDArray[np.uint8] = np.frombuffer(bytes(palette.palette or b""), np.uint8)
    if order == "RGB;L":  # as in TIFF: all reds, all greens, all blues
        colors = colors.reshape(3, -1).T
    elif order in {"RGB", "BGR", "RGBX", "BGRX", "RGBA"} and len(colors) % len(order) == 0:
        colors = colors.reshape(-1, len(order))[:, :3]
    else:
        return False
    return bool(colors.size) and bool((colors == colors[:, :1]).all())


def _plain(image: Image.Image, path: str) -> Image.Image:
    """Make any mode one of L, LA, RGB and RGBA."""
    mode = image.mode
    if mode in SIXTEEN_BITS:
        wide = np.asarray(image).astype(np.uint32)
        return Image.fromarray(((wide * 255 + 32767) // 65535).astype(np.uint8))
    if mode in {"I", "F"}:
        return _ranged(np.asarray(image).astype(np.float64), path)
    if image.has_transparency_data:
        return image.convert("LA" if mode in {"1", "L", "LA", "La"} else "RGBA")
    if mode == "P" and channels_of(image) == 1:
        return image.convert("L")
    return image.convert("L" if mode in {"1", "L"} else "RGB")


def _ranged(values: NDArray[np.float64], path: str) -> Image.Image:
    low, high = values.min(), values.max()
    if not (np.isfinite(low) and np.isfinite(high)):
        raise PictureError(
            "it holds values that are not finite numbers",
            received=path,
            hint="write the picture again with numbers in them, or remove it",
        )
    scale = 255 / (high - low) if high > low else 0.0
    return Image.fromarray(np.rint((values - low) * scale).astype(np.uint8))


def _composed(image: Image.Image, background: Color) -> Image.Image:
    """Lay a picture on the background; alpha is gone afterwards."""
    if image.mode not in {"LA", "RGBA"}:
        return image
    if image.mode == "LA" and _is_grey(background):
        below = Image.new("L", image.size, background[0])
        below.paste(image.getchannel("L"), mask=image.getchannel("A"))
        return below
    # paste rounds a*c + (1-a)*b to the nearest level; alpha_composite is off by one here and there
    below = Image.new("RGB", image.size, background)
    below.paste(image.convert("RGB"), mask=image.getchannel("A"))
    return below
