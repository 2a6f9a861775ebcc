"""How much memory pictures may take: a share of what the machine or any limit leaves free."""

from __future__ import annotations

import os
import sys
from pathlib import Path

if sys.platform != "win32":
    import resource

SHARE = 1 / 3  # a net, its optimizer and an engine's buffers need the rest
FALLBACK = 2**30  # bytes taken as free where no system file says

_MEMINFO = Path("/proc/meminfo")
_STATUS = Path("/proc/self/status")
_GROUP = Path("/proc/self/cgroup")
_MOUNT = Path("/sys/fs/cgroup")


def free_memory(
    meminfo: Path = _MEMINFO,
    group: Path = _GROUP,
    mount: Path = _MOUNT,
    fallback: int = FALLBACK,
) -> int:
    """Count the bytes to be had without swapping: the machine's, the container's, the process's.

    Args:
        meminfo: Linux's account of the machine; its MemAvailable counts caches that can be freed.
        group: which control group this process is in.
        mount: where control groups are mounted; version 2 and version 1 are read.
        fallback: bytes taken as free where no account of the machine can be read.

    Returns:
        The smallest of them, at least 0.
    """
    free = [_machine(meminfo, fallback), *_limits(group, mount), *_process()]
    return max(0, min(free))


def budget(share: float = SHARE) -> int:
    """Count the bytes that decoded pictures may take by default.

    Args:
        share: of what is free at this moment, from 0 to 1.
    """
    return int(free_memory() * share)


def _machine(meminfo: Path, fallback: int) -> int:
    try:
        for line in meminfo.read_text().splitlines():
            if line.startswith("MemAvailable:"):
                return int(line.split()[1]) * 1024
        return os.sysconf("SC_AVPHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    except (OSError, ValueError, IndexError):
        return fallback


def _limits(group: Path, mount: Path) -> list[int]:
    """What the process's own control group and every group above it still allow."""
    try:
        lines = group.read_text().splitlines()
    except OSError:
        return []
    left = []
    for line in lines:
        _, kinds, path = line.split(":", 2)
        if kinds == "":
            root, limit, used = mount, "memory.max", "memory.current"
            cache = "inactive_file"
        elif "memory" in kinds.split(","):
            root = mount / "memory"
            limit, used = "memory.limit_in_bytes", "memory.usage_in_bytes"
            cache = "total_inactive_file"
        else:
            continue
        inside = Path(path.strip("/"))
        for place in (inside, *inside.parents):
            try:
                most = int((root / place / limit).read_text())
                taken = int((root / place / used).read_text())
                left.append(most - taken + _cached(root / place / "memory.stat", cache))
            except (OSError, ValueError):  # no such file, or the word "max": no limit here
                continue
    return left


def _cached(account: Path, kind: str) -> int:
    """Count what a group has of files that were read, which it gives back when it is asked."""
    try:
        rows = (line.split() for line in account.read_text().splitlines())
        return sum(int(count) for name, count in rows if name == kind)
    except (OSError, ValueError):
        return 0


def _process() -> list[int]:
    """What `ulimit -v` and `ulimit -d` still allow, where Linux says what is used."""
    if sys.platform == "win32" or not _STATUS.exists():
        return []
    rows = (line.split() for line in _STATUS.read_text().splitlines())
    used = {row[0]: int(row[1]) * 1024 for row in rows if row[-1] == "kB"}
    kinds = ((resource.RLIMIT_AS, "VmSize:"), (resource.RLIMIT_DATA, "VmData:"))
    limits = [(resource.getrlimit(kind)[0], used[name]) for kind, name in kinds if name in used]
    return [most - taken for most, taken in limits if most != resource.RLIM_INFINITY]
