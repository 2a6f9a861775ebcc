"""A whole training: its second epoch, with feed, metrics, progress and saves, not validation."""

from __future__ import annotations

import tempfile
from typing import Any

import numpy as np

from resnets.benchmarks.task import Task
from resnets.training import train

STEPS = 40  # of an epoch, at least: a save at its end must weigh no more than in real epochs
EPOCHS = 2  # the first compiles, and is not counted
LEFT = 0.7  # share of the pictures that the splits leave for training, rounded down


def measure(task: Task) -> dict[str, Any]:
    """Train on the photographs of the task, or on drawn pixels where it has none.

    Returns:
        `pictures` trained on and the `seconds` it took, as the run's own state tells them.
    """
    with tempfile.TemporaryDirectory() as folder:
        run = train(
            task.pictures or _pixels(task),
            model=task.net,
            epochs=EPOCHS,
            size=task.size,
            batch=task.batch,
            precision=task.precision,
            out=folder,
            silent=True,
        )
        seconds = run.state["seconds"]
        return {"pictures": run.state["pictures_per_second"] * seconds, "seconds": [seconds]}


def _pixels(task: Task) -> tuple[np.ndarray, np.ndarray]:
    count = int(STEPS * task.batch / LEFT)
    shape = (count, task.size, task.size, 3)
    pixels = np.random.default_rng(0).integers(0, 256, shape, "uint8")
    return pixels, (np.arange(count) % task.classes).astype("int32")
