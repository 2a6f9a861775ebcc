"""Work on many pictures spread over threads, with the answers in order."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

Item = TypeVar("Item")
Answer = TypeVar("Answer")
Progress = Callable[[int, int], None]

CHUNK = 64  # pictures handed to a thread at once: a task costs as much as half a small picture


def worker_count(workers: int | None = None) -> int:
    """Say how many threads to use: as asked, else one a usable core, from 2 to 16.

    Pillow, zlib and hashlib let go of the interpreter lock, so threads do use the cores.

    Args:
        workers: at least 1, or None.
    """
    if workers is not None:
        return max(1, workers)
    usable = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return min(16, max(2, usable or 2))


def spread(
    function: Callable[[Item], Answer],
    items: Sequence[Item],
    *,
    workers: int | None = None,
    progress: Progress | None = None,
) -> Iterator[Answer]:
    """Apply a function to every item in threads; answers come in the order of the items.

    Args:
        function: safe to call from several threads; what it raises is raised here.
        items: taken a chunk at a time.
        workers: threads; None for one a core.
        progress: called with (done, total) after every chunk.
    """
    starts = deque(range(0, len(items), CHUNK))
    waiting: deque[Future[list[Answer]]] = deque()
    count, done = worker_count(workers), 0

    def work(start: int) -> list[Answer]:
        return [function(item) for item in items[start : start + CHUNK]]

    pool = ThreadPoolExecutor(count, thread_name_prefix="pictures")
    try:
        while starts or waiting:
            # never more than this many under way: answers must not pile up behind a slow one
            while starts and len(waiting) <= 2 * count:
                waiting.append(pool.submit(work, starts.popleft()))
            answers = waiting.popleft().result()
            yield from answers
            done += len(answers)
            if progress is not None:
                progress(done, len(items))
    finally:
        pool.shutdown(cancel_futures=True)
