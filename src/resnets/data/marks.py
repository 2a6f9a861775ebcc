"""What tells that a picture's bytes may have changed, as numbers that cost no reading of them."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

Mark = Callable[[str], tuple[int, ...]]
Marks = NDArray[np.int64]

YOUNG = 2 * 10**9  # nanoseconds; the coarsest clock of a file system (FAT's) has steps of 2 s

_NEVER = (2**62,) * 5  # for what is not there: younger than any clock, so never believed
_MOST = 2**63 - 1  # inodes of some file systems have 64 bits, and columns are signed


def mark_of(facts: os.stat_result) -> tuple[int, ...]:
    """Give a file's time of change and of modification (ns), size, inode and device.

    The time of change is the one that nobody can set back, and a file that takes another's place
    brings an inode of its own. (Windows keeps no time of change: there it is that of creation.)
    """
    numbers = (facts.st_ctime_ns, facts.st_mtime_ns, facts.st_size, facts.st_ino, facts.st_dev)
    return tuple(number & _MOST for number in numbers)


def mark_below(root: str) -> Mark:
    """Give the way from a path below a folder to its mark, links followed."""

    def mark(path: str) -> tuple[int, ...]:
        try:
            return mark_of(os.stat(os.path.join(root, path)))
        except (OSError, ValueError):
            return _NEVER

    return mark


def marks_of(mark: Mark, paths: Sequence[str]) -> Marks:
    """Take the marks of all pictures, (N, 5) or more numbers."""
    return np.array([mark(path) for path in paths], np.int64)


def settled(marks: Marks, now: int) -> NDArray[np.bool_]:
    """Tell which files can be known again by their marks.

    A file that was written a moment ago may be written again within the same tick of its clock,
    and would look the same.

    Args:
        marks: (N, 5) or more.
        now: time in nanoseconds, taken before the marks.

    Returns:
        (N,).
    """
    return marks[:, :2].max(axis=1) < now - YOUNG
