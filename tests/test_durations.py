"""Lengths of training: reading them, and counting their steps by hand."""

from __future__ import annotations

import math

import pytest

from resnets.durations import Duration, parse
from resnets.errors import UsageError


@pytest.mark.parametrize(
    ("text", "duration"),
    (
        ("8 epochs", Duration(8.0, "epochs")),
        ("1 epoch", Duration(1.0, "epochs")),
        ("64000 steps", Duration(64_000.0, "steps")),
        ("1e6 pictures", Duration(1_000_000.0, "pictures")),
        ("2.5 minutes", Duration(2.5, "minutes")),
        ("  .5minute ", Duration(0.5, "minutes")),
        ("1E+2 step", Duration(100.0, "steps")),
    ),
)
def test_reading(text: str, duration: Duration) -> None:
    assert parse(text) == duration


@pytest.mark.parametrize(
    "text", ("", "8", "epochs", "eight epochs", "8 weeks", "8 epochs 3 steps", "1e2e3 steps", "-")
)
def test_what_is_no_length(text: str) -> None:
    with pytest.raises(UsageError, match="a length of training is a number and a unit") as caught:
        parse(text)
    assert caught.value.received == text
    assert caught.value.hint == 'for example "8 epochs", "64000 steps" or "5 minutes"'


@pytest.mark.parametrize("text", ("0 epochs", "-3 epochs"))
def test_a_length_is_above_0(text: str) -> None:
    with pytest.raises(UsageError, match="in epochs must be a number above 0") as caught:
        parse(text)
    assert caught.value.received == float(text.split()[0])
    assert caught.value.hint == "for example 8 epochs"


@pytest.mark.parametrize("amount", (math.inf, math.nan, "8", True, 0, -1.0))
def test_an_amount_is_a_finite_number_above_0(amount: object) -> None:
    with pytest.raises(UsageError) as caught:
        Duration(amount, "steps")  # type: ignore[arg-type]
    assert caught.value.received is amount
    assert caught.value.hint


def test_an_infinite_length_cannot_be_typed() -> None:
    with pytest.raises(UsageError, match="finite number") as caught:
        parse("1e999 steps")
    assert caught.value.received == math.inf


def test_a_unit_is_one_of_four() -> None:
    with pytest.raises(
        UsageError, match=r"Duration.unit must be one of 'epochs', 'steps', "
    ) as caught:
        Duration(8, "weeks")  # type: ignore[arg-type]
    assert caught.value.received == "weeks"
    assert caught.value.hint == "give unit such a value"


@pytest.mark.parametrize(
    ("duration", "steps"),
    (
        (Duration(8, "epochs"), 8 * 351),  # 45,000 pictures in whole batches of 128
        (Duration(0.5, "epochs"), 176),  # of 175.5, to the even one
        (Duration(64_000, "steps"), 64_000),
        (Duration(1_000, "pictures"), 8),  # of 7.8
        (Duration(1, "pictures"), 1),  # never none
        (Duration(2, "minutes"), 480),  # 120 s at 0.25 s a step
    ),
)
def test_steps(duration: Duration, steps: int) -> None:
    assert duration.steps(steps_per_epoch=351, batch=128, seconds_per_step=0.25) == steps


def test_minutes_need_a_measured_step() -> None:
    with pytest.raises(
        UsageError, match="minutes become steps only once a step was measured"
    ) as caught:
        Duration(2.5, "minutes").steps(steps_per_epoch=351, batch=128)
    assert caught.value.received == "2.5 minutes"
    assert caught.value.hint == "give epochs, steps or pictures"


@pytest.mark.parametrize("text", ("8 epochs", "64000 steps", "2.5 minutes"))
def test_what_is_shown_can_be_read(text: str) -> None:
    assert str(parse(text)) == text
