"""Changes to training pictures, a batch at a time on uint8, each a function of the picture's id."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from resnets.data.randomness import uniforms
from resnets.errors import UsageError
from resnets.spec import Spec

Pixels = NDArray[np.uint8]

FLIP, ROW, COLUMN, AREA, ASPECT, HOLE_ROW, HOLE_COLUMN = range(7)  # which draw decides what

_PADDINGS: dict[str, Literal["edge", "constant", "reflect"]] = {
    "edge": "edge",
    "zero": "constant",
    "reflect": "reflect",
}


@dataclass(frozen=True)
class Augment(Spec):
    """What happens to training pictures, in this order: crop, flip, cutout.

    Args:
        flip: mirror left and right, every second picture (He et al. 2015, sections 3.4 and 4.2);
            not where left and right tell the classes apart, as in digits or letters.
        pad_crop: pad all four sides by this fraction of the side, and crop the old size anywhere
            in it; 4 / 32 for CIFAR (He et al. 2015, section 4.2); from 0 (off) to 0.5.
        pad_mode: what the padding shows: the nearest pixel, black, or the picture mirrored
            (Zagoruyko and Komodakis 2016, section 3).
        scale_crop: smallest and largest share of the area that a crop keeps, drawn evenly, and
            enlarged bilinearly to the old size (Szegedy et al. 2015, section 6: 0.08 to 1).
        aspect: the crop's proportions change by up to this factor, drawn evenly in its logarithm
            (4/3 in Szegedy et al. 2015); 1 for never.
        cutout: side of a square that is filled, as a fraction of the side; its middle is anywhere,
            so it may hang over (DeVries and Taylor 2017, section 3.2: 0.5 for CIFAR-10).
        cutout_fill: level that it is filled with, 0 to 255; 128 is near the mean of most sets.
        flip_alternates: whether a picture is mirrored in every second epoch, starting in the first
            or in the second by chance, so that two epochs show both sides (Jordan 2024,
            arXiv:2404.00498, section 3.6).

    Raises:
        UsageError: a field is out of its range, or both crops are asked for.
    """

    flip: bool = False
    pad_crop: float = 0.0
    pad_mode: Literal["edge", "zero", "reflect"] = "edge"
    scale_crop: tuple[float, float] | None = None
    aspect: float = 4 / 3
    cutout: float = 0.0
    cutout_fill: int = 128
    flip_alternates: bool = False

    def __post_init__(self) -> None:
        super().__post_init__()
        low, high = self.scale_crop or (1.0, 1.0)
        _within("pad_crop", 0 <= self.pad_crop <= 0.5, self.pad_crop, "from 0 to 0.5")
        _within("scale_crop", 0 < low <= high <= 1, self.scale_crop, "two rising shares up to 1")
        _within("aspect", 1 <= self.aspect <= 4, self.aspect, "from 1 to 4")
        _within("cutout", 0 <= self.cutout <= 1, self.cutout, "from 0 to 1")
        _within("cutout_fill", 0 <= self.cutout_fill <= 255, self.cutout_fill, "from 0 to 255")
        if self.scale_crop and self.pad_crop:
            raise UsageError(
                "Augment.pad_crop and Augment.scale_crop exclude each other",
                received=f"pad_crop={self.pad_crop:g} scale_crop={self.scale_crop}",
                hint="set one of them to 0 or null",
            )


def augment(
    pictures: Pixels, ids: NDArray[np.integer], *, seed: int, epoch: int, spec: Augment
) -> Pixels:
    """Change a batch of pictures.

    What happens to a picture is a function of (seed, epoch, id) alone: not of its batch, of its
    place there, or of what was drawn before.

    Args:
        pictures: (B, H, W, C); left as it is.
        ids: (B,) numbers of the pictures.
        seed: of the run.
        epoch: counted from 0.
        spec: what to do.

    Returns:
        (B, H, W, C).
    """

    def draw(which: int) -> NDArray[np.float64]:
        return uniforms(seed, epoch, ids, which)

    changed = pictures
    mirrored = None
    if spec.flip:
        first = uniforms(seed, 0 if spec.flip_alternates else epoch, ids, FLIP) < 0.5
        mirrored = first ^ (spec.flip_alternates and epoch % 2 == 1)
    if spec.pad_crop:
        changed = pad_and_crop(changed, draw(ROW), draw(COLUMN), spec.pad_crop, spec.pad_mode)
    elif spec.scale_crop:
        low, high = spec.scale_crop
        areas = low + (high - low) * draw(AREA)
        factors = spec.aspect ** (2 * draw(ASPECT) - 1)
        changed = crop_and_enlarge(changed, draw(ROW), draw(COLUMN), areas, factors, mirrored)
        mirrored = None
    if mirrored is not None:
        changed = flipped(changed, mirrored)
    if spec.cutout:
        changed = cut_out(changed, draw(HOLE_ROW), draw(HOLE_COLUMN), spec.cutout, spec.cutout_fill)
    return changed if changed is not pictures else pictures.copy()


def flipped(pictures: Pixels, which: NDArray[np.bool_]) -> Pixels:
    """Mirror some pictures left and right.

    Args:
        pictures: (B, H, W, C).
        which: (B,).
    """
    result = np.ascontiguousarray(pictures).copy()
    whole = result.view(f"V{pictures.shape[3]}")  # a pixel at a time is faster than a byte
    whole[which] = whole[which][:, :, ::-1]
    return result


def pad_and_crop(
    pictures: Pixels,
    rows: NDArray[np.float64],
    columns: NDArray[np.float64],
    fraction: float,
    mode: str,
) -> Pixels:
    """Pad every picture and crop it to its size, each at a place of its own.

    Args:
        pictures: (B, H, W, C).
        rows: (B,) from 0 to 1: how far down the crop begins.
        columns: (B,) from 0 to 1: how far right.
        fraction: padding on each side, of H above and below, of W left and right.
        mode: `edge`, `zero` or `reflect`.
    """
    count, height, width, channels = pictures.shape
    down, right = round(fraction * height), round(fraction * width)
    padding = ((0, 0), (down, down), (right, right), (0, 0))
    padded = np.pad(pictures, padding, mode=_PADDINGS[mode])
    tops = np.floor(rows * (2 * down + 1)).astype(np.intp)
    lefts = np.floor(columns * (2 * right + 1)).astype(np.intp)
    # a view of every possible crop, from which NumPy copies B whole ones: no loop, no index maps
    steps = padded.strides
    crops = np.lib.stride_tricks.as_strided(
        padded,
        (count, 2 * down + 1, 2 * right + 1, height, width, channels),
        (*steps[:3], *steps[1:]),
        writeable=False,
    )
    chosen: Pixels = crops[np.arange(count), tops, lefts]
    return chosen


def crop_and_enlarge(
    pictures: Pixels,
    rows: NDArray[np.float64],
    columns: NDArray[np.float64],
    areas: NDArray[np.float64],
    factors: NDArray[np.float64],
    mirrored: NDArray[np.bool_] | None = None,
) -> Pixels:
    """Crop a box out of every picture and enlarge it to the old size, bilinearly.

    Args:
        pictures: (B, H, W, C).
        rows: (B,) from 0 to 1: where the box lies, from top to bottom.
        columns: (B,) from 0 to 1: from left to right.
        areas: (B,) share of the picture's area, above 0 up to 1.
        factors: (B,) how much wider than the picture's the box's proportions are; a side that
            would be longer than the picture is cut to it.
        mirrored: (B,) which to mirror afterwards: Pillow does it in a third of NumPy's time.
    """
    height, width = pictures.shape[1:3]
    heights = np.minimum(1, np.sqrt(areas / factors)) * height
    widths = np.minimum(1, np.sqrt(areas * factors)) * width
    tops, lefts = rows * (height - heights), columns * (width - widths)
    result = np.empty_like(pictures)
    boxes = np.stack([lefts, tops, lefts + widths, tops + heights], axis=1)
    boxes = np.minimum(boxes, [width, height, width, height]).tolist()  # rounding may step over
    grey = pictures.shape[3] == 1
    for place, box in enumerate(boxes):
        image = Image.fromarray(pictures[place, :, :, 0] if grey else pictures[place])
        enlarged = image.resize((width, height), Image.Resampling.BILINEAR, box=tuple(box))
        if mirrored is not None and mirrored[place]:
            enlarged = enlarged.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
        result[place] = np.asarray(enlarged).reshape(pictures.shape[1:])
    return result


def cut_out(
    pictures: Pixels,
    rows: NDArray[np.float64],
    columns: NDArray[np.float64],
    fraction: float,
    fill: int,
) -> Pixels:
    """Fill a square of every picture, its middle anywhere in the picture.

    Args:
        pictures: (B, H, W, C).
        rows: (B,) from 0 to 1: the middle, from top to bottom.
        columns: (B,) from 0 to 1: from left to right.
        fraction: side of the square, of H down and of W across.
        fill: level from 0 to 255; alpha is left alone.
    """
    height, width, channels = pictures.shape[1:]
    inside_rows = _covered(rows, height, fraction)  # (B, H)
    inside_columns = _covered(columns, width, fraction)[:, :, None]  # (B, W, 1)
    colors = inside_columns & (np.arange(channels) < 3)  # (B, W, C)
    hole = (inside_rows[:, :, None, None] & colors[:, None]).view(np.uint8)
    # arithmetic on bytes, for it is six times as fast as assigning through a mask
    return pictures * (1 - hole) + hole * np.uint8(fill)


def _covered(middles: NDArray[np.float64], side: int, fraction: float) -> NDArray[np.bool_]:
    length = round(fraction * side)
    starts = np.floor(middles * side).astype(np.intp)[:, None] - length // 2
    places = np.arange(side)
    return (places >= starts) & (places < starts + length)


def _within(name: str, good: bool, value: object, words: str) -> None:
    if not good:
        raise UsageError(
            f"Augment.{name} is out of range", received=value, hint=f"give {name} {words}"
        )
