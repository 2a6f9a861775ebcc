"""Pictures that come with the package: scanned digits, and shapes drawn by arithmetic."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from resnets.data.arrays import Stack, stack
from resnets.data.randomness import uniforms

SHAPES = ("circle", "cross", "square", "triangle")
SHAPES_COUNT = 150  # of each shape
SHAPES_SIDE = 32

_SEED = 20151210  # any number would do; this one is the day that "Deep residual learning" appeared


def digits() -> Stack:
    """Read scikit-learn's 1,797 scans of handwritten digits, 8 x 8 and grey.

    Alpaydin and Kaynak 1998, "Optical recognition of handwritten digits". The 17 levels of ink
    (0 to 16) become 0 to 255.
    """
    from sklearn.datasets import load_digits  # here, since it takes a second

    bunch = load_digits()
    pixels = np.rint(bunch.images * (255 / 16)).astype(np.uint8)
    return stack([("digits", pixels, [str(label) for label in bunch.target.tolist()], -1)])


def shapes(count: int = SHAPES_COUNT, side: int = SHAPES_SIDE) -> Stack:
    """Draw coloured shapes, the same on every machine: place, size, turn and colours vary.

    Args:
        count: pictures of each of the four shapes.
        side: rows and columns, at least 16.
    """
    total = count * len(SHAPES)
    ids = np.arange(total)
    kinds = ids % len(SHAPES)
    draws = np.stack([uniforms(_SEED, 0, ids, draw) for draw in range(10)])
    inked = _ink(kinds, draws, side)[..., None]  # (N, H, W, 1), from 0 to 1
    behind = 255 * draws[4:7].T[:, None, None, :]
    front = (behind + 255 * (0.25 + 0.5 * draws[7:10].T[:, None, None, :])) % 255
    grain = uniforms(_SEED, 1, np.arange(total * side * side), 0).reshape(total, side, side, 1)
    pixels = behind * (1 - inked) + front * inked + 24 * (grain - 0.5)
    drawn = np.rint(np.clip(pixels, 0, 255)).astype(np.uint8)
    return stack([("shapes", drawn, [SHAPES[kind] for kind in kinds], -1)])


def _ink(kinds: NDArray[np.int64], draws: NDArray[np.float64], side: int) -> NDArray[np.float64]:
    """How much of each pixel a shape covers, softened over one pixel: (N, H, W)."""
    radius = side * (0.2 + 0.15 * draws[0])
    middle = radius + (side - 2 * radius) * draws[1:3]
    turn = 2 * np.pi * draws[3]
    grid = np.arange(side) + 0.5
    down = grid[None, :, None] - middle[0][:, None, None]
    across = grid[None, None, :] - middle[1][:, None, None]
    sine, cosine = np.sin(turn)[:, None, None], np.cos(turn)[:, None, None]
    u, v = cosine * across + sine * down, cosine * down - sine * across
    size = radius[:, None, None]
    far = np.maximum(np.abs(u), np.abs(v))
    arms = np.maximum(np.minimum(np.abs(u), np.abs(v)) - 0.3 * size, far - size)
    wedge = np.maximum(v - 0.5 * size, 0.5 * (np.sqrt(3) * np.abs(u) - v) - 0.5 * size)
    outside = np.stack([np.hypot(u, v) - size, arms, far - 0.75 * size, wedge])
    chosen = outside[kinds, np.arange(len(kinds))]
    return np.asarray(np.clip(0.5 - chosen, 0, 1), np.float64)
