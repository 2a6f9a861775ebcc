"""Answers about single pictures: reading what was asked about, and what is said of it."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from resnets.data import Preprocess, pictures_in, prepare_picture, read_file
from resnets.errors import PictureError, SourceError


@dataclass(frozen=True)
class Prediction:
    """What the net says of one picture.

    Args:
        path: the picture, or `array[i]` for one that came as an array.
        label: the likeliest class.
        probability: its probability, 0...1.
        top: the likeliest classes with their probabilities, highest first.
    """

    path: str
    label: str
    probability: float
    top: tuple[tuple[str, float], ...]


@dataclass(frozen=True)
class Answers:
    """Predictions in the order asked, and what could not be read.

    Args:
        predictions: one for each readable picture.
        unreadable: path and reason of each other one.
    """

    predictions: tuple[Prediction, ...]
    unreadable: tuple[tuple[str, str], ...]

    def __iter__(self) -> Any:
        return iter(self.predictions)

    def __len__(self) -> int:
        return len(self.predictions)

    def __getitem__(self, place: int) -> Prediction:
        return self.predictions[place]


def read_pictures(
    given: Any, preprocess: Preprocess
) -> tuple[list[str], list[np.ndarray], list[tuple[str, str]]]:
    """Read pictures into what the net takes, the same way as for training.

    Args:
        given: a path, an array (H, W[, C]), or a list of these; a folder stands for its pictures.
        preprocess: the run's own.

    Returns:
        Names, uint8 arrays (H, W, C), and path and reason of what cannot be read.

    Raises:
        SourceError: a path does not exist, or a folder has no picture.
    """
    items = list(given) if isinstance(given, list | tuple) else [given]
    names: list[str] = []
    arrays: list[np.ndarray] = []
    unreadable: list[tuple[str, str]] = []
    limit = preprocess.limits.bytes
    for place, item in enumerate(items):
        for name, data in _contents(item, place):
            try:
                loaded = read_file(data, limit) if isinstance(data, Path) else data
                arrays.append(prepare_picture(loaded, preprocess, path=name))
            except PictureError as error:
                unreadable.append((name, error.what))
            else:
                names.append(name)
    return names, arrays, unreadable


def _contents(item: Any, place: int) -> list[tuple[str, Any]]:
    if isinstance(item, np.ndarray):
        return [(f"array[{place}]", item)]
    path = Path(os.fspath(item))
    if not path.exists():
        raise SourceError(
            "there is no such picture or folder",
            received=str(path),
            hint="check the path; a relative one starts at the current folder",
        )
    return [(str(found), found) for found in (pictures_in(path) if path.is_dir() else [path])]
