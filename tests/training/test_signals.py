"""Signals as wishes: the first is noted, the second acts."""

import os
import signal
import threading
from collections.abc import Iterator

import pytest

from resnets.training.signals import Signals


@pytest.fixture(autouse=True)
def ready() -> Iterator[None]:
    """Python's own handler for SIGINT: a suite started in the background would ignore it."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.mark.parametrize(
    ("number", "kind"), ((signal.SIGINT, KeyboardInterrupt), (signal.SIGTERM, SystemExit))
)
def test_the_first_is_noted_and_obeyed_at_leave(number: int, kind: type[BaseException]) -> None:
    with Signals() as signals:
        os.kill(os.getpid(), number)
        assert signals.received == number
        with pytest.raises(kind) as caught:
            signals.leave()
    if kind is SystemExit:
        assert caught.value.args == (143,)


def test_the_second_sigint_acts_at_once() -> None:
    with Signals():
        os.kill(os.getpid(), signal.SIGINT)
        with pytest.raises(KeyboardInterrupt):
            os.kill(os.getpid(), signal.SIGINT)


def test_handlers_are_given_back() -> None:
    before = signal.getsignal(signal.SIGTERM)
    with Signals():
        assert signal.getsignal(signal.SIGTERM) != before
    assert signal.getsignal(signal.SIGTERM) == before


def test_outside_the_main_thread_nothing_is_noted() -> None:
    seen = []

    def enter() -> None:
        with Signals() as signals:
            seen.append(signals.received)

    thread = threading.Thread(target=enter)
    thread.start()
    thread.join()
    assert seen == [None]
