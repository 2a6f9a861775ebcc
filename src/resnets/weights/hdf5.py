"""The containers h5 and weights-h5: parsed in a process of its own, whose answer is checked."""

from __future__ import annotations

import json
import math
import os
import struct
import subprocess
import sys
import threading
from typing import Any, BinaryIO, Protocol

import numpy as np

from resnets.weights.configuration import checked
from resnets.weights.foreign import HEADER, RATIO, RULES, Look, Refusal
from resnets.weights.limits import SMALL, seconds
from resnets.weights.slots import DTYPES, check_dtype, check_shapes, finished

SIGNATURE = b"\x89HDF\r\n\x1a\n"
WAIT = 15  # seconds on the clock beside the processor's, for a machine that others use

_PROGRAM = (
    "import sys; sys.path[:] = sys.argv[1:];from resnets.weights.hdf5_child import main; main()"
)
_END_OF_FILE = {0: 40, 1: 44, 2: 28, 3: 28}  # where each version of the superblock says it


class Process(Protocol):
    """What is asked of the process: two pipes, and a way to end it."""

    stdin: BinaryIO
    stdout: BinaryIO

    def kill(self) -> None:
        """End it at once."""

    def wait(self) -> int:
        """Wait for its end; how it ended."""


def start() -> Process:
    """Start the process: with Python's path and nothing else of this one's surroundings."""
    path = [part for part in sys.path if part and os.path.isabs(part)]
    found = ("SYSTEMROOT", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH")  # without which it may not start
    kept = {name: os.environ[name] for name in found if name in os.environ}
    return subprocess.Popen(  # type: ignore[return-value]
        [sys.executable, "-I", "-c", _PROGRAM, *path],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env=kept | {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"},
    )


def read_hdf5(data: bytes | bytearray, look: Look) -> tuple[dict[str, np.ndarray], dict[str, str]]:
    """Read an HDF5 file.

    Args:
        data: the file.
        look: called with the shapes, before an array is read.

    Returns:
        The arrays by their path in the file; and facts, a configuration among them.

    Raises:
        Refusal: the file breaks a rule, or the process that parses it failed.
    """
    _check_superblock(data)
    size = len(data)
    process = start()
    clock = threading.Timer(WAIT + seconds(size), process.kill)
    clock.start()
    try:
        _send(process, data)
        header = _header(process)
        slots = _slots(header["arrays"], size)
        facts = _checked_facts(header["facts"])
        look({name: shape for name, _, shape in slots})
        arrays = {name: _array(process, name, dtype, shape) for name, dtype, shape in slots}
    finally:
        clock.cancel()
        process.kill()
        process.wait()
        process.stdin.close()
        process.stdout.close()
    return arrays, facts


def kind_of(arrays: dict[str, np.ndarray]) -> str:
    """Tell the layout of Keras 3 (`.../vars/0`) from the older one by its names."""
    return "weights-h5" if any("vars" in name.split("/")[:-1] for name in arrays) else "h5"


def _check_superblock(data: bytes | bytearray) -> None:
    """Hold the file's length against the one that it was closed with."""
    version, wide = (data[8], data[9 if data[8] >= 2 else 13]) if len(data) > 48 else (9, 0)
    at = _END_OF_FILE.get(version)
    if at is None or wide != 8:
        raise Refusal("whole", "it begins like HDF5 and goes on otherwise", received=version)
    (end,) = struct.unpack_from("<Q", data, at)
    if end != len(data):
        raise Refusal(
            "whole",
            f"it was closed with {end} bytes and has {len(data)}",
            received=len(data),
            hint="the download is incomplete, or something was added; fetch the file again",
        )


def _send(process: Process, data: bytes | bytearray) -> None:
    try:
        process.stdin.write(struct.pack("<Q", len(data)))
        process.stdin.write(data)
        process.stdin.flush()
    except BrokenPipeError:
        raise _failed(process) from None


def _header(process: Process) -> dict[str, Any]:
    """Read the description of the arrays, and check it as if a stranger had written it."""
    (length,) = struct.unpack("<Q", _bytes(process, 8))
    if length > 2 * HEADER:
        raise Refusal("process of its own", "its answer is too long", received=length)
    try:
        header = json.loads(_bytes(process, length))
    except (ValueError, RecursionError):
        header = None
    if not _is_sound(header):
        raise Refusal("process of its own", "its answer is none", received=length)
    if "refused" in header:
        rule, what, received, hint = header["refused"]
        raise Refusal(rule if rule in RULES else "whole", what, received=received, hint=hint)
    return dict(header)


def _is_sound(header: Any) -> bool:
    if not isinstance(header, dict):
        return False
    if "refused" in header:
        parts = header["refused"]
        return isinstance(parts, list) and len(parts) == 4 and all(type(p) is str for p in parts)
    arrays, facts = header.get("arrays"), header.get("facts")
    return (
        isinstance(arrays, list)
        and all(isinstance(one, list) and len(one) == 3 for one in arrays)
        and all(type(part) is str for name, dtype, _ in arrays for part in (name, dtype))
        and all(isinstance(shape, list) for _, _, shape in arrays)
        and all(type(side) is int for _, _, shape in arrays for side in shape)
        and isinstance(facts, dict)
        and all(type(fact) is str for fact in facts.values())
    )


def _slots(said: list[Any], size: int) -> list[tuple[str, str, tuple[int, ...]]]:
    slots = [(name, dtype, tuple(shape)) for name, dtype, shape in said]
    check_shapes({name: shape for name, _, shape in slots})
    for name, dtype, _ in slots:
        check_dtype(name, dtype)
    total = sum(math.prod(shape) * DTYPES[dtype].itemsize for _, dtype, shape in slots)
    if total > RATIO * size + SMALL:
        raise Refusal("limits", f"it declares {total} bytes of arrays in {size}", received=total)
    return slots


def _checked_facts(facts: dict[str, str]) -> dict[str, str]:
    if "model_config" in facts:
        facts["config"] = checked(facts.pop("model_config").encode(), "its model_config")
    return facts


def _array(process: Process, name: str, dtype: str, shape: tuple[int, ...]) -> np.ndarray:
    array = np.empty(shape, DTYPES[dtype])
    _fill(process, array.reshape(-1).data.cast("B"))
    return finished(name, dtype, array)


def _bytes(process: Process, size: int) -> bytes:
    data = bytearray(size)
    _fill(process, memoryview(data))
    return bytes(data)


def _fill(process: Process, into: memoryview) -> None:
    """Fill a buffer from the process; one that ends before that has failed."""
    at = 0
    while at < len(into):
        count = process.stdout.readinto(into[at:])  # type: ignore[attr-defined]
        if not count:
            raise _failed(process)
        at += count


def _failed(process: Process) -> Refusal:
    process.kill()
    code = process.wait()
    return Refusal(
        "process of its own",
        "the process that parses it did not come to its end",
        received=f"signal {-code}" if code < 0 else f"exit code {code}",
    )
