"""What every test has: the project's folder, its larger data, and oneDNN switched on first."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

import resnets  # noqa: F401  before any Keras, since TensorFlow reads the oneDNN switch only once

ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="session")
def root() -> Path:
    """The repository."""
    return ROOT


@pytest.fixture(scope="session")
def shared_folder() -> Path:
    """The folder of larger data beside the repository, whether it is there or not."""
    return Path(os.environ.get("RESNETS_SHARED", ROOT.parent / "shared"))


@pytest.fixture(scope="session")
def shared(shared_folder: Path) -> Path:
    """The folder of larger data; a test that needs it is skipped where there is none."""
    if not shared_folder.is_dir():
        pytest.skip(f"no shared data: {shared_folder} is no folder (set RESNETS_SHARED)")
    return shared_folder


@pytest.fixture(scope="session")
def shared_file(shared: Path) -> Callable[[str], Path]:
    """Find one thing in the shared data, or skip the test naming what is missing."""

    def find(name: str) -> Path:
        if not (shared / name).exists():
            pytest.skip(f"shared data lacks {shared / name}")
        return shared / name

    return find
