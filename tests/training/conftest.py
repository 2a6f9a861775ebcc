"""One small net trained on drawn shapes, shared by the tests that only read it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import resnets
from resnets.training import Run

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
def tiny() -> dict[str, Any]:
    return TINY


@pytest.fixture(scope="session")
def run(tmp_path_factory: pytest.TempPathFactory) -> Run:
    return resnets.train("shapes", out=tmp_path_factory.mktemp("runs"), **TINY)


@pytest.fixture(scope="session")
def final_arrays() -> Callable[[Path], dict[str, np.ndarray]]:
    """Read every array of a run's newest checkpoint and of its best weights, with their state."""

    def read(path: Path) -> dict[str, np.ndarray]:
        folder = resnets.load(path).folder
        newest, best = folder.newest(), folder.best()
        assert newest is not None
        assert best is not None
        arrays = {f"best/{name}": array for name, array in best.arrays("model").items()}
        for key in ("model", "optimizer"):
            arrays |= {f"{key}/{name}": array for name, array in newest.arrays(key).items()}
        # How long it took, and over how many pictures that was taken, differ from run to run.
        position = dict(newest.state["position"])
        del position["seconds"], position["pictures"]
        arrays["position"] = np.array(repr((newest.step, best.step, position)))
        return arrays

    return read
