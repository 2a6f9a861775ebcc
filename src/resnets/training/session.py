"""A training from a source to a finished run folder, and the way back into one cut short."""

from __future__ import annotations

import importlib.util
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from resnets import engine
from resnets.data import reopen
from resnets.errors import EngineError, RunError
from resnets.store import RunFolder
from resnets.store.naming import checked
from resnets.training.plan import Request
from resnets.training.preparation import prepare
from resnets.training.progress import Progress
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
    recompute: bool = False,
    out: str | os.PathLike[str] = "runs",
    name: str | None = None,
    settings: Mapping[str, str] | None = None,
    allow_bad: bool = False,
    callbacks: Sequence[Any] = (),
    tensorboard: bool = False,
    silent: bool = False,
) -> Run:
    """Train a residual net on pictures and leave a run folder; what is not given is chosen.

    Args:
        source: a folder, archive, CSV or NPZ file, `digits`, `shapes`, or arrays (x, y).
        model: a net's name.
        recipe: a recipe's name.
        epochs: passes over the training pictures, above 0.
        minutes: time that the training may take, above 0; not beside epochs.
        size: side of the square the net sees, or (H, W), in pixels.
        batch: pictures a step, at least 1.
        seed: of weights, order and augmentation, 0 or more.
        precision: `auto`, `float32`, `bfloat16` or `float16`.
        recompute: whether blocks are computed again in the backward pass: less memory, more time.
        out: folder that runs are put into.
        name: the run's own name, in place of `<model>.<recipe>_<data>_s<seed>`.
        settings: fields of the recipe as text, or of `model.` and `preprocess.`.
        allow_bad: go on though more than 1 % of the pictures cannot be read.
        callbacks: any Keras callbacks.
        tensorboard: write TensorBoard's files into the run as well.
        silent: print nothing.

    Raises:
        ResnetsError: of the kind that the tree in `resnets.errors` has for it.
    """
    progress = Progress(silent)
    request = Request(model, recipe, epochs, minutes, size, batch, seed, precision, recompute)
    _check(Path(out), name, tensorboard)
    setup = prepare(source, request, settings or {}, allow_bad, progress.say)
    # An engine takes seconds to load: all that can be refused without one has been by now.
    with engine.quietly():
        from resnets.training.course import begin

    return begin(setup, request, Path(out), name, callbacks, tensorboard, progress)


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
        source: the pictures again, where they have moved or were arrays in memory.
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
    started, here = folder.read("recipe.json")["plan"]["engine"], engine.require()
    if started != here:
        raise RunError(
            f"{folder.path} was started with another engine, whose bits ours cannot continue",
            received=here,
            hint=f"KERAS_BACKEND={started} resnets resume {folder.path}",
        )
    with folder.lock():
        opened, split, preprocess = reopen(folder.read("data.json"), source)
        with engine.quietly():
            from resnets.training.course import go_on

        return go_on(folder, opened, split, preprocess, callbacks, progress)


def _check(out: Path, name: str | None, tensorboard: bool) -> None:
    """Refuse what would only fail after the work."""
    if tensorboard and importlib.util.find_spec("tensorboard") is None:
        raise EngineError(
            "TensorBoard was asked for and is not installed",
            received="tensorboard=True",
            hint="pip install tensorboard",
        )
    RunFolder.check(out)
    if name is not None:
        checked(name)
