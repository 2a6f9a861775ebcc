"""Workers: order, errors, progress, and no answers that pile up."""

from __future__ import annotations

import threading

import pytest

from resnets.data.workers import CHUNK, spread, worker_count


@pytest.mark.parametrize("workers", (1, 3, None))
def test_answers_come_in_order(workers: int | None) -> None:
    items = range(3 * CHUNK + 5)
    assert list(spread(lambda item: item * 2, items, workers=workers)) == [2 * i for i in items]
    assert list(spread(str, [], workers=workers)) == []


def test_progress_ends_at_the_total() -> None:
    seen: list[tuple[int, int]] = []
    list(spread(abs, range(2 * CHUNK + 1), progress=lambda *now: seen.append(now)))
    assert seen == [(CHUNK, 2 * CHUNK + 1), (2 * CHUNK, 2 * CHUNK + 1), (2 * CHUNK + 1,) * 2]


def test_an_error_in_a_thread_is_raised_here() -> None:
    with pytest.raises(ZeroDivisionError):
        list(spread(lambda item: 1 // item, [3, 2, 1, 0]))


def test_answers_do_not_pile_up_behind_a_slow_one() -> None:
    gate, done = threading.Event(), []

    def work(item: int) -> int:
        if item == 0:
            gate.wait(10)
        done.append(item)
        return item

    def watch() -> None:
        # the other thread has finished all it was given once its last chunk is done
        while len(done) < 4 * CHUNK and watcher_runs.is_set():
            pass
        gate.set()

    watcher_runs = threading.Event()
    watcher_runs.set()
    watcher = threading.Thread(target=watch)
    answers = spread(work, range(40 * CHUNK), workers=2)
    watcher.start()
    assert next(answers) == 0
    assert len(done) <= 6 * CHUNK
    watcher_runs.clear()
    watcher.join()
    answers.close()


def test_worker_count() -> None:
    assert worker_count(5) == 5
    assert worker_count(0) == 1
    assert 2 <= worker_count() <= 16
