"""What some jobs work on: a folder of drawn photographs, and a small run with its net."""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from PIL import Image

from resnets.data import open_source

COUNT = 512
SIDES = (500, 375)  # ImageNet's median picture


@contextlib.contextmanager
def photographs(job: str, side: int) -> Iterator[str]:
    """Give a folder of JPEGs of 500 x 375 pixels with the detail of photographs, for `load`.

    Their noise falls with its frequency, as in natural pictures, so that they take about 100 kB
    each, as ImageNet's do. A `whole` training has them too, unless its net sees pictures of
    CIFAR's kind, 96 pixels and less; for other jobs there is no folder, and an empty text.
    """
    if job != "load" and (job != "whole" or side <= 96):
        yield ""
        return
    rng = np.random.default_rng(0)
    with tempfile.TemporaryDirectory() as name:
        for label in ("one", "two"):
            (Path(name) / label).mkdir()
        for number in range(COUNT):
            path = Path(name) / ("one", "two")[number % 2] / f"{number}.jpg"
            Image.fromarray(_drawn(rng)).save(path, quality=92)
        yield name


def _drawn(rng: np.random.Generator) -> np.ndarray:
    width, height = SIDES
    picture = np.zeros((height, width, 3))
    for octave in range(1, 8):
        small = rng.normal(size=(2**octave, 2**octave, 3))
        for channel in range(3):
            layer = Image.fromarray(small[..., channel].astype(np.float32))
            resized = layer.resize(SIDES, Image.Resampling.BICUBIC)
            picture[..., channel] += np.asarray(resized) / octave
    picture += 0.2 * rng.normal(size=picture.shape)
    return np.clip(128 + 60 * picture, 0, 255).astype(np.uint8)


@contextlib.contextmanager
def small_run(job: str) -> Iterator[str]:
    """Give a run of one epoch and one picture to ask it about, a line each, for `start`."""
    if job != "start":
        yield ""
        return
    from resnets.training import train

    with tempfile.TemporaryDirectory() as name:
        run = train("shapes", epochs=1, out=name, silent=True)
        picture = Path(name) / "picture.png"
        Image.fromarray(np.asarray(open_source("shapes").read(0))).save(picture)
        yield f"{run.path}\n{picture}"
