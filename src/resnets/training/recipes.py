"""Recipes: complete, named ways to train, as frozen data in a table."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from resnets.data import Augment
from resnets.durations import Duration
from resnets.errors import UsageError
from resnets.spec import Spec


@dataclass(frozen=True)
class Recipe(Spec):
    """How a net is trained, whatever the net and the pictures.

    Args:
        name: the name in the table.
        about: one line for listings: what it is for, and its source.
        duration: length of the training.
        batch: pictures a step.
        net: the net that it was made for, where none is asked for; None leaves it to the pictures.
        held_out: share of the training pictures that is not trained on but chosen by, where the
            source has no `val`; 0 trains on all, chooses nothing and keeps the last weights.
        growth: how the pictures' side grows: pairs of a share of the run and the fraction of the
            side from there on; empty for the whole side all along (Karras 2018, arXiv:1710.10196;
            as a saving, fast.ai 2018).
        optimizer: `sgd`; `adam` (Kingma and Ba 2015, with Keras's constants); or `muon`.
        learning_rate: the highest learning rate, at this batch.
        others: with `muon`, what multiplies it for all weights but convolutions' kernels.
        schedule: `one-cycle` up and down in straight lines; `stairs` with `drops`.
        rise: share of one cycle that goes up.
        drops: steps at which stairs fall to a tenth.
        warmup: steps at a tenth of the learning rate before stairs begin.
        warmup_depth: nets of this depth and more warm up, others don't.
        momentum: of SGD and Muon; Adam has its own.
        nesterov: look ahead along the momentum.
        weight_decay: coefficient; 0 for none.
        coupled: True is an L2 penalty in the gradient, False is decay beside it
            (Loshchilov and Hutter 2019).
        decays: `kernels`, or `all` trained weights, batch normalisation's too.
        smoothing: share of each label that goes to all classes alike.
        zero_init: start each branch's last batch normalisation at zero (Goyal et al. 2017).
        norm_momentum: of the moving statistics; None follows the number of steps.
        augment: what happens to training pictures.

    Raises:
        UsageError: a number is out of its range, or drops do not rise.
    """

    name: str
    about: str
    duration: Duration
    batch: int = 128
    net: str | None = None
    held_out: float = 0.1
    growth: tuple[tuple[float, float], ...] = ()
    optimizer: Literal["sgd", "adam", "muon"] = "sgd"
    learning_rate: float = 0.1
    others: float = 0.05
    schedule: Literal["one-cycle", "stairs"] = "one-cycle"
    rise: float = 0.25
    drops: tuple[int, ...] = ()
    warmup: int = 0
    warmup_depth: int = 110
    momentum: float = 0.9
    nesterov: bool = True
    weight_decay: float = 5e-4
    coupled: bool = True
    decays: Literal["kernels", "all"] = "kernels"
    smoothing: float = 0.0
    zero_init: bool = False
    norm_momentum: float | None = None
    augment: Augment = dataclasses.field(default_factory=Augment)

    def __post_init__(self) -> None:
        super().__post_init__()
        self._within("batch", self.batch >= 1, "at least 1")
        self._within("learning_rate", self.learning_rate > 0, "above 0")
        self._within("held_out", 0 <= self.held_out <= 0.5, "from 0 to 0.5")
        self._within("others", self.others > 0, "above 0")
        self._within("rise", 0 <= self.rise < 1, "at least 0 and below 1")
        shares = [share for share, _ in self.growth]
        grows = not shares or (shares[0] == 0 and shares == sorted(set(shares)) and shares[-1] < 1)
        sides = all(0 < fraction <= 1 for _, fraction in self.growth)
        self._within(
            "growth", grows and sides, "pairs: rising shares from 0 to below 1, fractions up to 1"
        )
        self._within("momentum", 0 <= self.momentum < 1, "at least 0 and below 1")
        self._within("weight_decay", self.weight_decay >= 0, "at least 0")
        self._within("smoothing", 0 <= self.smoothing < 1, "at least 0 and below 1")
        self._within("warmup", self.warmup >= 0, "at least 0")
        self._within("drops", list(self.drops) == sorted(set(self.drops)), "rising steps")
        statistics = self.norm_momentum
        self._within("norm_momentum", statistics is None or 0 <= statistics < 1, "in 0...1 or None")
        if self.optimizer != "sgd" and self.coupled and self.weight_decay:
            raise UsageError(
                f"Recipe.coupled does not go with {self.optimizer.capitalize()}, which would scale "
                "the penalty away",
                received=f"optimizer={self.optimizer} coupled=true "
                f"weight_decay={self.weight_decay:g}",
                hint="set coupled=false, or weight_decay=0",
            )

    def _within(self, field: str, good: bool, words: str) -> None:
        if not good:
            raise UsageError(
                f"Recipe.{field} must be {words}",
                received=getattr(self, field),
                hint=f"give {field} {words}",
            )

    def quick(self) -> Recipe:
        """Make the seconds-long twin for tests: the same in kind, but 40 small steps."""
        steps = 40
        longest = self.drops[-1] * 4 / 3 if self.drops else 1.0
        return dataclasses.replace(
            self,
            name=f"{self.name}-quick",
            duration=Duration(steps, "steps"),
            batch=min(self.batch, 32),
            learning_rate=min(self.learning_rate, 0.05),
            drops=tuple(int(drop * steps / longest) for drop in self.drops),
            warmup=min(self.warmup, 4),
        )

    def fraction_at(self, share: float) -> float:
        """Tell the fraction of the side that pictures have after a share of the run, 0 to 1."""
        reached = [fraction for start, fraction in self.growth if start <= share]
        return reached[-1] if reached else 1.0

    def work(self) -> float:
        """Tell the mean of the squared fractions: about the share of a full-sized run's work."""
        ends = [*(start for start, _ in self.growth[1:]), 1.0]
        phases = zip(self.growth, ends, strict=True) if self.growth else []
        return sum((end - start) * part**2 for (start, part), end in phases) or 1.0

    def statistics_momentum(self, steps: int) -> float:
        """Give the momentum of batch normalisation's moving statistics for a run of that length.

        They average over the last fiftieth of the run, but over no fewer than 10 steps and no more
        than 100. Keras's 0.99 looks back over 100 steps whatever the length, so that a run of a few
        hundred is judged by statistics of weights it has long left behind.
        """
        if self.norm_momentum is not None:
            return self.norm_momentum
        return 1.0 - 1.0 / min(100.0, max(10.0, steps / 50))


_ROWS = (
    Recipe(
        name="quick",
        about="from pictures to a good net fast: one cycle, Nesterov, smoothed labels",
        duration=Duration(30, "epochs"),
        batch=128,
        learning_rate=0.2,
        smoothing=0.1,
        augment=Augment(flip=True, pad_crop=0.125),
    ),
    Recipe(
        name="sprint-cifar",
        about="CIFAR in nine epochs: Muon, growing pictures, all of train; for the net sprint8",
        duration=Duration(9, "epochs"),
        batch=500,
        net="sprint8",
        held_out=0.0,
        growth=((0.0, 0.75), (0.65, 1.0)),
        optimizer="muon",
        learning_rate=0.12,
        rise=0.05,
        momentum=0.6,
        weight_decay=0.0,
        coupled=False,
        smoothing=0.2,
        augment=Augment(flip=True, flip_alternates=True, pad_crop=0.0625, pad_mode="reflect"),
    ),
    Recipe(
        name="he2015-cifar",
        about="He et al. 2015, section 4.2: 64,000 steps, a tenth at 32,000 and 48,000",
        duration=Duration(64_000, "steps"),
        batch=128,
        learning_rate=0.1,
        schedule="stairs",
        drops=(32_000, 48_000),
        warmup=400,
        warmup_depth=110,
        nesterov=False,
        weight_decay=1e-4,
        decays="all",
        norm_momentum=0.9,
        augment=Augment(flip=True, pad_crop=0.125, pad_mode="zero"),
    ),
    Recipe(
        name="he2015-imagenet",
        about="He et al. 2015, section 3.4: 600,000 steps of 256; drops where He 2016 put them",
        duration=Duration(600_000, "steps"),
        batch=256,
        learning_rate=0.1,
        schedule="stairs",
        drops=(150_000, 300_000),
        nesterov=False,
        weight_decay=1e-4,
        decays="all",
        norm_momentum=0.9,
        augment=Augment(flip=True, scale_crop=((224 / 480) ** 2, (224 / 256) ** 2), aspect=1.0),
    ),
    Recipe(
        name="lesson",
        about="the article's Adam run, with a falling rate, true statistics and shifted pictures",
        duration=Duration(20, "epochs"),
        batch=32,
        optimizer="adam",
        learning_rate=1e-3,
        weight_decay=0.0,
        coupled=False,
        augment=Augment(flip=True, pad_crop=0.1),
    ),
)

RECIPES: Mapping[str, Recipe] = {recipe.name: recipe for recipe in _ROWS}
