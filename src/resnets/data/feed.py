"""Batches made ahead by threads while the net computes, handed out in order."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from types import TracebackType
from typing import Any, Self

import numpy as np
from numpy.typing import NDArray

from resnets.data.batches import Batches
from resnets.data.workers import worker_count
from resnets.errors import UsageError

Batch = tuple[NDArray[np.uint8], NDArray[np.int32]]


class Feed:
    """An iterator over (epoch, step, pictures, labels) from some step on.

    Args:
        batches: what to hand out.
        epoch: of the first batch.
        step: of the first batch, within its epoch.
        count: batches to hand out; None for no end.
        ahead: batches made before they are asked for; None for two more than threads.
        workers: threads that make them, each a whole batch; None for one a core. The batches are
            the same for any number.

    Attributes:
        waited: seconds that the consumer waited for batches: near 0 where the net is the slower.

    Raises:
        UsageError: there is no such step, or a number is below 1.
    """

    def __init__(
        self,
        batches: Batches,
        epoch: int = 0,
        step: int = 0,
        *,
        count: int | None = None,
        ahead: int | None = None,
        workers: int | None = None,
    ) -> None:
        workers = worker_count() if workers is None else workers
        ahead = workers + 2 if ahead is None else ahead
        if ahead < 1 or workers < 1:
            raise UsageError(
                "a feed needs threads, and batches to make ahead",
                received=f"ahead={ahead} workers={workers}",
                hint="give at least 1 of each",
            )
        batches.ids(epoch, step)
        self.waited = 0.0
        self._batches = batches
        self._next = epoch * batches.steps + step
        self._end = None if count is None else self._next + count
        self._ahead = ahead
        self._pool = ThreadPoolExecutor(workers, thread_name_prefix="feed")
        self._made: deque[tuple[int, int, Future[Batch]]] = deque()
        self._closed = False

    def __iter__(self) -> Iterator[tuple[int, int, NDArray[np.uint8], NDArray[np.int32]]]:
        return self

    def __next__(self) -> tuple[int, int, NDArray[np.uint8], NDArray[np.int32]]:
        self._fill()
        if not self._made:
            self.close()
            raise StopIteration
        epoch, step, future = self._made.popleft()
        began = time.perf_counter()
        try:
            pictures, labels = future.result()
        except BaseException:
            self.close()
            raise
        self.waited += time.perf_counter() - began
        return epoch, step, pictures, labels

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Stop the threads; what they have not begun is not made. May be called twice."""
        self._closed = True
        self._made.clear()
        self._pool.shutdown(wait=True, cancel_futures=True)

    def _fill(self) -> None:
        while (
            not self._closed
            and len(self._made) < self._ahead
            and (self._end is None or self._next < self._end)
        ):
            epoch, step = divmod(self._next, self._batches.steps)
            task: Any = self._batches.batch
            self._made.append((epoch, step, self._pool.submit(task, epoch, step)))
            self._next += 1
