"""JSON documents: numbers of NumPy and names that are not UTF-8 included, replaced in one step."""

from __future__ import annotations

import json
import math
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from resnets.errors import DamageError
from resnets.store import durable


def render(data: Mapping[str, Any], *, indent: int | None = 2) -> bytes:
    r"""Write an object as JSON, always in the same way.

    JSON knows no infinity: a number that is not finite becomes a text that `float` reads. Names
    that are not UTF-8 become escapes (`\udcff`) and come back as they were.

    >>> render({"loss": float("nan"), "step": np.int64(3)}, indent=None)
    b'{"loss": "nan", "step": 3}\n'
    """
    text = json.dumps(_plain(data), indent=indent, ensure_ascii=True, allow_nan=False)
    return f"{text}\n".encode("ascii")


def write(path: Path, data: Mapping[str, Any]) -> None:
    """Put a document in its place; after a cut at any moment it is the old one or the new."""
    durable.replace(path, render(data))


def read(path: Path) -> dict[str, Any]:
    """Read a document.

    Raises:
        DamageError: it is missing, cannot be read, or is no JSON object.
    """
    try:
        data = json.loads(path.read_bytes())
    except OSError as error:
        raise DamageError(
            f"{path} cannot be read", received=error.strerror or str(error), hint=_REMEDY
        ) from error
    except (ValueError, RecursionError) as error:
        raise DamageError(f"{path} is no JSON", received=str(error), hint=_REMEDY) from error
    if not isinstance(data, dict):
        raise DamageError(f"{path} holds no JSON object", received=data, hint=_REMEDY)
    return data


_REMEDY = "bring the file back from a copy of the run, or train again"


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {str(name): _plain(item) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if isinstance(value, np.ndarray | np.generic):
        return _plain(value.tolist())
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    if isinstance(value, os.PathLike):
        return os.fspath(value)
    return value
