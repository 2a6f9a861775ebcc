"""The guarded process: every file to one reader, with a log of whatever Python did meanwhile.

    python corpus.py FOLDER READER [SOURCE...] && python guard.py FOLDER READER

READER is `ours` (with a process for each HDF5 file), `forked` (the same, that process forked from
this one, which is quicker), `pickle` or `keras`, which trust what they read. SOURCE leaves all but
some of the corpus aside: torch, hdf5, keras, safetensors, any. One JSON object a file goes to
FOLDER/results.jsonl as soon as it is known, so that the last line tells where a crash was.
"""

from __future__ import annotations

import json
import os
import resource
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import readers

FOLDER = Path(sys.argv[1]).resolve()
CANARY, SECRET = FOLDER / "watched" / "canary", FOLDER / "watched" / "secret"
os.environ["HOME"] = os.environ["KERAS_HOME"] = str(FOLDER / "home")

HANG = 20  # seconds
OLD = 1_000_000_000  # seconds since 1970: when the secret was last read

# What Python reports that reaches nothing.
BENIGN = {
    *("object.__getattr__", "object.__setattr__", "object.__delattr__", "sys._getframe"),
    *("array.__new__", "builtins.id", "gc.get_objects", "_thread.start_new_thread"),
    *("sys.unraisablehook", "sys.excepthook", "cpython.run_stdin"),
}


class Hang(BaseException):
    """A file took too long; no reader catches this."""


class Log:
    """What the audit hook saw, in this process and those forked from it."""

    def __init__(self) -> None:
        self._read, self._write = os.pipe()
        os.set_blocking(self._read, False)
        os.set_blocking(self._write, False)
        self.armed = False
        sys.addaudithook(self._hook)

    def _hook(self, event: str, arguments: tuple) -> None:
        if self.armed and event not in BENIGN:
            try:
                os.write(self._write, json.dumps([event, repr(arguments)[:200]]).encode() + b"\n")
            except BlockingIOError:  # a flood; what is in the pipe says enough
                return

    def taken(self) -> list[list[str]]:
        """The events since the last time."""
        text = b""
        try:
            while piece := os.read(self._read, 1 << 16):
                text += piece
        except BlockingIOError:
            pass
        return [json.loads(line) for line in text.splitlines()]


def changing(special: str, path: Path) -> Callable[[object], None]:
    """What happens to the file while it is read."""

    def change(_: object) -> None:
        with path.open("r+b") as file:
            if special == "change-shorter":
                file.truncate(path.stat().st_size - 4)
            elif special == "change-longer":
                file.seek(0, os.SEEK_END)
                file.write(b"\0" * 4)
            else:
                file.seek(-24, os.SEEK_END)
                file.write(b"\x55" * 8)
        os.utime(path, ns=(OLD, OLD))

    return change


def touched() -> list[str]:
    """What happened to the watched files; afterwards they are as before."""
    found = []
    if CANARY.is_dir():
        CANARY.rmdir()
        found.append("canary made")
    elif CANARY.exists():
        CANARY.unlink()
        found.append("canary made")
    if SECRET.stat().st_atime_ns != OLD * 10**9:
        found.append("secret read")
    os.utime(SECRET, (OLD, OLD))
    if sorted(os.listdir(SECRET.parent)) != ["secret"] or SECRET.read_bytes() != b"secret" * 100:
        found.append("watched folder changed")
    os.utime(SECRET, (OLD, OLD))
    return found


def watches_reads() -> bool:
    """Whether this file system notes when a file was read."""
    SECRET.read_bytes()
    noted = SECRET.stat().st_atime_ns != OLD * 10**9
    os.utime(SECRET, (OLD, OLD))
    return noted


def judge(item: dict[str, Any], reader: Callable, log: Log) -> dict[str, Any]:
    """Give one file to the reader."""
    path = Path(item["path"])
    look = changing(item["special"], path) if item["special"].startswith("change") else None
    if look is not None:
        os.utime(path, (OLD, OLD))
    signal.setitimer(signal.ITIMER_REAL, HANG)
    log.armed = look is None  # the change itself is ours
    began = time.perf_counter()
    try:
        verdict, said = reader(path, look)
    except Hang:
        verdict, said = "hang", ""
    except Exception as error:  # whatever comes out is the finding
        verdict, said = "traceback", f"{type(error).__name__}: {error}"
    seconds = time.perf_counter() - began
    log.armed = False
    signal.setitimer(signal.ITIMER_REAL, 0)
    return {
        **{name: item[name] for name in ("kind", "path", "code")},
        "name": path.name,
        "expected": item["verdict"],
        "verdict": verdict,
        "said": said,
        "events": [event for event in log.taken() if not readers.expected(event, path)],
        "touched": touched(),
        "seconds": round(seconds, 4),
        "peak": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss,
        "peak_of_children": resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss,
    }


def main() -> None:
    """Give the corpus to the reader file by file."""
    name = sys.argv[2]
    reader, _ = readers.READERS[name]
    os.utime(SECRET, (OLD, OLD))
    if name in ("ours", "forked"):
        for warm in sorted((FOLDER / "sound").iterdir()):
            reader(warm, None)  # what is loaded when first used is loaded now
    before = sorted(os.listdir(FOLDER / "files"))

    def hang(*_: object) -> None:
        raise Hang

    signal.signal(signal.SIGALRM, hang)
    log = Log()
    items = map(json.loads, (FOLDER / "items.jsonl").read_text(encoding="utf-8").splitlines())
    with (FOLDER / "results.jsonl").open("w", encoding="utf-8") as results:
        idle = {
            "watches_reads": watches_reads(),
            "idle": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss,
            "idle_of_children": resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss,
        }
        results.write(json.dumps(idle) + "\n")
        for item in items:
            results.write(json.dumps(judge(item, reader, log)) + "\n")
            results.flush()
        left = sorted(os.listdir(FOLDER / "files"))
        results.write(json.dumps({"end": True, "files_unchanged": left == before}) + "\n")


if __name__ == "__main__":
    main()
