"""From any picture to the net's input: the one way, in training, judging and serving alike."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from resnets.data.decode import Limits, OpenPicture, Pixels, as_array
from resnets.data.modes import WHITE, Color
from resnets.errors import SourceError, UsageError
from resnets.spec import Spec

if TYPE_CHECKING:
    from resnets.data.survey import Survey

Fit = Literal["crop", "pad", "stretch"]
Box = tuple[float, float, float, float]
Resample = Literal["bilinear", "bicubic", "lanczos", "nearest", "box"]

SIDES = (16, 32, 48, 64, 96, 128, 160, 192, 224)
SQUARE = 1.1  # sides that differ by no more than this are stretched: no eye sees it
DRAFT = 2  # a JPEG decoded at this many times the size that is needed hides how it was decoded

_FILTERS = {
    "bilinear": Image.Resampling.BILINEAR,
    "bicubic": Image.Resampling.BICUBIC,
    "lanczos": Image.Resampling.LANCZOS,
    "nearest": Image.Resampling.NEAREST,
    "box": Image.Resampling.BOX,
}
_POINTWISE = ("nearest", "bilinear", "bicubic")


@dataclass(frozen=True)
class Preprocess(Spec):
    """How any picture becomes the net's input; saved with the run.

    Args:
        height: rows H of the input, 8 to 4096.
        width: columns W of the input, 8 to 4096.
        fit: `crop` fills the input and cuts off what hangs over at both ends; `pad` shows the
            whole picture with bars of the background; `stretch` changes its proportions.
        resize: with `crop`, what the shorter side of the picture is brought to, in pixels, before
            the middle is cut out; at least H and W. 0 lets the crop be as large as it can.
        resample: the filter; without antialias only nearest, bilinear and bicubic.
        antialias: let the filter grow with the scale when shrinking, as good viewers do.
        channels: 1 grey (ITU-R 601 luma), 3 colour, 4 colour with alpha kept.
        background: red, green, blue behind transparency and in the bars, 0 to 255.
        limits: what a picture may be at most.

    Raises:
        UsageError: a field is out of its range.
    """

    height: int
    width: int
    fit: Fit = "crop"
    resize: int = 0
    resample: Resample = "bilinear"
    antialias: bool = True
    channels: Literal[1, 3, 4] = 3
    background: tuple[int, int, int] = WHITE
    limits: Limits = Limits()  # noqa: RUF009 frozen

    def __post_init__(self) -> None:
        super().__post_init__()
        for name in ("height", "width"):
            if not 8 <= getattr(self, name) <= 4096:
                raise UsageError(
                    f"the size of the input is out of range: {name}",
                    received=getattr(self, name),
                    hint="give a side from 8 to 4096 pixels",
                )
        if not all(0 <= level <= 255 for level in self.background):
            raise UsageError(
                "Preprocess.background must be three levels from 0 to 255",
                received=self.background,
                hint="white is 255, 255, 255",
            )
        if self.resize and not (
            self.fit == "crop" and max(self.height, self.width) <= self.resize <= 8192
        ):
            raise UsageError(
                "Preprocess.resize goes with a crop and is from the input's longer side to 8192",
                received=self.resize,
                hint="give 0, or fit crop and such a length: 256 for an input of 224",
            )
        if not self.antialias and self.resample not in _POINTWISE:
            raise UsageError(
                "Preprocess.resample has no form without antialias",
                received=self.resample,
                hint=f"use antialias, or one of {', '.join(_POINTWISE)}",
            )

    @property
    def shape(self) -> tuple[int, int, int]:
        """(H, W, C) of the net's input."""
        return self.height, self.width, self.channels


def prepare_picture(data: bytes | NDArray[np.generic], preprocess: Preprocess, path: str) -> Pixels:
    """Decode, fit and resize one picture.

    A JPEG is shrunk while it is decoded where at least twice the needed size is left, which costs
    a fraction of the time and, after the antialiased resize that follows, cannot be seen (mean
    difference under 1 level of 255).

    Args:
        data: the encoded bytes, or uint8 pixels (H, W) or (H, W, C).
        preprocess: the input that is asked for.
        path: the picture's name, for messages.

    Returns:
        (height, width, channels).

    Raises:
        PictureError: it cannot be decoded, or breaks a limit.
    """
    opened = OpenPicture(data, path, preprocess.limits)
    size = opened.header.width, opened.header.height
    at_least = None
    if preprocess.antialias and preprocess.resample != "nearest":
        at_least = _enough(size, preprocess)
    image, box = opened.pixels(
        channels=preprocess.channels, background=preprocess.background, at_least=at_least
    )
    return as_array(_FITS[preprocess.fit](image, box, preprocess))


