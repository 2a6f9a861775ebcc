"""What both sides of a twin draw from seeds, arrays and pixels, and what they keep of features."""

from __future__ import annotations

import zlib
from collections.abc import Mapping

import numpy as np

SIZES = ((1, 48, 48), (5, 39, 33))  # pictures, rows, columns: one alone, and five of odd sides
KEPT = 200  # values kept of each stage's features


def array_for(name: str, shape: tuple[int, ...]) -> np.ndarray:
    """Draw the array of a name; kernels keep the size of what passes, variances are near 1."""
    draw = np.random.default_rng(zlib.crc32(name.encode()))
    if len(shape) > 1:
        torch = name.endswith("weight")
        fan = np.prod(shape[1:]) if torch else np.prod(shape[:-1])
        reach = np.sqrt(3 * 1.2 / fan)
        return draw.uniform(-reach, reach, shape).astype("float32")
    if name.endswith(("var", "moving_variance", "gamma")):
        return draw.uniform(0.7, 1.3, shape).astype("float32")
    if name.endswith("weight"):  # of a norm, in PyTorch
        return draw.uniform(0.7, 1.3, shape).astype("float32")
    return draw.uniform(-0.1, 0.1, shape).astype("float32")


def arrays_for(shapes: Mapping[str, tuple[int, ...]]) -> dict[str, np.ndarray]:
    """Draw the arrays of a net."""
    return {name: array_for(name, tuple(shape)) for name, shape in shapes.items()}


def pixels_for(size: tuple[int, int, int], channels: int = 3) -> np.ndarray:
    """Draw uint8 pictures (N, H, W, C)."""
    return np.random.default_rng(7).integers(0, 256, (*size, channels)).astype("uint8")


def kept(features: np.ndarray) -> np.ndarray:
    """Keep of (N, H, W, C) values at even distances, the largest size beside them."""
    flat = features.ravel()
    step = max(1, flat.size // KEPT)
    return np.append(flat[::step][:KEPT], np.abs(flat).max()).astype("float32")
