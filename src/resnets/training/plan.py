"""The plan of a run: what to train on these pictures, by written rules, without an engine."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from resnets import catalog
from resnets.data import Preprocess, Source, Split, Survey, choose_preprocess
from resnets.durations import Duration
from resnets.errors import UsageError
from resnets.models import FAMILIES, NetSpec, spec_of
from resnets.spec import Spec
from resnets.training.recipes import RECIPES, Recipe

SMALL = 40  # pixels: up to this side pictures are like CIFAR's, an object that fills them
EVALUATIONS = 30  # looks at `val` in a run, at most; more would cost more than they tell


@dataclass(frozen=True)
class Request(Spec):
    """What the caller asked for; None leaves the choice to the rules.

    Args:
        model: a net's name.
        recipe: a recipe's name.
        epochs: passes over the training pictures, above 0.
        minutes: time that the training may take, above 0.
        size: side of the square the net sees, or (H, W), in pixels.
        batch: pictures a step, at least 1.
        seed: 0 or more.
        precision: `auto`, `float32`, `bfloat16` or `float16`.
        recompute: whether blocks are computed again in the backward pass, to take less memory.

    Raises:
        UsageError: a number is out of its range, or two lengths are given.
        UnknownNameError: there is no such net, recipe or precision.
    """

    model: str | None = None
    recipe: str | None = None
    epochs: float | None = None
    minutes: float | None = None
    size: int | tuple[int, int] | None = None
    batch: int | None = None
    seed: int = 0
    precision: str = "auto"
    recompute: bool = False

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.model is not None:
            catalog.look_up(FAMILIES, self.model, "net")
        if self.recipe is not None:
            catalog.look_up(RECIPES, self.recipe, "recipe")
        names = ("auto", "float32", "bfloat16", "float16")
        catalog.look_up(dict.fromkeys(names), self.precision, "precision")
        sides = self.size if isinstance(self.size, tuple) else (self.size,)
        self._within("epochs", self.epochs is None or self.epochs > 0, "above 0")
        self._within("minutes", self.minutes is None or self.minutes > 0, "above 0")
        self._within("batch", self.batch is None or self.batch >= 1, "at least 1")
        self._within("seed", 0 <= self.seed < 2**32, "in 0...4294967295")
        self._within(
            "size", all(side is None or 8 <= side <= 4096 for side in sides), "in 8...4096 pixels"
        )
        if self.epochs is not None and self.minutes is not None:
            raise UsageError(
                "epochs and minutes are two lengths for one training",
                received=f"epochs={self.epochs:g} minutes={self.minutes:g}",
                hint="give one of them",
            )

    def _within(self, field: str, good: bool, words: str) -> None:
        if not good:
            raise UsageError(
                f"{field} must be {words}",
                received=getattr(self, field),
                hint=f"leave {field} out to have it chosen, or give a number {words}",
            )


@dataclass(frozen=True)
class Plan(Spec):
    """Everything that was decided before the first step; `resume` obeys it and decides nothing.

    Args:
        net: the net's name in the table.
        size: (H, W) of what the net sees, in pixels.
        recipe: the recipe's name in the table.
        epochs: passes over the training pictures.
        steps: gradient steps in all.
        steps_per_epoch: whole batches in the training pictures.
        batch: pictures a step.
        precision: what the engine computes in.
        validate_every: epochs between two looks at `val`.
        seed: of the weights, the order and the augmentation.
        engine: what computes.
        device: what it computes on.
        seconds: estimate of the time from measured steps; 0 where none was measured.
        slower: precisions that were measured as well, and how many times as long a step took.
        recompute: whether blocks are computed again in the backward pass.
    """

    net: str
    size: tuple[int, int]
    recipe: str
    epochs: float
    steps: int
    steps_per_epoch: int
    batch: int
    precision: str
    validate_every: int
    seed: int
    engine: str
    device: str
    seconds: float = 0.0
    slower: tuple[tuple[str, float], ...] = ()
    recompute: bool = False


def choose_net(pictures: int, side: float) -> tuple[str, dict[str, Any]]:
    """Choose a net by the side of the pictures and by how many there are to learn from.

    Up to 40 pixels it is the CIFAR net of 20 layers; up to 96 the same net half as wide again,
    with a stride of 2 in its stem, so that it computes on half the side; above, ResNet-18, or
    ResNet-50 from 50,000 training pictures on.

    Args:
        pictures: how many there are to train on.
        side: the median shorter side of the source's pictures, in pixels.

    Returns:
        The net's name, and the fields of its spec that differ from the table's.
    """
    if side <= SMALL:
        return "resnet20", {}
    if side <= 96:
        return "resnet20", {"stem_stride": 2, "stem_width": 24, "width": 24}
    return ("resnet50" if pictures >= 50_000 else "resnet18"), {}


def choose_epochs(pictures: int) -> int:
    """Choose how many passes the recipe `quick` makes: 1,000 over the root of the pictures.

    Few pictures have to be seen more often, but not in proportion: 864 are seen 34 times, 45,000
    are seen 8 times. Never fewer than 8 or more than 100.

    >>> choose_epochs(864), choose_epochs(45_000)
    (34, 8)
    """
    return min(100, max(8, round(1_000 / math.sqrt(max(1, pictures)))))


def choose_batch(recipe: Recipe, pictures: int) -> int:
    """Choose the batch: the recipe's, halved until an epoch has 25 steps, but not below 32."""
    batch = recipe.batch
    while batch > 32 and pictures < 25 * batch:
        batch //= 2
    return max(1, min(batch, pictures))


