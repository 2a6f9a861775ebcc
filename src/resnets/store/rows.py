"""Measurements, one JSON object a line: a cut costs at most the line that was being written."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from resnets.errors import DamageError
from resnets.store import documents, durable


def append(path: Path, row: Mapping[str, Any]) -> None:
    """Add a line; what a cut has left of the line before is taken away first.

    Raises:
        OSError: the disk is full, failing or forbidden.
    """
    whole = _whole_length(path)
    if path.exists() and path.stat().st_size > whole:
        durable.cut(path, whole)
    durable.append(path, documents.render(row, indent=None))


def read(path: Path) -> list[dict[str, Any]]:
    """Read all lines; one without its end is left out.

    Raises:
        DamageError: a line before the last is no JSON object.
    """
    if not path.exists():
        return []
    lines = path.read_bytes().split(b"\n")[:-1]
    return [_object(path, number, line) for number, line in enumerate(lines, start=1)]


def rewind(path: Path, step: int) -> None:
    """Drop the lines of later steps, and one without its end; the rest stays as it is."""
    if not path.exists():
        return
    kept = [row for row in read(path) if row.get("step", 0) <= step]
    durable.replace(path, b"".join(documents.render(row, indent=None) for row in kept))


def _whole_length(path: Path) -> int:
    """Count the bytes up to the last end of a line."""
    if not path.exists():
        return 0
    with path.open("rb") as file:
        end = file.seek(0, 2)
        while end > 0:
            start = max(0, end - 4096)
            file.seek(start)
            found = file.read(end - start).rfind(b"\n")
            if found >= 0:
                return start + found + 1
            end = start
    return 0


def _object(path: Path, number: int, line: bytes) -> dict[str, Any]:
    try:
        row = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise _damage(path, number, line) from error
    if not isinstance(row, dict):
        raise _damage(path, number, line)
    return row


def _damage(path: Path, number: int, line: bytes) -> DamageError:
    return DamageError(
        f"line {number} of {path} is no JSON object",
        received=line.decode("utf-8", "surrogateescape"),
        hint="delete that line, or bring the file back from a copy of the run",
    )
