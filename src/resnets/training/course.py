"""The part of a training that computes: the plan measured, the run begun, gone on with, ended."""

from __future__ import annotations

import contextlib
import dataclasses
import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import keras

from resnets import engine
from resnets.data import Augment, Preprocess, Source, Split
from resnets.errors import ResnetsError
from resnets.models import NetSpec, depth_of, spec_of
from resnets.reports import curves
from resnets.spec import Spec
from resnets.store import RunFolder, provenance
from resnets.training.compiling import fitted_spec, ready_model
from resnets.training.devices import device, free_memory_of
from resnets.training.estimate import seconds_per_look, seconds_per_step
from resnets.training.footprint import fit_batch
from resnets.training.plan import EVALUATIONS, Plan, Request
from resnets.training.precision import precisions_to_try
from resnets.training.preparation import Setup, decoded, looking_batches, training_batches
from resnets.training.progress import Progress
from resnets.training.recipes import Recipe
from resnets.training.run import Run
from resnets.training.trainer import Trainer
from resnets.training.whitening import whiten


def begin(
    setup: Setup,
    request: Request,
    out: Path,
    name: str | None,
    callbacks: Sequence[Any],
    tensorboard: bool,
    progress: Progress,
) -> Run:
    """Measure, plan, say the plan, make the run folder, and train."""
    here = device()
    precisions = precisions_to_try(request.precision, here)
    # Of two it is the last that takes the more memory, and both will be measured.
    setup, warning = fit_to_memory(setup, request, precisions[-1], free_memory_of(here))
    for line in setup.sentences() + warning:  # before the first step, which may not fit
        progress.say(line)
    plan, net = make_plan(setup, request, precisions, here.name)
    for line in plan_sentences(plan, setup.recipe, setup.spec):
        progress.say(line)
    documents = {
        "spec.json": fitted_spec(setup.spec, setup.recipe, plan.steps).to_json(),
        "recipe.json": {"recipe": setup.recipe.to_json(), "plan": plan.to_json()},
        "data.json": setup.record(),
        "provenance.json": provenance(
            engine=plan.engine,
            engine_version=engine.version(plan.engine),
            device=plan.device,
            seed=plan.seed,
        ),
    }
    run_name = f"{plan.net}.{plan.recipe}_{setup.source.name}_s{plan.seed}"
    folder = RunFolder.create(out, name or run_name, documents)
    if tensorboard:
        board = keras.callbacks.TensorBoard(folder.path / "tensorboard", write_graph=False)
        callbacks = [*callbacks, board]
    with folder.lock():
        batches = setup.batches(plan.seed, plan.steps)
        trainer = Trainer(net, *batches, plan, folder, progress, callbacks)
        return finish(trainer, folder, progress)


def go_on(
    folder: RunFolder,
    source: Source,
    split: Split,
    preprocess: Preprocess,
    callbacks: Sequence[Any],
    progress: Progress,
) -> Run:
    """Build the same net and batches again, take over the newest checkpoint, and train on."""
    documents = folder.read("recipe.json")
    plan = Plan.from_json(documents["plan"])
    recipe = Recipe.from_json(documents["recipe"])
    spec = NetSpec.from_json(folder.read("spec.json"))
    net = ready_model(
        spec, recipe, plan.steps, depth_of(spec), plan.precision, plan.seed, plan.recompute
    )
    train, val = decoded(source, split, preprocess)
    whiten(net, train)
    trainer = Trainer(
        net,
        training_batches(source, train, recipe, plan.seed, plan.steps),
        looking_batches(source, val, recipe.batch),
        plan,
        folder,
        progress,
        callbacks,
    )
    commit = folder.newest()
    if commit is not None:
        for damaged in commit.damaged:
            progress.say(f"damaged, and put aside as .bad: {damaged}")
        trainer.restore(commit)
    folder.rewind(trainer.position.step)
    progress.say(
        f"going on at step {trainer.position.step} of {plan.steps} in {plan.precision}, "
        f"by the plan in {folder.path / 'recipe.json'}"
    )
    return finish(trainer, folder, progress)


def fit_to_memory(
    setup: Setup, request: Request, precision: str, free: int
) -> tuple[Setup, list[str]]:
    """Choose a batch that fits where none was asked for; give a line where something is amiss."""
    recipe, sentence = fit_batch(
        setup.recipe,
        request,
        setup.spec,
        len(setup.split.train),
        free,
        keras.backend.backend(),
        precision,
    )
    lines = [f"memory  {sentence}"] if sentence else []
    return dataclasses.replace(setup, recipe=recipe), lines


