"""A training from a source to a finished run folder, and the way back into one cut short."""

from __future__ import annotations

import importlib.util
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from resnets import engine
from resnets.data import Pictures, make_record, reopen
from resnets.errors import EngineError, RunError
from resnets.models import NetSpec, depth_of
from resnets.store import RunFolder, provenance
from resnets.store.naming import checked
from resnets.training.plan import Plan, Request
from resnets.training.preparation import looking_batches, prepare, training_batches
from resnets.training.progress import Progress
from resnets.training.recipes import Recipe
from resnets.training.run import Run


def train(
    source: Any,
    *,
    model: str | None = None,
    recipe: str | None = None,
    epochs: float | None = None,
    minutes: float | None = None,
    size: int | tuple[int, int] | None = None,
    batch: int | None = None,
    seed: int = 0,
    precision: str = "auto",
    out: str | os.PathLike[str] = "runs",
    name: str | None = None,
    settings: Mapping[str, str] | None = None,
    allow_bad: bool = False,
    callbacks: Sequence[Any] = (),
    tensorboard: bool = False,
    silent: bool = False,
) -> Run:
    """Train a residual net on pictures and leave a run folder.

    Args:
        source: a folder, archive, CSV or NPZ file, `digits`, `shapes`, or arrays (x, y).
        model: a net's name; left out, the pictures decide.
        recipe: a recipe's name; left out, `quick`.
        epochs: passes over the training pictures, above 0.
        minutes: time that the training may take, above 0; not beside epochs.
        size: side of the square the net sees, or (H, W), in pixels.
        batch: pictures a step, at least 1.
        seed: of weights, order and augmentation, 0 or more.
        precision: `auto`, `float32`, `bfloat16` or `float16`.
        out: folder that runs are put into.
        name: the run's own name; left out, `<model>.<recipe>_<data>_s<seed>`.
        settings: fields of the recipe as text, or of `model.` and `preprocess.`.
        allow_bad: go on though more than 1 % of the pictures cannot be read.
        callbacks: any Keras callbacks.
        tensorboard: write TensorBoard's files into the run as well.
        silent: print nothing.

    Returns:
        The finished run.

    Raises:
        SourceError: the pictures cannot be trained on.
        UsageError: an argument is out of its range, or names nothing.
        RunError: the run folder cannot be made.
        EngineError: no engine is installed.
        DivergenceError: the loss became infinite or not a number.
    """
    progress = Progress(silent)
    request = Request(
        model=model,
        recipe=recipe,
        epochs=epochs,
        minutes=minutes,
        size=size,
        batch=batch,
        seed=seed,
        precision=precision,
    )
    if tensorboard and importlib.util.find_spec("tensorboard") is None:
        raise EngineError(
            "TensorBoard was asked for and is not installed",
            received="tensorboard=True",
            hint="pip install tensorboard",
        )
    RunFolder.check(Path(out))
    if name is not None:
        checked(name)
    setup = prepare(source, request, settings or {}, allow_bad, progress.say)
    # An engine takes seconds to load: all that can be refused without one has been by now.
    from resnets.training.compiling import fitted_spec
    from resnets.training.course import finish, make_plan, plan_sentences
    from resnets.training.trainer import Trainer

    plan, net = make_plan(setup, request)
    for line in setup.sentences() + plan_sentences(plan, setup.recipe):
        progress.say(line)
    folder = RunFolder.create(
        Path(out),
        name or f"{plan.net}.{plan.recipe}_{setup.source.name}_s{seed}",
        {
            "spec.json": fitted_spec(setup.spec, setup.recipe, plan.steps).to_json(),
            "recipe.json": {"recipe": setup.recipe.to_json(), "plan": plan.to_json()},
            "data.json": make_record(
                setup.source, setup.survey, setup.split, setup.preprocess, setup.bad
            ),
            "provenance.json": provenance(
                engine=plan.engine,
                engine_version=engine.version(plan.engine),
                device=plan.device,
                seed=seed,
            ),
        },
    )
    if tensorboard:
        import keras

        board = keras.callbacks.TensorBoard(folder.path / "tensorboard", write_graph=False)
        callbacks = [*callbacks, board]
    with folder.lock():
        trainer = Trainer(net, *setup.batches(seed), plan, folder, progress, callbacks)
        return finish(trainer, folder, progress)


def resume(
    run: str | os.PathLike[str] | Run,
    source: Any = None,
    *,
    callbacks: Sequence[Any] = (),
    silent: bool = False,
) -> Run:
    """Go on exactly where a run stopped; everything else stands in its folder.

    Args:
        run: the run or its folder.
        source: the pictures again, where they were arrays in memory.
        callbacks: any Keras callbacks.
        silent: print nothing.

    Raises:
        RunError: the folder is no run, or its engine is not the one that is loaded.
        SourceError: the pictures are not those that the run began with.
        LockedError: another process is writing to the run.
    """
    progress = Progress(silent)
    folder = RunFolder.open(run.path if isinstance(run, Run) else Path(run))
    if folder.state["status"] == "finished":
        progress.say(f"{folder.path} is finished already")
        return Run(folder.path)
    documents = folder.read("recipe.json")
    plan = Plan.from_json(documents["plan"])
    recipe = Recipe.from_json(documents["recipe"])
    spec = NetSpec.from_json(folder.read("spec.json"))
    here = engine.require()
    if plan.engine != here:
        raise RunError(
            f"{folder.path} was started with another engine, whose bits ours cannot continue",
            received=here,
            hint=f"KERAS_BACKEND={plan.engine} resnets resume {folder.path}",
        )
    from resnets.training.compiling import ready_model
    from resnets.training.course import finish
    from resnets.training.trainer import Trainer

    with folder.lock():
        opened, split, preprocess = reopen(folder.read("data.json"), source)
        net = ready_model(spec, recipe, plan.steps, depth_of(spec), plan.precision, plan.seed)
        train_pictures = Pictures(opened, split.train, preprocess)
        trainer = Trainer(
            net,
            training_batches(opened, train_pictures, recipe, plan.seed),
            looking_batches(opened, Pictures(opened, split.val, preprocess), recipe.batch),
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
