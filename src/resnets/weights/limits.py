"""What the process that parses HDF5 may take of memory, processor time and files."""

from __future__ import annotations

import sys
from pathlib import Path

from resnets.weights.foreign import RATIO

SMALL = 1 << 20  # bytes that are allowed beyond any ratio
MEMORY = 96 << 20  # bytes for the structure of a file, beside the file itself
SECONDS = 5  # of processor time, and one more for each `PACE` bytes
PACE = 20_000_000


def limit_process(size: int) -> None:
    """Take away from this process what the parsing of a file of that size does not need.

    No file can be opened any more, none written to, no core dumped; memory and processor time
    are bounded. Windows has no such limits; there the parent's clock alone remains.
    """
    if sys.platform == "win32":
        return
    import resource

    base = _address_space()
    most = base + MEMORY + (RATIO + 2) * size if base else resource.RLIM_INFINITY
    soft = base + MEMORY + size if base else resource.RLIM_INFINITY
    used = int(sum(resource.getrusage(resource.RUSAGE_SELF)[:2])) + 1
    _set(resource.RLIMIT_AS, soft, most)
    _set(resource.RLIMIT_CPU, used + seconds(size), used + seconds(size) + 1)
    _set(resource.RLIMIT_FSIZE, 0, 0)
    _set(resource.RLIMIT_CORE, 0, 0)
    _set(resource.RLIMIT_NOFILE, 3, 3)


def make_room(largest: int) -> None:
    """Allow for the largest array, once the structure of the file is known and sound."""
    if sys.platform == "win32":
        return
    import resource

    soft, most = resource.getrlimit(resource.RLIMIT_AS)
    if soft != resource.RLIM_INFINITY:
        _set(resource.RLIMIT_AS, min(soft + 3 * largest, most), most)


def seconds(size: int) -> int:
    """How long a file of that size may take, in seconds of processor time."""
    return SECONDS + size // PACE


def _address_space() -> int:
    """How much this process has reserved, in bytes; 0 where the system does not say."""
    said = Path("/proc/self/statm")
    if not said.exists():
        return 0
    import resource

    return int(said.read_bytes().split()[0]) * resource.getpagesize()


def _set(what: int, soft: int, hard: int) -> None:
    import resource

    _, allowed = resource.getrlimit(what)
    if allowed != resource.RLIM_INFINITY:
        soft, hard = min(soft, allowed), min(hard, allowed)
    resource.setrlimit(what, (soft, hard))