def make_plan(
    setup: Setup, request: Request, precisions: Sequence[str], device_name: str
) -> tuple[Plan, keras.Model]:
    """Decide what only the engine can tell: precision, steps and time; give the net with it.

    A length in minutes is turned into steps by the measurement, once. The net is built anew when
    that changes its schedule, so that `resume` builds the same.
    """
    recipe, spec = setup.recipe, setup.spec
    train, val = setup.batches(request.seed)
    guess = (
        recipe.duration
        if recipe.duration.unit != "minutes"
        else dataclasses.replace(recipe.duration, unit="epochs", amount=1.0)
    )
    steps = guess.steps(train.steps, recipe.batch)
    rest = request.seed, request.recompute
    depth = depth_of(spec)
    trials: dict[str, tuple[keras.Model, float]] = {}
    for tried in precisions:
        net = ready_model(spec, recipe, steps, depth, tried, *rest)
        trials[tried] = net, seconds_per_step(net, train) * recipe.work()
    precision = min(trials, key=lambda name: trials[name][1])
    net, step_time = trials[precision]
    look_time = seconds_per_look(net, val)
    if recipe.duration.unit == "minutes":
        seconds = max(1.0, recipe.duration.amount * 60 - EVALUATIONS * look_time)
        steps = max(1, int(seconds / step_time))
        if steps > train.steps:
            steps -= steps % train.steps  # whole epochs: each picture is seen equally often
        net = ready_model(spec, recipe, steps, depth, precision, *rest)
    whiten(net, setup.train)
    epochs = steps / train.steps
    every = max(1, math.ceil(epochs / EVALUATIONS))
    plan = Plan(
        net=spec.name,
        size=(setup.preprocess.height, setup.preprocess.width),
        recipe=recipe.name,
        epochs=epochs,
        steps=steps,
        steps_per_epoch=train.steps,
        batch=recipe.batch,
        precision=precision,
        validate_every=every,
        seed=request.seed,
        engine=keras.backend.backend(),
        device=device_name,
        seconds=steps * step_time + math.ceil(epochs / every) * look_time,
        slower=tuple(
            (name, seconds / step_time)
            for name, (_, seconds) in trials.items()
            if name != precision
        ),
        recompute=request.recompute,
    )
    return plan, net


def plan_sentences(plan: Plan, recipe: Recipe, spec: NetSpec) -> list[str]:
    """Say in words what will be done, and how long it will take."""
    row = spec_of(plan.net, classes=spec.classes, input_shape=spec.input_shape)
    given = dataclasses.replace(spec, mean=row.mean, std=row.std)  # they go without saying
    net = ", ".join([f"{depth_of(spec)} layers", *_differences(given, row)])
    changes = ", ".join(_differences(recipe.augment, Augment()))
    minutes = plan.seconds / 60
    lasts = f"{plan.seconds:.0f} s" if plan.seconds < 120 else f"{minutes:.0f} min"
    if minutes > 120:
        lasts = f"{minutes / 60:.1f} h"
    slower = "".join(f" ({name}: {times:.2f} times as long)" for name, times in plan.slower)
    return [
        f"net     {plan.net} ({net})",
        (
            f"recipe  {plan.recipe}: {plan.epochs:g} epochs of {plan.steps_per_epoch} steps, batch "
            f"{plan.batch}, learning rate {recipe.learning_rate:g}, seed {plan.seed}"
        ),
        f"        pictures change by {changes or 'nothing'}",
        f"with    {plan.engine} on {plan.device}, {plan.precision}{slower}"
        + (", computing blocks again in the backward pass" if plan.recompute else ""),
        f"about   {lasts}, from a few measured steps",
    ]


def _differences(spec: Spec, other: Spec) -> list[str]:
    """Name the fields that differ, with the first spec's values."""
    theirs = other.to_json()
    return [f"{key} {value}" for key, value in spec.to_json().items() if value != theirs[key]]


def finish(trainer: Trainer, folder: RunFolder, progress: Progress) -> Run:
    """Train to the end, draw the curves, and write down how the run stands, whatever happens."""
    folder.set_state("running")
    try:
        trainer.run()
    except BaseException as error:
        # Where the disk is full this fails too, and must not hide why.
        with contextlib.suppress(ResnetsError):
            folder.set_state("stopped", reason=f"{type(error).__name__}: {error}".splitlines()[0])
        raise
    position = trainer.position
    speed = position.pictures / position.seconds if position.seconds else 0.0
    curves(folder.rows(), folder.path / "figures", title=folder.name)
    folder.set_state(
        "finished",
        best=position.best,
        seconds=position.seconds,
        pictures_per_second=round(speed, 1),
    )
    run = Run(folder.path)
    judged = "error" in position.best
    found = f"val error {position.best['error']:.2%}" if judged else "no val to judge by"
    progress.say(f"done    {found}, {speed:.0f} pictures/s, {folder.path}")
    return run
