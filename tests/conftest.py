"""What every test has: the project's folder, its larger data, and oneDNN switched on first."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

import resnets  # before any Keras, since TensorFlow reads the oneDNN switch only once

if TYPE_CHECKING:
    from resnets.training import Run

os.environ["RESNETS_CACHE"] = "off"  # tests leave nothing in anybody's home

ROOT = Path(__file__).resolve().parents[1]

# A net of 8 layers on pictures of 16 pixels: a step takes milliseconds, and all parts are there.
TINY: dict[str, Any] = {
    "model": "resnet20",
    "size": 16,
    "epochs": 3,
    "batch": 64,
    "settings": {"model.blocks": "[1,1,1]", "model.width": "8", "model.stem_width": "8"},
    "silent": True,
}


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


@pytest.fixture(scope="session")
def tiny() -> dict[str, Any]:
    """Options of `train` for a training of seconds."""
    return TINY


@pytest.fixture(scope="session")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    """One small net trained on drawn shapes, shared by the tests that only read it."""
    return resnets.train("shapes", out=tmp_path_factory.mktemp("runs"), **TINY)
