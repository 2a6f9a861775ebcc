"""The learning rate as a function of the step: knots joined by straight lines."""

from __future__ import annotations

from typing import Any

import keras
from keras import ops


@keras.saving.register_keras_serializable(package="resnets")
class Knots(keras.optimizers.schedules.LearningRateSchedule):
    """A learning rate that goes through given points, in straight lines between them.

    A jump is two knots one step apart. Before the first knot and after the last one the rate
    stays what it is there.

    Args:
        steps: where the knots are, rising, at least one.
        rates: the learning rate at each knot.
    """

    def __init__(self, steps: list[float], rates: list[float]) -> None:
        super().__init__()
        self.steps = [float(step) for step in steps]
        self.rates = [float(rate) for rate in rates]

    def __call__(self, step: Any) -> Any:
        """Tell the rate at a step (a number or a tensor)."""
        step = ops.cast(step, "float32")
        rate = ops.full((), self.rates[0], "float32")
        for left, right, low, high in zip(
            self.steps, self.steps[1:], self.rates, self.rates[1:], strict=False
        ):
            share = ops.clip((step - left) / (right - left), 0.0, 1.0)
            rate = rate + share * (high - low)
        return rate

    def at(self, step: int) -> float:
        """Tell the rate at a step as a plain number, without an engine."""
        rate = self.rates[0]
        for left, right, low, high in zip(
            self.steps, self.steps[1:], self.rates, self.rates[1:], strict=False
        ):
            rate += min(1.0, max(0.0, (step - left) / (right - left))) * (high - low)
        return rate

    def get_config(self) -> dict[str, Any]:
        """Tell the knots, as the constructor takes them."""
        return {"steps": self.steps, "rates": self.rates}


def one_cycle(peak: float, steps: int, rise: float = 0.25) -> Knots:
    """Up for a share of the run and down to nothing for the rest (Smith 2018, arXiv:1803.09820).

    Args:
        peak: the highest learning rate.
        steps: length of the run.
        rise: share of the run that goes up, between 0 and 1.
    """
    top = max(1.0, rise * steps)
    return Knots([0.0, top, max(top + 1.0, float(steps))], [peak / 25, peak, peak / 1000])


def stairs(
    peak: float,
    drops: tuple[int, ...],
    factor: float,
    warmup: int,
    warmup_rate: float,
) -> Knots:
    """Stay on a level, then drop by a factor at given steps (He et al. 2015, section 4.2).

    Args:
        peak: the learning rate of the first level.
        drops: the first step of each lower level, rising.
        factor: what each drop multiplies the rate by.
        warmup: steps at `warmup_rate` before the first level; 0 for none.
        warmup_rate: the learning rate of these steps.
    """
    rates, starts = [peak], [warmup]
    if warmup:
        rates, starts = [warmup_rate, peak], [0, warmup]
    for number, drop in enumerate(drops, start=1):
        rates.append(peak * factor**number)
        starts.append(drop)
    knots, values = [float(starts[0])], [rates[0]]
    for start, before, after in zip(starts[1:], rates, rates[1:], strict=False):
        if start - 1.0 > knots[-1]:
            knots.append(start - 1.0)
            values.append(before)
        knots.append(float(start))
        values.append(after)
    return Knots(knots, values)
