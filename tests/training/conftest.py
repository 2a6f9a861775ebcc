"""What the tests of trainings compare: every array that a run leaves."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

import resnets


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
