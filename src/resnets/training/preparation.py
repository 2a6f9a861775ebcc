"""From a source and a request to everything that a training needs but an engine."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from resnets.data import (
    Batches,
    Pictures,
    Preprocess,
    Source,
    Split,
    Survey,
    check_bad,
    check_source,
    cropped_away,
    make_record,
    make_split,
    make_survey,
    open_source,
)
from resnets.data.memory import budget
from resnets.errors import UsageError, printable
from resnets.models import NetSpec
from resnets.models.netspec import check_recompute
from resnets.training.plan import Request, choose_net_spec, fit_augment, fit_recipe
from resnets.training.recipes import RECIPES, Recipe

# Fields that flags decide; --set would contradict them.
FLAGGED = {
    "recipe": ("name", "duration", "batch", "net"),
    "model": ("name", "classes", "input_shape", "page"),
    "preprocess": ("height", "width", "channels"),
}


@dataclass(frozen=True)
class Setup:
    """Pictures looked through, split and decoded; net and recipe chosen.

    Args:
        source: where the pictures are.
        survey: what every picture is.
        split: which of them are for what.
        preprocess: how they become the net's input.
        spec: the net.
        recipe: how to train it, with the batch and learning rate that will be used.
        train: pictures to train on, in memory as far as they fit.
        val: pictures to choose by.
        bad: reasons by path of the pictures that are left out.
    """

    source: Source
    survey: Survey
    split: Split
    preprocess: Preprocess
    spec: NetSpec
    recipe: Recipe
    train: Pictures
    val: Pictures
    bad: dict[str, str]

    def batches(self, seed: int, steps: int | None = None) -> tuple[Batches, Batches]:
        """Make the batches to train on and those to look at.

        Args:
            seed: of the run.
            steps: its length, by which pictures grow; None for pictures of full size.
        """
        return (
            training_batches(self.source, self.train, self.recipe, seed, steps),
            looking_batches(self.source, self.val, self.recipe.batch),
        )

    def record(self) -> dict[str, Any]:
        """Make the document that says what was trained on."""
        return make_record(self.source, self.survey, self.split, self.preprocess, self.bad)

    def sentences(self) -> list[str]:
        """Say in words what the data are and what will be done to them."""
        split, shape = self.split, self.preprocess
        counts = f"{len(split.train)} train, {len(split.val)} val, {len(split.test)} test"
        lines = [
            f"data    {printable(self.source.name)}: {len(self.source.classes)} classes, {counts}"
        ]
        lines += [f"        {name}: {words}" for name, words in split.made.items()]
        lost = cropped_away(self.survey, shape)
        lines.append(
            f"sees    {shape.height}x{shape.width}, {shape.channels} channels, fit {shape.fit}"
            + (f" ({lost:.0%} of the median picture is cropped away)" if lost > 0.005 else "")
        )
        kept = self.train.kept + self.val.kept
        spilled = self.train.spilled + self.val.spilled
        rest = len(self.train) + len(self.val) - kept - spilled
        if spilled or rest:
            lines.append(
                f"keeps   {kept} pictures as the net sees them in memory, {spilled} on the disk; "
                f"{rest} are decoded every time"
            )
        if self.bad:
            path, reason = next(iter(self.bad.items()))
            lines.append(
                f"        {len(self.bad)} cannot be read and are left out: "
                f"{printable(path)}: {reason}{', ...' if len(self.bad) > 1 else ''}"
            )
        return lines


def decoded(source: Source, split: Split, preprocess: Preprocess) -> tuple[Pictures, Pictures]:
    """Decode what is trained on and what is looked at; the two share one budget of memory."""
    room, count = budget(), max(1, len(split.train) + len(split.val))
    train, val = (
        Pictures(source, part, preprocess, memory=room * len(part) // count)
        for part in (split.train, split.val)
    )
    return train, val


def training_batches(
    source: Source, pictures: Pictures, recipe: Recipe, seed: int, steps: int | None = None
) -> Batches:
    """Make the shuffled, augmented batches of a training, their pictures growing over its steps."""
    height, width, _ = pictures.shape

    def sides(step: int) -> tuple[int, int]:
        fraction = recipe.fraction_at(step / (steps or 1))
        return max(1, round(fraction * height)), max(1, round(fraction * width))

    return Batches(
        pictures,
        source.labels[pictures.indices],
        batch=recipe.batch,
        seed=seed,
        augment=recipe.augment,
        shuffle=True,
        drop_last=True,
        sides=sides if recipe.growth and steps else None,
    )


def looking_batches(source: Source, pictures: Pictures, batch: int) -> Batches:
    """Make the batches that show each picture once, in order, as it is."""
    return Batches(
        pictures,
        source.labels[pictures.indices],
        batch=batch,
        seed=0,
        augment=None,
        shuffle=False,
        drop_last=False,
    )


def prepare(
    given: Any, request: Request, settings: Mapping[str, str], allow_bad: bool, say: Any
) -> Setup:
    """Open, survey and split a source, choose net and recipe, and decode the pictures.

    Args:
        given: anything that `open_source` takes.
        request: what was asked for.
        settings: fields as text: of the recipe, or with `model.` or `preprocess.` before them.
        allow_bad: go on though more than 1 % of the pictures cannot be read.
        say: takes a sentence when something lasts.

    Raises:
        SourceError: the pictures or their split cannot be trained on.
        UsageError: a setting does not fit its field, or its field is not there; or `recompute` is
            asked of the lesson's net.
    """
    typed = sort_settings(settings)
    recipe = RECIPES[request.recipe or "quick"].with_text(typed["recipe"])
    source = open_source(given)
    check_source(source)
    if len(source) > 20_000:
        say(f"looking through {len(source)} pictures")
    survey = make_survey(source)
    split = make_split(source, survey, val=recipe.held_out, allow_bad=allow_bad)
    request = dataclasses.replace(request, model=request.model or recipe.net)
    spec, preprocess = choose_net_spec(request, source, split, survey, typed["preprocess"])
    spec = spec.with_text(typed["model"])
    if request.recompute:
        check_recompute(spec)
    train, val = decoded(source, split, preprocess)
    late = {**train.bad, **val.bad}
    bad = {**survey.bad, **late}
    check_bad(source, bad, allow_bad)
    split = split.without(late)
    recipe = fit_augment(recipe, preprocess.shape, typed["recipe"])
    recipe = fit_recipe(recipe, request, len(split.train))
    mean, std = colour_statistics(train)
    if not spec.page and not typed["model"].keys() & {"mean", "std"}:
        spec = dataclasses.replace(spec, mean=mean, std=std)
    named = {source.paths[index]: reason for index, reason in bad.items()}
    return Setup(source, survey, split, preprocess, spec, recipe, train, val, named)


def colour_statistics(pictures: Pictures) -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Measure mean and spread of each channel on up to 2,000 training pictures.

    Returns:
        Means and standard deviations per channel, of pixels divided by 255.
    """
    places = np.arange(0, len(pictures), max(1, len(pictures) // 2_000))[:2_000]
    # Counted by level, 50 pictures at a time: as floats, 2,000 of 224 pixels would fill gigabytes.
    counts = np.zeros((pictures.shape[2], 256))
    for start in range(0, len(places), 50):
        some = pictures.get(places[start : start + 50])
        for channel in range(len(counts)):
            counts[channel] += np.bincount(some[..., channel].ravel(), minlength=256)
    levels, shares = np.arange(256) / 255.0, counts / counts.sum(axis=1, keepdims=True)
    mean = shares @ levels
    std = np.maximum(np.sqrt((shares * (levels - mean[:, None]) ** 2).sum(axis=1)), 1e-3)
    return tuple(round(float(m), 4) for m in mean), tuple(round(float(s), 4) for s in std)


def sort_settings(settings: Mapping[str, str]) -> dict[str, dict[str, str]]:
    """Sort `field=value` settings by what they belong to.

    Raises:
        UsageError: the name of the net or of the recipe is set this way.
    """
    sorted_out: dict[str, dict[str, str]] = {"recipe": {}, "model": {}, "preprocess": {}}
    for path, text in settings.items():
        room, _, field = path.partition(".")
        owner, field = (
            (room, field) if room in ("model", "preprocess") and field else ("recipe", path)
        )
        if field in FLAGGED[owner]:
            raise UsageError(
                f"{field} has a flag of its own",
                received=f"{path}={text}",
                hint="--model, --recipe, --epochs, --batch or --size",
            )
        sorted_out[owner][field] = text
    return sorted_out