def choose_preprocess(
    survey: Survey,
    *,
    size: int | tuple[int, int] | None = None,
    channels: Literal[1, 3, 4] | None = None,
    fit: Fit | None = None,
) -> Preprocess:
    """Choose the input from the pictures, by this rule.

    Size: a square whose side is the largest of 16, 32, 48, 64, 96, 128, 160, 192, 224 that is not
    above the median of the shorter sides; 16 where that median is below 16.
    Channels: 1 if every picture is grey, else 3; 4 only when asked for.
    Fit: `stretch` if all pictures have one size whose proportions are the input's within 10 %,
    else `crop`.
    The rest as in `Preprocess`: bilinear with antialias on white.

    Args:
        survey: of the source; unreadable pictures are left out.
        size: side of a square, or (height, width); None to follow the rule.
        channels: None to follow the rule.
        fit: None to follow the rule.

    Raises:
        SourceError: no picture can be read.
        UsageError: the size is out of range.
    """
    sizes = survey.sizes[survey.readable]
    if not len(sizes):
        raise SourceError(
            "no picture of the source can be read",
            received=f"{len(survey.sizes)} pictures",
            hint="look at the reasons that the survey gives",
        )
    if size is None:
        median = float(np.median(sizes.min(axis=1)))
        size = max((side for side in SIDES if side <= median), default=SIDES[0])
    height, width = (size, size) if isinstance(size, int) else size
    if channels is None:
        channels = 1 if bool((survey.channels[survey.readable] == 1).all()) else 3
    result = Preprocess(height, width, channels=channels)
    if fit is None:
        same = bool((sizes == sizes[0]).all())
        change = (sizes[0, 1] / sizes[0, 0]) / (width / height)
        fit = "stretch" if same and 1 / SQUARE <= change <= SQUARE else "crop"
    return Preprocess.from_json({**result.to_json(), "fit": fit})


def cropped_away(survey: Survey, preprocess: Preprocess) -> float:
    """Say which fraction of the median picture a crop throws away.

    Args:
        survey: of the source.
        preprocess: the input.

    Returns:
        From 0 to 1; 0 where the fit is not `crop`, or no picture can be read.
    """
    sizes = survey.sizes[survey.readable]
    if preprocess.fit != "crop" or not len(sizes):
        return 0.0
    height, width = np.median(sizes, axis=0)
    change = (width / height) / (preprocess.width / preprocess.height)
    return float(1 - min(change, 1 / change))


def _enough(size: tuple[int, int], preprocess: Preprocess) -> tuple[int, int]:
    """The (height, width) of a whole picture that gives DRAFT times the resolution needed."""
    width, height = size
    across, down = preprocess.width / width, preprocess.height / height
    if preprocess.resize:
        across = down = preprocess.resize / min(width, height)
    elif preprocess.fit == "crop":
        across = down = max(across, down)
    elif preprocess.fit == "pad":
        across = down = min(across, down)
    return math.ceil(DRAFT * height * down), math.ceil(DRAFT * width * across)


def _resized(
    image: Image.Image, size: tuple[int, int], box: Box, preprocess: Preprocess
) -> Image.Image:
    if size == image.size and list(box) == [0, 0, *size]:
        return image
    if preprocess.antialias:
        return image.resize(size, _FILTERS[preprocess.resample], box=box)
    resample = Image.Resampling(_FILTERS[preprocess.resample])
    return image.transform(size, Image.Transform.EXTENT, box, resample=resample)


def _crop(image: Image.Image, box: Box, preprocess: Preprocess) -> Image.Image:
    if preprocess.resize:
        return _resized(
            image, (preprocess.width, preprocess.height), _middle(box, preprocess), preprocess
        )
    left, top, right, bottom = box
    scale = min((right - left) / preprocess.width, (bottom - top) / preprocess.height)
    across = max(0, right - left - preprocess.width * scale) / 2
    down = max(0, bottom - top - preprocess.height * scale) / 2
    inner = (left + across, top + down, right - across, bottom - down)
    return _resized(image, (preprocess.width, preprocess.height), inner, preprocess)


def _middle(box: Box, preprocess: Preprocess) -> Box:
    """Find what stays of a picture that is resized as a whole and then cut, in whole pixels.

    Lengths are rounded as torchvision's `Resize` and `CenterCrop` do: the longer side down, the
    margin to the nearest even number at a half.
    """
    left, top, right, bottom = box
    across, down = right - left, bottom - top
    shorter = min(across, down)
    resized = [int(preprocess.resize * side / shorter) for side in (across, down)]
    inner = (preprocess.width, preprocess.height)
    starts = [round((side - keep) / 2) for side, keep in zip(resized, inner, strict=True)]
    x, y = (length / side for length, side in zip((across, down), resized, strict=True))
    return (
        left + starts[0] * x,
        top + starts[1] * y,
        left + (starts[0] + inner[0]) * x,
        top + (starts[1] + inner[1]) * y,
    )


def _stretch(image: Image.Image, box: Box, preprocess: Preprocess) -> Image.Image:
    return _resized(image, (preprocess.width, preprocess.height), box, preprocess)


def _pad(image: Image.Image, box: Box, preprocess: Preprocess) -> Image.Image:
    across, down = box[2] - box[0], box[3] - box[1]
    scale = min(preprocess.width / across, preprocess.height / down)
    inside = (max(1, round(across * scale)), max(1, round(down * scale)))
    small = _resized(image, inside, box, preprocess)
    color: Color | tuple[int, int, int, int] | int = preprocess.background
    if preprocess.channels == 1:
        dot = Image.new("RGB", (1, 1), preprocess.background).convert("L")
        color = int(np.asarray(dot)[0, 0])
    elif preprocess.channels == 4:
        color = (*preprocess.background, 255)
    whole = Image.new(small.mode, (preprocess.width, preprocess.height), color)
    left, top = (preprocess.width - inside[0]) // 2, (preprocess.height - inside[1]) // 2
    whole.paste(small, (left, top))
    return whole


_FITS: dict[str, Callable[[Image.Image, Box, Preprocess], Image.Image]] = {
    "crop": _crop,
    "pad": _pad,
    "stretch": _stretch,
}
