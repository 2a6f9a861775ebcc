"""Smaller copies of a batch of pictures: every new pixel is the mean of the area that it covers."""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray

Pixels = NDArray[np.uint8]


def shrunk(pictures: Pixels, height: int, width: int) -> Pixels:
    """Shrink a batch.

    Args:
        pictures: (B, H, W, C).
        height: new H, from 1 to the old.
        width: new W, likewise.

    Returns:
        (B, height, width, C), levels rounded to the nearest.
    """
    count, rows, columns, channels = pictures.shape
    if (rows, columns) == (height, width):
        return pictures
    lower = _shares(rows, height) @ pictures.reshape(count, rows, -1).astype(np.float32)
    lower = lower.reshape(count * height, columns, channels)
    small = (_shares(columns, width) @ lower).reshape(count, height, width, channels)
    return np.rint(small, out=small).astype(np.uint8)


@cache
def _shares(old: int, new: int) -> NDArray[np.float32]:
    """Give the share of each old pixel in each new one along a side: (new, old), rows sum to 1."""
    edges = np.arange(new + 1) * (old / new)
    starts, ends = edges[:-1, None], edges[1:, None]
    places = np.arange(old)
    overlap = np.minimum(ends, places + 1) - np.maximum(starts, places)
    return (np.clip(overlap, 0, None) * (new / old)).astype(np.float32)
