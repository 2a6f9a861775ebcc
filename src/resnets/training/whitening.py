"""The whitening stem: its kernel worked out from patches of the training pictures."""

from __future__ import annotations

import keras
import numpy as np
from numpy.typing import NDArray

from resnets.data import Pictures

PICTURES = 5_000  # that patches are taken from, spread evenly
EPSILON = 5e-4  # added to every variance, so that what hardly varies is not blown up to noise


def whiten(model: keras.Model, pictures: Pictures) -> None:
    """Set the kernel of a net's whitening stem; a net with another stem is left as it is.

    Args:
        model: as `build` made it; its first layers normalise pixels and, maybe, whiten.
        pictures: to train on, not augmented.
    """
    stem = next((layer for layer in model.layers if layer.name == "stem"), None)
    if stem is None or stem.steps[0].name != "whiten":
        return
    normalize = model.get_layer("normalize")
    count = min(PICTURES, len(pictures))
    places = np.linspace(0, len(pictures) - 1, count).astype(np.int64)
    mean, std = np.asarray(normalize.mean), np.asarray(normalize.std)
    normal = (pictures.get(places) / np.float32(255.0) - mean) / std  # (N, H, W, C)
    stem.steps[0].kernel.assign(whitening_kernel(normal, stem.steps[0].kernel_size[0]))


def whitening_kernel(pictures: NDArray[np.floating], side: int) -> NDArray[np.float32]:
    """Find the principal components of all patches, and scale each to variance 1.

    Their mean is not taken away, as in the source (Jordan 2024, arXiv:2404.00498, section 3.2).

    Args:
        pictures: (N, H, W, C) normalised pixels.
        side: of the square patches, in pixels.

    Returns:
        (side, side, C, D): D = 2 side² C, the components from the strongest to the weakest, then
        their negatives. The largest weight of each of the first half is positive, whatever the
        library for eigenvectors prefers.
    """
    channels = pictures.shape[-1]
    size = side * side * channels
    moments, patches = np.zeros((size, size)), 0
    for start in range(0, len(pictures), 500):  # all patches at once would fill half a gigabyte
        windows = np.lib.stride_tricks.sliding_window_view(
            pictures[start : start + 500], (side, side), axis=(1, 2)
        )  # (n, H', W', C, side, side)
        rows = windows.transpose(0, 1, 2, 4, 5, 3).reshape(-1, size).astype(np.float64)
        moments += rows.T @ rows
        patches += len(rows)
    variances, vectors = np.linalg.eigh(moments / patches)
    vectors = vectors[:, ::-1] / np.sqrt(variances[::-1] + EPSILON)
    strongest = vectors[np.abs(vectors).argmax(axis=0), np.arange(size)]
    vectors = vectors * np.where(strongest < 0, -1.0, 1.0)
    both = np.concatenate([vectors, -vectors], axis=1)
    return both.reshape(side, side, channels, 2 * size).astype(np.float32)
