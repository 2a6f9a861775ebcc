"""Where a run comes from: versions, machine, command and time, for whoever repeats it."""

from __future__ import annotations

import datetime
import importlib.metadata
import os
import platform
import sys
from collections.abc import Sequence
from typing import Any

from resnets.store.machine import machine

# Distributions whose version can change a number; those that are not installed are left out.
PACKAGES = (
    "resnets",
    "keras",
    "tensorflow",
    "tensorflow-cpu",
    "torch",
    "jax",
    "jaxlib",
    "numpy",
    "pillow",
    "safetensors",
    "scikit-learn",
)

# Settings that change speed or bits, recorded where somebody has made them.
SETTINGS = (
    "KERAS_BACKEND",
    "TF_ENABLE_ONEDNN_OPTS",
    "TF_NUM_INTRAOP_THREADS",
    "TF_NUM_INTEROP_THREADS",
    "OMP_NUM_THREADS",
    "XLA_FLAGS",
)


def provenance(command: Sequence[str] | None = None, **facts: Any) -> dict[str, Any]:
    """Describe where a run comes from.

    Args:
        command: words of the command; left out, those that this process was started with.
        **facts: whatever only the caller knows: seed, engine, device.

    Returns:
        A document for `provenance.json`.
    """
    return {
        "command": list(sys.argv if command is None else command),
        "time": now(),
        "python": platform.python_version(),
        "packages": versions(),
        "machine": machine(),
        "settings": {name: os.environ[name] for name in SETTINGS if name in os.environ},
        **facts,
    }


def versions() -> dict[str, str]:
    """Tell the versions of the packages that can change a number, without importing any."""
    found = {}
    for name in PACKAGES:
        try:
            found[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            continue
    return found


def now() -> str:
    """Tell the time as UTC, to the second: `2026-01-31T23:59:59+00:00`."""
    return datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")
