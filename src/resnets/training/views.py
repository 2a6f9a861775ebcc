"""Views: answers about a picture averaged with those about its mirror image and shifted copies."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
from numpy.typing import NDArray

Pixels = NDArray[np.uint8]

# Each view: whether it is mirrored, rows and columns that the picture moves by, and its weight.
VIEWS: Mapping[str, tuple[tuple[bool, int, float], ...]] = {
    "one": ((False, 0, 1.0),),
    "mirror": ((False, 0, 0.5), (True, 0, 0.5)),
    "shift": tuple(
        (mirrored, move, weight)
        for move, weight in ((0, 0.25), (-1, 0.125), (1, 0.125))
        for mirrored in (False, True)
    ),
}


def averaged(
    answer: Callable[[Pixels], NDArray[np.float32]], pictures: Pixels, views: str
) -> NDArray[np.float32]:
    """Average the logits of a picture's views (Jordan 2024, arXiv:2404.00498, section 3.5).

    Args:
        answer: gives (N, K) logits for (N, H, W, C) pictures.
        pictures: (N, H, W, C).
        views: "one", the picture itself; "mirror", and its mirror image; "shift", and both moved
            by one pixel up and left, and down and right, what comes in being a reflection: six.

    Returns:
        (N, K).
    """
    parts = []
    for mirrored, move, weight in VIEWS[views]:
        seen = shifted(pictures, move)
        seen = np.ascontiguousarray(seen[:, :, ::-1]) if mirrored else seen
        parts.append(np.float32(weight) * answer(seen))
    return np.sum(parts, axis=0, dtype=np.float32)


def shifted(pictures: Pixels, move: int) -> Pixels:
    """Move pictures down and right, or up and left where negative; edges are reflected.

    Args:
        pictures: (N, H, W, C).
        move: pixels.
    """
    if move == 0:
        return pictures
    margin = abs(move)
    padded = np.pad(pictures, ((0, 0), (margin, margin), (margin, margin), (0, 0)), mode="reflect")
    height, width = pictures.shape[1:3]
    start = margin - move
    return np.ascontiguousarray(padded[:, start : start + height, start : start + width])
