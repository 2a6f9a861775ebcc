"""The part of a training that computes: the measured plan, the net made ready, the run finished."""

from __future__ import annotations

import dataclasses
import math

import keras

from resnets.models import FAMILIES, depth_of
from resnets.reports import curves
from resnets.store import RunFolder
from resnets.training.compiling import ready_model
from resnets.training.devices import device
from resnets.training.estimate import seconds_per_look, seconds_per_step
from resnets.training.plan import EVALUATIONS, Plan, Request
from resnets.training.precision import choose_precision
from resnets.training.preparation import Setup
from resnets.training.progress import Progress
from resnets.training.recipes import Recipe
from resnets.training.run import Run
from resnets.training.trainer import Trainer


def make_plan(setup: Setup, request: Request) -> tuple[Plan, keras.Model]:
    """Decide what only the engine can tell: precision, steps and time; give the net with it.

    A length in minutes is turned into steps by the measurement, once. The net is built anew when
    that changes its schedule, so that `resume` builds the same.
    """
    here = device()
    precision = choose_precision(request.precision, here)
    recipe, spec = setup.recipe, setup.spec
    train, val = setup.batches(request.seed)
    guess = (
        recipe.duration
        if recipe.duration.unit != "minutes"
        else dataclasses.replace(recipe.duration, unit="epochs", amount=1.0)
    )
    steps = guess.steps(train.steps, recipe.batch)
    depth = depth_of(spec)
    net = ready_model(spec, recipe, steps, depth, precision, request.seed)
    step_time = seconds_per_step(net, train)
    look_time = seconds_per_look(net, val)
    if recipe.duration.unit == "minutes":
        seconds = max(1.0, recipe.duration.amount * 60 - EVALUATIONS * look_time)
        steps = max(1, int(seconds / step_time))
        if steps > train.steps:
            steps -= steps % train.steps  # whole epochs: each picture is seen equally often
        net = ready_model(spec, recipe, steps, depth, precision, request.seed)
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
        device=here.name,
        seconds=steps * step_time + math.ceil(epochs / every) * look_time,
    )
    return plan, net


def plan_sentences(plan: Plan, recipe: Recipe) -> list[str]:
    """Say in words what will be done, and how long it will take."""
    minutes = plan.seconds / 60
    lasts = f"{plan.seconds:.0f} s" if plan.seconds < 120 else f"{minutes:.0f} min"
    if minutes > 120:
        lasts = f"{minutes / 60:.1f} h"
    return [
        f"net     {plan.net} ({FAMILIES[plan.net].depth} layers)",
        (
            f"recipe  {plan.recipe}: {plan.epochs:g} epochs of {plan.steps_per_epoch} steps, batch "
            f"{plan.batch}, learning rate {recipe.learning_rate:g}, seed {plan.seed}"
        ),
        f"with    {plan.engine} on {plan.device}, {plan.precision}",
        f"about   {lasts}, from a few measured steps",
    ]


def finish(trainer: Trainer, folder: RunFolder, progress: Progress) -> Run:
    """Train to the end, draw the curves, and write down how the run stands, whatever happens."""
    folder.set_state("running")
    try:
        trainer.run()
    except BaseException as error:
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
    progress.say(
        f"done    val error {position.best['error']:.2%}, {speed:.0f} pictures/s, {folder.path}"
    )
    return run
