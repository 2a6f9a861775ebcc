"""One task for one process: what to do, on what net, at which size, in which precision."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from resnets.spec import Spec

SIDE = 2048  # of the matrices whose product is the peak
Work = Callable[[], int]  # does the task once and says how many pictures that were


@dataclass(frozen=True)
class Task(Spec):
    """What a peer is told to do.

    Args:
        job: `train` a step, the `whole` of a training, `infer` a batch, `load` a batch.
        net: its name in the table of families.
        size: side of the pictures, in pixels.
        batch: pictures a step.
        precision: `float32` or `bfloat16`.
        variant: of the peer.
        peer: the peer's name.
        pictures: folder of pictures to load; empty for the other jobs.
        classes: K.
    """

    job: str
    net: str
    size: int
    batch: int
    precision: str
    variant: str
    peer: str
    pictures: str = ""
    classes: int = 10

    @property
    def policy(self) -> str:
        """Keras's name for the precision."""
        return "float32" if self.precision == "float32" else f"mixed_{self.precision}"

    def pixels_and_labels(self) -> tuple[np.ndarray, np.ndarray]:
        """Draw one batch, the same for every peer: (N, H, W, C) uint8 and (N,) labels."""
        shape = (self.batch, self.size, self.size, 3)
        pixels = np.random.default_rng(0).integers(0, 256, shape, "uint8")
        return pixels, (np.arange(self.batch) % self.classes).astype("int32")
