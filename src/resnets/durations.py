"""Lengths of training: so many epochs, steps, pictures or minutes, and how many steps that is."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from typing import Literal

from resnets.errors import UsageError
from resnets.spec import Spec

Unit = Literal["epochs", "steps", "pictures", "minutes"]


@dataclass(frozen=True)
class Duration(Spec):
    """A length of training, in the unit that its author thought in.

    Args:
        amount: more than 0.
        unit: one epoch shows every training picture once (less the last, incomplete batch).

    Raises:
        UsageError: the amount is not a number above 0.
    """

    amount: float
    unit: Unit

    def __post_init__(self) -> None:
        super().__post_init__()
        if not (math.isfinite(self.amount) and self.amount > 0):
            raise UsageError(
                f"a length of training in {self.unit} must be a number above 0",
                received=self.amount,
                hint="for example 8 epochs",
            )

    def __str__(self) -> str:
        return f"{self.amount:g} {self.unit}"

    def steps(self, steps_per_epoch: int, batch: int, seconds_per_step: float | None = None) -> int:
        """Count the steps, at least 1.

        Args:
            steps_per_epoch: whole batches in the training pictures, at least 1.
            batch: pictures a step.
            seconds_per_step: as measured; only minutes need it.

        Raises:
            UsageError: minutes were asked for and no step was measured.

        >>> Duration(8, "epochs").steps(steps_per_epoch=351, batch=128)
        2808
        """
        if self.unit == "epochs":
            count = self.amount * steps_per_epoch
        elif self.unit == "steps":
            count = self.amount
        elif self.unit == "pictures":
            count = self.amount / batch
        elif seconds_per_step is None:
            raise UsageError(
                "minutes become steps only once a step was measured",
                received=str(self),
                hint="give epochs, steps or pictures",
            )
        else:
            count = self.amount * 60 / seconds_per_step
        return max(1, round(count))


def parse(text: str) -> Duration:
    """Read a length as people write it: a number and a unit.

    Args:
        text: "8 epochs", "64000 steps", "1e6 pictures", "2.5 minutes"; the singular will do.

    Raises:
        UsageError: the text is not of that form, or the number is not above 0.

    >>> parse("8 epochs")
    Duration(amount=8.0, unit='epochs')
    """
    found = re.fullmatch(r"\s*([-+0-9.eE]+)\s*(epoch|step|picture|minute)s?\s*", text)
    try:
        amount = float(found.group(1)) if found else None
    except ValueError:
        amount = None
    if found is None or amount is None:
        raise UsageError(
            "a length of training is a number and a unit",
            received=text,
            hint='for example "8 epochs", "64000 steps" or "5 minutes"',
        )
    unit: Unit = f"{found.group(2)}s"  # type: ignore[assignment]
    return Duration(amount, unit)
