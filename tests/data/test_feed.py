"""Feeds: in order, from any step, for any number of threads, and errors that come through."""

from __future__ import annotations

import threading
from typing import Any

import numpy as np
import pytest

from resnets.data import Augment, Batches, Feed, Pictures, Preprocess, Source, open_source
from resnets.data import feed as module
from resnets.errors import UsageError


def batches(source: Source, **where: int | None) -> Batches:
    pictures = Pictures(source, np.arange(50), Preprocess(16, 16), **where)
    labels = source.labels[pictures.indices]
    spec = Augment(flip=True, scale_crop=(0.25, 1.0))
    return Batches(pictures, labels, batch=16, augment=spec, shuffle=True, drop_last=True)


@pytest.fixture(scope="module")
def source() -> Source:
    return open_source("shapes")


@pytest.fixture(scope="module")
def made(source: Source) -> Batches:
    return batches(source)


@pytest.mark.parametrize("workers", (None, 1, 2, 5))
@pytest.mark.parametrize(
    ("memory", "disk"), ((None, 0), (0, None), (0, 0), (20 * 16 * 16 * 3, 10 * 16 * 16 * 3))
)
def test_batches_come_in_order_from_any_step(
    memory: int | None, disk: int | None, workers: int | None, source: Source, made: Batches
) -> None:
    some = batches(source, memory=memory, disk=disk)
    with Feed(some, 1, 2, count=5, workers=workers) as feed:
        found = list(feed)
    assert [(epoch, step) for epoch, step, _, _ in found] == [
        (1, 2),
        (2, 0),
        (2, 1),
        (2, 2),
        (3, 0),
    ]
    for epoch, step, pictures, labels in found:
        expected = made.batch(epoch, step)
        assert (pictures == expected[0]).all()
        assert (labels == expected[1]).all()


def test_a_feed_has_no_end_unless_one_is_set(made: Batches) -> None:
    with Feed(made) as feed:
        places = [next(feed)[:2] for _ in range(10)]
    assert places[-1] == (3, 0)
    with pytest.raises(StopIteration):
        next(feed)


class Stub:
    """Batches of nothing, made when a gate opens."""

    steps = 10

    def __init__(self) -> None:
        self.gate, self.made = threading.Event(), 0

    def ids(self, epoch: int, step: int) -> None:
        return None

    def batch(self, epoch: int, step: int) -> tuple[int, int]:
        if step == 3:
            raise ZeroDivisionError("step 3")
        assert self.gate.wait(10)
        self.made += 1
        return epoch, step


def test_waiting_is_counted_and_little_is_made_ahead() -> None:
    stub: Any = Stub()
    feed = Feed(stub, ahead=2, workers=1)
    threading.Timer(0.05, stub.gate.set).start()
    next(feed)
    assert feed.waited > 0.03
    waited = feed.waited
    feed.close()
    feed.close()
    assert stub.made <= 2
    assert feed.waited == waited


class Slow:
    """A clock, and a pool that takes 7 seconds of it for every batch."""

    now = 0.0

    def perf_counter(self) -> float:
        return self.now

    def submit(self, *_: Any) -> Slow:
        return self

    def result(self) -> tuple[None, None]:
        self.now += 7.0
        return None, None

    def shutdown(self, **_: Any) -> None:
        pass


def test_where_loading_is_the_slower_all_time_but_the_nets_is_waiting(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    stub: Any = Stub()
    slow: Any = Slow()
    monkeypatch.setattr(module, "time", slow)
    monkeypatch.setattr(module, "ThreadPoolExecutor", lambda *_, **__: slow)
    with Feed(stub, count=5) as feed:
        for _ in feed:
            slow.now += 1.0  # a step of the net
    assert feed.waited == 35.0
    assert slow.now == 40.0


def test_an_error_in_a_thread_surfaces_at_its_place() -> None:
    stub: Any = Stub()
    stub.gate.set()
    with Feed(stub, ahead=4) as feed:
        assert [next(feed)[1] for _ in range(3)] == [0, 1, 2]
        with pytest.raises(ZeroDivisionError, match="step 3"):
            next(feed)
        with pytest.raises(StopIteration):
            next(feed)


def test_no_thread_is_left_behind(made: Batches) -> None:
    before = threading.active_count()
    with Feed(made, workers=3) as feed:
        next(feed)
    assert threading.active_count() == before


@pytest.mark.parametrize("options", ({"ahead": 0}, {"workers": 0}, {"step": 3}, {"epoch": -1}))
def test_feeds_out_of_range(options: dict[str, int], made: Batches) -> None:
    with pytest.raises(UsageError) as caught:
        Feed(made, **options)
    assert str(next(iter(options.values()))) in str(caught.value.received)
    assert caught.value.hint
