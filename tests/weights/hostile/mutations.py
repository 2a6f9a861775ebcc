"""Sound files with bits flipped, ends cut and lengths changed: what becomes of their arrays.

    python mutations.py COUNT [CONTAINER...]

One JSON object a container, on standard output: how many were refused, how many gave the very same
arrays, and how many gave others, with whether these kept their names, shapes and kinds of numbers.
HDF5 is parsed in this very process, so that a crash of its library would be seen as one.
"""

from __future__ import annotations

import hashlib
import io
import json
import random
import resource
import signal
import struct
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

import any_files
import numpy as np

from resnets.errors import WeightsError
from resnets.weights import hdf5
from resnets.weights.files import read_arrays
from resnets.weights.hdf5_child import answer

HANG = 5  # seconds
EXTREMES = (0, 1, 0x7F, 0x80, 0xFF, 0x7FFF, 0xFFFF, 2**31 - 1, 2**31, 2**32 - 1, 2**62, 2**63 - 1)


class Within:
    """Stands in for the process that parses HDF5."""

    def __init__(self) -> None:
        self.stdin = io.BytesIO()
        self.stdin.close = lambda: None
        self.stdout = self
        self._answer: io.BytesIO | None = None

    def readinto(self, into: memoryview) -> int:
        """Answer at the first call; what h5py raises later is what ends the real process."""
        if self._answer is None:
            self._answer = io.BytesIO()
            try:
                answer(self.stdin.getvalue()[8:], self._answer)
            except (OSError, RuntimeError, ValueError, MemoryError):
                self._answer.seek(0, io.SEEK_END)
            self._answer.seek(0)
        return self._answer.readinto(into)

    def kill(self) -> None:
        """Nothing to end."""

    def wait(self) -> int:
        """As if it had failed."""
        return 1

    def close(self) -> None:
        """Nothing to close."""


def mutated(data: bytes, rng: random.Random) -> tuple[str, bytes]:
    """One change: a bit, a cut, or a number of 1, 2, 4 or 8 bytes."""
    how = rng.choice(("flip", "flip", "cut", "length"))
    place = rng.randrange(len(data))
    if how == "cut":
        # Half of the cuts in the last 4 KiB, where a reader might think that it is done.
        return how, data[: rng.choice((place, max(0, len(data) - 1 - place % 4096)))]
    changed = bytearray(data)
    if how == "flip":
        changed[place] ^= 1 << rng.randrange(8)
    else:
        size, form = rng.choice(((1, "<B"), (2, "<H"), (4, "<I"), (8, "<Q")))
        place = min(place, len(data) - size)
        number = rng.choice(EXTREMES) & (2 ** (8 * size) - 1)
        changed[place : place + size] = struct.pack(form, number)
    return how, bytes(changed)


def digest(arrays: dict[str, np.ndarray]) -> tuple[str, str]:
    """SHA-256 of what arrays are called and look like, and of that with their numbers."""
    form = json.dumps(sorted((n, str(a.dtype), list(a.shape)) for n, a in arrays.items()))
    whole = hashlib.sha256(form.encode())
    for name in sorted(arrays):
        whole.update(arrays[name].tobytes())
    return form, whole.hexdigest()


def judge(path: Path, sound: tuple[str, str]) -> str:
    """Read one file."""
    try:
        form, whole = digest(read_arrays(path).arrays)
    except WeightsError as error:
        told = str(path) in str(error) and "(rule: " in str(error)
        return "refused" if told else "refused without a word"
    if whole == sound[1]:
        return "same"
    return "other numbers" if form == sound[0] else "other names or shapes"


def main() -> None:
    """Change, read, count."""
    count, wanted = int(sys.argv[1]), sys.argv[2:]
    resource.setrlimit(resource.RLIMIT_AS, (4 << 30, 4 << 30))
    hdf5.start = Within
    with tempfile.TemporaryDirectory() as folder:
        for ending, data in any_files.sound_files().items():
            if wanted and ending not in wanted:
                continue
            path = Path(folder) / f"file.{ending}"
            path.write_bytes(data)
            sound = digest(read_arrays(path).arrays)
            rng = random.Random(20151210)
            found: Counter[str] = Counter()
            slowest = 0.0
            for _ in range(count):
                how, changed = mutated(data, rng)
                if changed == data:
                    continue
                path.write_bytes(changed)
                signal.alarm(HANG)
                began = time.perf_counter()
                verdict = judge(path, sound)
                slowest = max(slowest, time.perf_counter() - began)
                signal.alarm(0)
                found[verdict] += 1
                found[f"{how} {verdict}"] += 1
            said = {"ending": ending, "bytes": len(data), "slowest": round(slowest, 3)}
            print(json.dumps(said | dict(found)), flush=True)


if __name__ == "__main__":
    main()
