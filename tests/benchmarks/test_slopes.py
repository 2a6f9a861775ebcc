"""Slopes of laws whose exponent is known, and costs sorted into columns."""

from __future__ import annotations

from typing import Any

import pytest

from resnets.benchmarks.slopes import series, slope


@pytest.mark.parametrize("power", (0.0, 0.5, 1.0, 2.0))
def test_a_power_law_has_its_exponent(power: float) -> None:
    x = [1.0, 2.0, 10.0, 700.0]
    found = slope(x, [3 * value**power for value in x])
    assert found == pytest.approx(
        {"slope": power, "low": power, "high": power, "last": power, "from": 1, "to": 700}
    )


def test_a_fixed_cost_flattens_the_fit_but_not_the_end() -> None:
    x = [1.0, 10.0, 100.0, 1000.0]
    found = slope(x, [10 + value for value in x])
    assert found["low"] == pytest.approx(0.2596, abs=1e-4)  # log10(20 / 11)
    assert found["last"] == found["high"] == pytest.approx(0.9629, abs=1e-4)  # log10(1010 / 110)
    assert found["low"] < found["slope"] < found["high"]


def test_the_fit_is_that_of_least_squares() -> None:
    # Of (0, 0), (1, 0), (2, 3) in decades: b = sum (x - 1) (y - 1) / 2 = 3 / 2.
    assert slope([1, 10, 100], [1, 1, 1000])["slope"] == pytest.approx(1.5)


def net(x: int, **changes: Any) -> dict[str, Any]:
    found = {"x": x, "seconds": {"step": 0.5 * x}, "low": 0.25 * x, "peak": 7, "parameters": 9}
    return found | changes


def test_costs_of_nets_come_in_the_order_of_x_without_failures() -> None:
    failed = {"x": 5, "failure": "exit 1"}
    assert series([net(20), failed, net(10)]) == {
        "step": ([10.0, 20.0], [2.5, 5.0]),
        "memory": ([10.0, 20.0], [7.0, 7.0]),
        "parameters": ([10.0, 20.0], [9.0, 9.0]),
    }


def test_the_way_to_the_first_batch_is_the_sum_of_its_stages() -> None:
    found = series([{"x": 3, "seconds": {"index": 1.0, "hash": 2.0, "again": 8.0}, "peak": 1}])
    assert found["to the first batch"] == ([3.0], [3.0])
    assert found["again"] == ([3.0], [8.0])
    assert "parameters" not in found
