"""Pictures decoded once and kept as far as memory allows, and batches as a function of the step."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from resnets.data.augment import Augment, augment
from resnets.data.decode import QUIET, Pixels
from resnets.data.memory import budget
from resnets.data.preprocess import Preprocess, prepare_picture
from resnets.data.randomness import permutation
from resnets.data.shrinking import shrunk
from resnets.data.sources import Source
from resnets.data.spill import Spill
from resnets.data.workers import Progress, spread
from resnets.errors import PictureError, UsageError


class Pictures:
    """The prepared pictures of a split: every one is decoded when this is made.

    Those that fit are kept in one array, what it has no room for in a file (see `Spill`); the
    others are decoded again whenever they are asked for. All three give the same pixels.
    So memory stays below `memory`, and what single pictures need while they are decoded
    (`limits.pixels` times 4 bytes for each thread at the very most).

    Args:
        source: where they are.
        indices: which of them, as in a split.
        preprocess: the net's input.
        memory: bytes that may be kept; None for a third of what is free.
        disk: bytes that may be written to the disk; None for as many as that leaves free.
        workers: threads that decode now; None for one a core. Later whoever asks decodes.
        progress: called with (done, total) now and then while decoding.

    Attributes:
        indices: (N,) those that could be decoded; all positions count along it.
        bad: the reason, by index into the source, why one could not; they are left out.
        kept: how many are in memory, the first ones.
    """

    def __init__(
        self,
        source: Source,
        indices: NDArray[np.int64] | Sequence[int],
        preprocess: Preprocess,
        *,
        memory: int | None = None,
        disk: int | None = None,
        workers: int | None = None,
        progress: Progress | None = None,
    ) -> None:
        self.source, self.preprocess = source, preprocess
        wanted = np.asarray(indices, np.int64)
        size = int(np.prod(preprocess.shape))
        room = max(0, budget() if memory is None else memory) // size
        self._array = np.empty((min(len(wanted), room), *preprocess.shape), np.uint8)
        self._spill = Spill(size, 0 if room >= len(wanted) else disk)
        self.bad: dict[int, str] = {}
        good: list[int] = []
        with QUIET:
            read = spread(self._try, wanted.tolist(), workers=workers, progress=progress)
            for index, found in zip(wanted.tolist(), read, strict=True):
                if isinstance(found, str):
                    self.bad[index] = found
                    continue
                if len(good) < len(self._array):
                    self._array[len(good)] = found
                else:
                    self._spill.add(found)
                good.append(index)
        self.indices = np.asarray(good, np.int64)
        self.kept = min(len(good), len(self._array))

    def __len__(self) -> int:
        return len(self.indices)

    @property
    def shape(self) -> tuple[int, int, int]:
        """(H, W, C) of each."""
        return self.preprocess.shape

    @property
    def spilled(self) -> int:
        """How many are on the disk, those after the kept ones."""
        return len(self._spill)

    @property
    def nbytes(self) -> int:
        """Bytes of the pictures that are kept."""
        return self._array.nbytes

    def get(self, positions: NDArray[np.integer] | Sequence[int]) -> Pixels:
        """Give pictures by position, 0 to N - 1; safe to call from several threads.

        Args:
            positions: (B,).

        Returns:
            (B, H, W, C), a copy.

        Raises:
            PictureError: one that is not kept could be read before, and cannot now.
        """
        wanted = np.asarray(positions, np.int64)
        if self.kept == len(self):
            return self._array[wanted]
        result = np.empty((len(wanted), *self.shape), np.uint8)
        inside = wanted < self.kept
        result[inside] = self._array[wanted[inside]]
        with QUIET:
            for place in np.flatnonzero(~inside).tolist():
                position = int(wanted[place])
                if not self._spill.read(position - self.kept, result[place]):
                    result[place] = self._read(int(self.indices[position]))
        return result

    def _read(self, index: int) -> Pixels:
        path = self.source.paths[index]
        data = self.source.read(index, self.preprocess.limits.bytes)
        return prepare_picture(data, self.preprocess, path)

    def _try(self, index: int) -> Pixels | str:
        try:
            return self._read(index)
        except PictureError as error:
            return error.what


class Batches:
    """Batches as a pure function of (seed, epoch, step).

    The order is a permutation of (seed, epoch); what happens to a picture depends on (seed, epoch,
    its position). Nothing else is remembered, so going on in the middle is starting there.

    Args:
        pictures: N of them.
        labels: (N,) class indices, in the order of the pictures.
        batch: pictures a step, at least 1.
        seed: of order and augmentation.
        augment: what to do to the pictures; None to leave them.
        shuffle: False to go through them in order.
        drop_last: leave out the last, incomplete batch of an epoch.
        sides: (H, W) that the pictures of a step are shrunk to, steps counted through all epochs
            from 0; None to leave them.

    Raises:
        UsageError: the batch is below 1, or no whole one is there; or labels and pictures differ
            in number.
    """

    def __init__(
        self,
        pictures: Pictures,
        labels: NDArray[np.integer] | Sequence[int],
        *,
        batch: int,
        seed: int = 0,
        augment: Augment | None = None,
        shuffle: bool,
        drop_last: bool,
        sides: Callable[[int], tuple[int, int]] | None = None,
    ) -> None:
        if batch < 1 or (drop_last and batch > len(pictures)):
            raise UsageError(
                f"the batch is out of range for {len(pictures)} pictures",
                received=batch,
                hint=f"give 1 to {len(pictures)}",
            )
        self._source = pictures
        self._labels = np.asarray(labels, np.int32)
        if len(self._labels) != len(pictures):
            raise UsageError(
                f"there are labels for other pictures than the {len(pictures)}",
                received=f"{len(self._labels)} labels",
                hint="take those at pictures.indices",
            )
        self.seed, self.augment, self.shuffle, self.sides = seed, augment, shuffle, sides
        self.batch_size = batch
        self.pictures = len(pictures)
        whole, rest = divmod(len(pictures), batch)
        self.steps = whole + (1 if rest and not drop_last else 0)
        self._order: tuple[int, NDArray[np.int64]] = (-1, np.zeros(0, np.int64))

    @property
    def shape(self) -> tuple[int, int, int]:
        """(H, W, C) of each picture."""
        return self._source.shape

    def ids(self, epoch: int, step: int) -> NDArray[np.int64]:
        """Say which pictures a batch has, as positions.

        Args:
            epoch: counted from 0.
            step: within the epoch, from 0 to `steps` - 1.

        Returns:
            (B,), fewer than `batch_size` in an incomplete last batch.

        Raises:
            UsageError: there is no such step.
        """
        if epoch < 0 or not 0 <= step < self.steps:
            raise UsageError(
                f"there is no such step in epochs of {self.steps} steps",
                received=f"epoch {epoch}, step {step}",
                hint="both count from 0",
            )
        known, order = self._order
        if known != epoch or not self.shuffle:
            everything = np.arange(self.pictures)
            order = permutation(self.pictures, self.seed, epoch) if self.shuffle else everything
            self._order = (epoch, order)  # one assignment: other threads see the old or the new
        return order[step * self.batch_size : (step + 1) * self.batch_size]

    def paths(self, epoch: int, step: int) -> list[str]:
        """Name the pictures of a batch, as the source does."""
        source, indices = self._source.source, self._source.indices[self.ids(epoch, step)]
        return [source.paths[index] for index in indices.tolist()]

    def batch(self, epoch: int, step: int) -> tuple[Pixels, NDArray[np.int32]]:
        """Make one batch; the same arguments give the same bytes, in any thread.

        Args:
            epoch: counted from 0.
            step: within the epoch, from 0 to `steps` - 1.

        Returns:
            (B, H, W, C) pictures and (B,) labels.

        Raises:
            UsageError: there is no such step.
            PictureError: a picture that is not kept cannot be read any more.
        """
        ids = self.ids(epoch, step)
        pictures = self._source.get(ids)
        if self.augment is not None:
            pictures = augment(pictures, ids, seed=self.seed, epoch=epoch, spec=self.augment)
        if self.sides is not None:
            pictures = shrunk(pictures, *self.sides(epoch * self.steps + step))
        return pictures, self._labels[ids]
