"""Random numbers that are a pure function of seed, epoch and picture, whatever was drawn before."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

ORDER = 1_000_003  # the draw that orders an epoch; augmentations number theirs from 0

_ALL = 0xFFFF_FFFF_FFFF_FFFF
_GAMMA = 0x9E37_79B9_7F4A_7C15  # 2^64 over the golden ratio


def mixed(values: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Scatter 64-bit numbers so that neighbours share nothing (splitmix64's finaliser).

    Steele, Lea, Flood 2014, "Fast splittable pseudorandom number generators", figure 15. It is a
    bijection, and it is spelled out here so that no release of NumPy can change what it gives.

    Args:
        values: any shape.
    """
    z = values.astype(np.uint64) + np.uint64(_GAMMA)
    z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58_476D_1CE4_E5B9)
    z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D0_49BB_1331_11EB)
    return z ^ (z >> np.uint64(31))


def hashes(
    seed: int, epoch: int, ids: NDArray[np.integer] | Sequence[int], draw: int
) -> NDArray[np.uint64]:
    """Give each id 64 random bits that depend on (seed, epoch, id, draw) alone.

    Args:
        seed: any whole number.
        epoch: counted from 0.
        ids: (N,) pictures.
        draw: which of a picture's random numbers this is.

    Returns:
        (N,).
    """
    key = np.zeros(1, np.uint64)
    for part in (seed, epoch, draw):
        key = mixed(key ^ np.uint64(part & _ALL))
    return mixed(mixed(np.asarray(ids).astype(np.uint64)) ^ key)


def uniforms(
    seed: int, epoch: int, ids: NDArray[np.integer] | Sequence[int], draw: int
) -> NDArray[np.float64]:
    """Give each id a number from 0 (included) to 1 (excluded); see `hashes`.

    Args:
        seed: any whole number.
        epoch: counted from 0.
        ids: (N,) pictures.
        draw: which of a picture's random numbers this is.

    Returns:
        (N,), multiples of 2^-53.

    >>> uniforms(0, 0, [3], draw=0)[0] == uniforms(0, 0, [1, 2, 3], draw=0)[2]
    np.True_
    """
    bits = hashes(seed, epoch, ids, draw) >> np.uint64(11)
    return bits.astype(np.float64) * 2.0**-53


def permutation(count: int, seed: int, epoch: int) -> NDArray[np.int64]:
    """Shuffle 0 ... count - 1: the order of an epoch.

    Args:
        count: at least 0.
        seed: any whole number.
        epoch: counted from 0.

    Returns:
        (count,).
    """
    keys = hashes(seed, epoch, np.arange(count), ORDER)
    return np.argsort(keys, kind="stable").astype(np.int64)