def fit_recipe(recipe: Recipe, request: Request, pictures: int) -> Recipe:
    """Fit a recipe's batch, learning rate and length to the pictures and to the request.

    The learning rate of SGD follows the root of the batch (Hoffer et al. 2017, section 4,
    arXiv:1705.08741). Only the recipe `quick` has its batch and its length chosen; the papers' stay
    as they are.

    Args:
        recipe: as it stands in the table, with what was typed.
        request: what was asked for.
        pictures: how many there are to train on.
    """
    free = recipe.name == "quick"
    batch = request.batch or (choose_batch(recipe, pictures) if free else recipe.batch)
    batch = min(batch, pictures)
    share = math.sqrt(batch / recipe.batch) if recipe.optimizer == "sgd" else 1.0
    rate = recipe.learning_rate * share
    if request.epochs is not None:
        duration = Duration(request.epochs, "epochs")
    elif request.minutes is not None:
        duration = Duration(request.minutes, "minutes")
    elif free:
        duration = Duration(choose_epochs(pictures), "epochs")
    else:
        duration = recipe.duration
    return dataclasses.replace(recipe, batch=batch, learning_rate=rate, duration=duration)


def fit_augment(recipe: Recipe, shape: tuple[int, int, int], typed: Iterable[str]) -> Recipe:
    """Fit the augmentation of the recipe `quick` to the pictures; what was typed stays.

    Grey pictures are not mirrored: they are often digits, letters or scans, which have a left and
    a right. Crops of larger pictures differ in scale and proportions, as in photographs.

    Args:
        recipe: as it stands in the table, with what was typed.
        shape: (H, W, C) of what the net sees.
        typed: names of the recipe's fields that were set by hand.
    """
    if recipe.name != "quick":
        return recipe
    changes: dict[str, Any] = {}
    by_hand = set(typed)
    if shape[2] == 1 and "augment.flip" not in by_hand:
        changes["flip"] = False
    if min(shape[:2]) > SMALL and not {"augment.pad_crop", "augment.scale_crop"} & by_hand:
        changes |= {"pad_crop": 0.0, "scale_crop": (0.6, 1.0)}
        if "augment.aspect" not in by_hand:
            changes["aspect"] = 1.2
    return dataclasses.replace(recipe, augment=dataclasses.replace(recipe.augment, **changes))


def choose_net_spec(
    request: Request, source: Source, split: Split, survey: Survey, fields: dict[str, str]
) -> tuple[NetSpec, Preprocess]:
    """Decide on the net and on what it sees, from the request and the pictures.

    Args:
        request: what was asked for.
        source: where the pictures are.
        split: which of them are trained on.
        survey: sizes and channels of all pictures.
        fields: fields of the preprocessing that somebody typed, by name.
    """
    sides = survey.sizes.min(axis=1)
    side = float(_median([int(value) for value in sides[split.train] if value > 0]))
    preprocess = choose_preprocess(survey, size=request.size).with_text(fields)
    shape = (preprocess.height, preprocess.width, preprocess.channels)
    if request.size is not None:
        side = min(shape[:2])
    net, changes = choose_net(len(split.train), side)
    if request.model is not None:
        net, changes = request.model, {}
    return spec_of(net, classes=len(source.classes), input_shape=shape, **changes), preprocess


def _median(values: list[int]) -> float:
    ordered = sorted(values)
    return ordered[len(ordered) // 2] if ordered else 32.0
