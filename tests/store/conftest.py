"""A disk that can be watched, and that can fail or kill at any one of its operations."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from resnets.store import durable

OPERATIONS = ("make_folder", "write", "append", "cut", "sync", "rename", "remove")


class Killed(BaseException):
    """Stands for SIGKILL: nothing that catches errors may see it, and nothing is cleaned up."""


class Disk:
    """Every file operation of the room, counted; at `stop_at` it is stopped.

    `before`: the operation does not happen. `after`: it does, and nothing more. `torn`: half of
    the bytes are written; for other operations like `before`.
    """

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.log: list[tuple[str, str]] = []
        self.stop_at = -1
        self.when = "before"
        self.failure: BaseException = Killed()
        for name in OPERATIONS:
            monkeypatch.setattr(durable, name, self._watched(name, getattr(durable, name)))

    def reset(self, stop_at: int = -1, when: str = "before") -> None:
        self.log.clear()
        self.stop_at, self.when = stop_at, when

    def _watched(self, name: str, real: Callable[..., None]) -> Callable[..., None]:
        def call(path: Path, *rest: Any) -> None:
            here = len(self.log) == self.stop_at
            self.log.append((name, path.name))
            if here and self.when == "torn" and name in ("write", "append"):
                real(path, rest[0][: len(rest[0]) // 2])
            elif not here or self.when == "after":
                real(path, *rest)
            if here:
                raise self.failure

        return call


@pytest.fixture
def disk(monkeypatch: pytest.MonkeyPatch) -> Disk:
    return Disk(monkeypatch)


@pytest.fixture
def killed() -> type[BaseException]:
    return Killed


@pytest.fixture
def arrays() -> Callable[[int], dict[str, dict[str, np.ndarray]]]:
    """Arrays that show which step they belong to."""

    def make(step: int) -> dict[str, dict[str, np.ndarray]]:
        return {
            "model": {"stem/kernel": np.full((3, 2), step, np.float32)},
            "optimizer": {"iterations": np.array(step, np.int64)},
        }

    return make


@pytest.fixture
def damage() -> Callable[[Path, str], None]:
    """Damage a file in one of the ways of `HOW`."""

    def do(path: Path, how: str) -> None:
        data = path.read_bytes()
        middle = len(data) // 2
        if how == "deleted":
            path.unlink()
        elif how == "flipped":
            path.write_bytes(data[:middle] + bytes([data[middle] ^ 1]) + data[middle + 1 :])
        else:
            path.write_bytes(
                {
                    "emptied": b"",
                    "halved": data[:middle],
                    "cut": data[:-1],
                    "longer": data + b"\0",
                    "zeroed": bytes(len(data)),
                }[how]
            )

    return do
