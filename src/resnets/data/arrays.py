"""Pictures that are arrays already: NPZ files, and arrays of the caller's."""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from resnets.data.layout import SPLIT_NAMES, SPLITS, Layout, number_classes
from resnets.data.modes import eight_bit_array
from resnets.errors import SourceError

Part = tuple[str, NDArray[np.uint8], list[str], int]  # name of x, pixels, class names, split


class Stack(NamedTuple):
    """Arrays of pictures one after another, each picture found by its number."""

    layout: Layout
    parts: tuple[NDArray[np.uint8], ...]
    starts: NDArray[np.int64]

    def read(self, index: int) -> NDArray[np.uint8]:
        """Give the picture of that number, (H, W) or (H, W, C)."""
        part = int(np.searchsorted(self.starts, index, side="right")) - 1
        picture: NDArray[np.uint8] = self.parts[part][index - int(self.starts[part])]
        return picture


def read_npz(file: Path) -> Stack:
    """Read `x` and `y`, or `x_train`, `y_train`, `x_val`, ... from an NPZ file.

    Args:
        file: made by numpy.savez or savez_compressed; object arrays are refused, since they are
            pickles.

    Raises:
        SourceError: it is damaged, lacks arrays, or they are not pictures with labels.
    """
    try:
        # opened here, since NumPy leaves its own file open where the archive is broken
        with file.open("rb") as stream, np.load(stream, allow_pickle=False) as archive:
            found = {name: archive[name] for name in archive.files}
    except (OSError, ValueError, EOFError, KeyError, zipfile.BadZipFile, zlib.error) as error:
        raise SourceError(
            f"this NPZ file cannot be read: {error}",
            received=str(file),
            hint="write it with numpy.savez(file, x=pictures, y=labels)",
        ) from None
    if "x" in found or "y" in found:
        keys = [("x", "y", -1)]
    else:
        keys = [
            (f"x_{name}", f"y_{name}", split)
            for name, split in SPLIT_NAMES.items()
            if f"x_{name}" in found or f"y_{name}" in found
        ]
    lacking = [key for pair in keys for key in pair[:2] if key not in found]
    if not keys or lacking:
        raise SourceError(
            f"the NPZ file lacks {' and '.join(lacking) or 'x and y'}",
            received=", ".join(found) or "no array",
            hint="it needs x and y, or x_train, y_train, x_test, y_test and the like",
        )
    return stack([_part(x, found[x], y, found[y], split) for x, y, split in keys])


def read_arrays(given: tuple[Any, ...] | Mapping[str, Any]) -> Stack:
    """Take arrays from the caller.

    Args:
        given: (x, y); {"train": (x, y), "test": (x, y), ...}; or ((x, y), (x, y)) for train and
            test, as Keras's own data sets come. x is uint8 (N, H, W) or (N, H, W, C), y (N,) or
            (N, 1) whole numbers or text.

    Raises:
        SourceError: they are not pictures with labels.
    """
    if isinstance(given, Mapping):
        pairs = [(name, pair, _split_of(name)) for name, pair in given.items()]
    elif len(given) == 2 and all(isinstance(part, tuple) and len(part) == 2 for part in given):
        pairs = [("train", given[0], 0), ("test", given[1], 2)]
    else:
        pairs = [("", given, -1)]
    parts = []
    for name, pair, split in pairs:
        if not isinstance(pair, tuple | list) or len(pair) != 2:
            raise SourceError(
                "arrays are given as (pictures, labels)",
                received=f"{type(pair).__name__} for {name or 'the source'}",
                hint='give (x, y), or {"train": (x, y), "test": (x, y)}',
            )
        tail = f"_{name}" if name else ""
        parts.append(_part(f"x{tail}", np.asarray(pair[0]), f"y{tail}", np.asarray(pair[1]), split))
    if len({split for *_, split in parts}) != len(parts):
        raise SourceError(
            "a split is given twice", received=", ".join(map(str, given)), hint="keep one of them"
        )
    return stack(parts)


def stack(parts: Sequence[Part]) -> Stack:
    """Number the pictures of several arrays one after another.

    Args:
        parts: the name of each array, its pixels, a class name for each picture, and the split.
    """
    classes, labels = number_classes([name for part in parts for name in part[2]])
    paths = [f"{name}[{place}]" for name, x, _, _ in parts for place in range(len(x))]
    given = np.concatenate([np.full(len(x), split, np.int8) for _, x, _, split in parts])
    starts = np.cumsum([0, *(len(x) for _, x, _, _ in parts[:-1])]).astype(np.int64)
    if not paths:
        raise SourceError(
            "the arrays hold no picture", received=f"{parts[0][1].shape}", hint="give some"
        )
    return Stack(
        Layout(classes, paths, labels, given, ()), tuple(x for _, x, _, _ in parts), starts
    )


def _split_of(name: str) -> int:
    if str(name).casefold() not in SPLIT_NAMES:
        raise SourceError(
            "there is no split of this name",
            received=str(name),
            hint=f"one of: {', '.join(SPLITS)}",
        )
    return SPLIT_NAMES[str(name).casefold()]


def _part(
    x_name: str, x: NDArray[np.generic], y_name: str, y: NDArray[np.generic], split: int
) -> Part:
    pixels = eight_bit_array(x, x_name)
    if pixels.ndim not in (3, 4) or (pixels.ndim == 4 and pixels.shape[3] not in (1, 3, 4)):
        first = pixels.ndim == 4 and pixels.shape[1] in (1, 3, 4)
        raise SourceError(
            f"{x_name} must be N x H x W, or N x H x W x C with C 1, 3 or 4",
            received=str(x.shape),
            hint=f"put the channels last with numpy.moveaxis({x_name}, 1, -1)"
            if first
            else "give one array of pictures that all have one size",
        )
    return x_name, pixels, _names(y_name, y, x_name, len(pixels)), split


def _names(y_name: str, y: NDArray[np.generic], x_name: str, count: int) -> list[str]:
    """The labels as class names."""
    if y.ndim == 2 and y.shape[1] == 1:
        y = y[:, 0]
    if y.ndim != 1 or y.dtype.kind not in "iubUS":
        raise SourceError(
            f"{y_name} must hold one whole number or one text for each picture",
            received=f"{y.dtype} array of shape {y.shape}",
            hint=f"from one-hot labels, numpy.argmax({y_name}, axis=1) makes them"
            if y.ndim == 2
            else f"convert them with {y_name}.astype('int64') or .astype(str)",
        )
    if len(y) != count:
        raise SourceError(
            f"{x_name} and {y_name} differ in length",
            received=f"{count} pictures, {len(y)} labels",
            hint="give one label for each picture",
        )
    if y.dtype.kind == "b":
        y = y.astype(np.int64)
    return (
        [name.decode("utf-8", "surrogateescape") for name in y.tolist()]
        if (y.dtype.kind == "S")
        else [str(name) for name in y.tolist()]
    )
