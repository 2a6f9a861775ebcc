"""The best weights so far: one folder, swapped for the next so that a whole one is always there."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from resnets.errors import DamageError
from resnets.store import durable, naming, tensors
from resnets.store.commits import Commit
from resnets.store.manifest import fill, verify

KEY = "model"
_TRIES = 3  # looks at a folder that a training may be swapping at this very moment


def keep_best(
    best: Path,
    checkpoints: Path,
    step: int,
    arrays: Mapping[str, np.ndarray],
    facts: Mapping[str, Any],
) -> None:
    """Put new best weights in the place of the old ones.

    A folder cannot take the place of a full one in one step. So the old one steps aside first,
    to where `find_best` looks next, and goes only when the new one has its name.

    Args:
        best: the folder that will hold them.
        checkpoints: where they are made, which this process alone writes to.
        step: gradient steps behind them.
        arrays: the weights.
        facts: what makes them best, as JSON.

    Raises:
        DivergenceError: an array holds a number that is not finite.
        OSError: the disk is full, failing or forbidden; the old ones are untouched.
    """
    contents = {f"{KEY}.safetensors": tensors.pack(arrays, "the best weights")}
    before = _before(checkpoints)
    temporary = checkpoints / f"{naming.TEMPORARY}best-{os.getpid()}"
    try:
        if not checkpoints.exists():
            durable.make_folder(checkpoints)
        if before.exists() and not best.exists():
            durable.rename(before, best)
        durable.remove(before)
        durable.remove(temporary)
        fill(temporary, contents, step, None, facts)
        if best.exists():
            durable.rename(best, before)
        durable.rename(temporary, best)
    except OSError:
        with contextlib.suppress(OSError):
            if before.exists() and not best.exists():
                durable.rename(before, best)
            durable.remove(temporary)
        raise
    durable.sync(best.parent)
    durable.sync(checkpoints)
    with contextlib.suppress(OSError):
        durable.remove(before)


def find_best(best: Path, checkpoints: Path) -> Commit | None:
    """Find the best weights, or None where none were kept yet.

    Raises:
        DamageError: there are some, and their files do not agree with their manifest.
    """
    damage: DamageError | None = None
    for _ in range(_TRIES):
        damaged: list[str] = []
        for place in (best, _before(checkpoints)):
            if not place.exists():
                continue
            try:
                manifest = verify(place)
            except DamageError as error:
                damage = error
                damaged.append(error.what)
            else:
                return Commit(place, manifest.step, manifest.facts, manifest, tuple(damaged))
    if damage is not None:
        raise damage
    return None


def _before(checkpoints: Path) -> Path:
    return checkpoints / ".best-before"
