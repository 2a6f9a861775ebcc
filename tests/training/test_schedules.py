"""The learning rate at steps worked out by hand."""

import numpy as np
import pytest

from resnets.training.schedules import Knots, one_cycle, stairs


def test_between_knots_the_rate_is_on_the_straight_line() -> None:
    knots = Knots([0, 10, 30], [0.0, 1.0, 0.5])
    assert [knots.at(step) for step in (0, 5, 10, 20, 30, 99)] == [0.0, 0.5, 1.0, 0.75, 0.5, 0.5]


@pytest.mark.core
def test_the_engine_and_the_plain_number_agree() -> None:
    knots = stairs(0.1, (32_000, 48_000), 0.1, 400, 0.01)
    for step in (0, 399, 400, 31_999, 32_000, 47_999, 48_000, 64_000):
        assert float(knots(step)) == pytest.approx(knots.at(step), abs=1e-7)


def test_he2015_drops_at_32000_and_48000_after_400_steps_of_warmup() -> None:
    knots = stairs(0.1, (32_000, 48_000), 0.1, 400, 0.01)
    steps = [0, 399, 400, 31_999, 32_000, 47_999, 48_000, 63_999]
    expected = [0.01, 0.01, 0.1, 0.1, 0.01, 0.01, 0.001, 0.001]
    assert np.allclose([knots.at(step) for step in steps], expected)


def test_without_warmup_the_first_level_starts_at_once() -> None:
    knots = stairs(0.1, (10,), 0.1, 0, 0.0)
    assert [round(knots.at(step), 6) for step in (0, 9, 10, 20)] == [0.1, 0.1, 0.01, 0.01]


def test_a_warmup_of_one_step_is_one_step() -> None:
    knots = stairs(0.1, (), 0.1, 1, 0.01)
    assert [round(knots.at(step), 6) for step in (0, 1, 2)] == [0.01, 0.1, 0.1]


def test_one_cycle_peaks_after_a_quarter_and_ends_at_a_thousandth() -> None:
    knots = one_cycle(0.4, steps=1000)
    assert knots.at(0) == pytest.approx(0.016)
    assert knots.at(250) == pytest.approx(0.4)
    assert knots.at(625) == pytest.approx((0.4 + 0.0004) / 2)
    assert knots.at(1000) == pytest.approx(0.0004)


def test_the_config_makes_the_same_schedule() -> None:
    knots = Knots.from_config(one_cycle(0.4, steps=7).get_config())
    assert knots.get_config() == one_cycle(0.4, steps=7).get_config()
