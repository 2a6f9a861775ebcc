"""Checkpoints that are whole or not there: written aside, with a manifest, renamed, pruned."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from resnets.errors import DamageError
from resnets.store import documents, durable, naming, tensors
from resnets.store.manifest import Manifest, fill, read_file, verify

KEPT = 2  # commits that stay: should the newest be damaged, there is the one before
STATE = "state.json"


@dataclass(frozen=True)
class Commit:
    """A saved state whose files agree with their manifest.

    Args:
        path: its folder.
        step: gradient steps done.
        state: what was saved beside the arrays.
        manifest: sizes and digests of its files.
        damaged: what was found damaged on the way to this one, a sentence each.
    """

    path: Path
    step: int
    state: dict[str, Any]
    manifest: Manifest = field(repr=False)
    damaged: tuple[str, ...] = ()

    def arrays(self, key: str) -> dict[str, np.ndarray]:
        """Read the arrays that were saved under a key, checking them once more.

        Raises:
            DamageError: the file has changed since.
        """
        name = f"{key}.safetensors"
        return tensors.unpack(read_file(self.path, self.manifest, name), str(self.path / name))


def commit(
    checkpoints: Path,
    step: int,
    arrays: Mapping[str, Mapping[str, np.ndarray]],
    state: Mapping[str, Any],
) -> Path:
    """Save a step; after a cut at any moment the newest commit is this one or the one before.

    A step that is there already is left alone: the same step of the same run is the same state.

    Args:
        checkpoints: the folder of commits, which this process alone writes to.
        step: gradient steps done.
        arrays: one file of arrays by key.
        state: whatever else the step needs, as JSON.

    Raises:
        DivergenceError: an array holds a number that is not finite.
        OSError: the disk is full, failing or forbidden; the commits before are untouched.
    """
    final = checkpoints / naming.step_name(step)
    contents = {f"{key}.safetensors": tensors.pack(part, key) for key, part in arrays.items()}
    contents[STATE] = documents.render(state)
    if final.exists() and _put_aside_if_damaged(final) is None:
        return final
    temporary = checkpoints / naming.temporary_name(step)
    parents = [name for name in _names(checkpoints) if naming.step_of(name) != step]
    try:
        if not checkpoints.exists():
            durable.make_folder(checkpoints)
        durable.remove(temporary)
        fill(temporary, contents, step, parents[-1] if parents else None, {})
        durable.rename(temporary, final)
    except OSError:
        with contextlib.suppress(OSError):
            durable.remove(temporary)
        raise
    durable.sync(checkpoints)
    # The step is safe by now; what cannot be cleared away today is tried again at the next one.
    with contextlib.suppress(OSError):
        prune(checkpoints)
    return final


def prune(checkpoints: Path) -> None:
    """Delete all commits but the newest two, and what cuts have left half-made."""
    for name in _names(checkpoints)[:-KEPT]:
        # First its name, so that a cut leaves no commit with a part of its files.
        durable.rename(checkpoints / name, checkpoints / f"{naming.TEMPORARY}{name}")
    for path in sorted(checkpoints.iterdir()):
        if path.name.startswith(naming.TEMPORARY):
            durable.remove(path)


def newest(checkpoints: Path) -> Commit | None:
    """Find the newest commit that is whole; damaged ones are kept as `<name>.bad`.

    Returns:
        The commit, with what was found damaged on the way; None where nothing was saved yet.

    Raises:
        DamageError: there were commits, and none of them is whole.
    """
    damaged: list[str] = []
    for name in reversed(_names(checkpoints)):
        path = checkpoints / name
        fault = _put_aside_if_damaged(path)
        if fault is None:
            manifest = verify(path)
            return Commit(
                path, manifest.step, documents.read(path / STATE), manifest, tuple(damaged)
            )
        damaged.append(fault.what)
    if damaged:
        raise DamageError(
            f"none of the {len(damaged)} checkpoints in {checkpoints} is whole; they are now .bad",
            received="; ".join(damaged),
            hint="bring one back from a copy, or resume again to begin at step 0",
        )
    return None


def _names(checkpoints: Path) -> list[str]:
    """List the commits, oldest first."""
    if not checkpoints.is_dir():  # a copy of a run may have lost its empty folders
        return []
    found = [path.name for path in checkpoints.iterdir() if naming.step_of(path.name) is not None]
    return sorted(found, key=lambda name: naming.step_of(name) or 0)


def _put_aside_if_damaged(path: Path) -> DamageError | None:
    try:
        manifest = verify(path)
        if manifest.step != naming.step_of(path.name):
            return _put_aside(
                path,
                DamageError(
                    f"{path} holds another step than its name says",
                    received=manifest.step,
                    hint="nobody but resnets should rename checkpoints",
                ),
            )
    except DamageError as error:
        return _put_aside(path, error)
    return None


def _put_aside(path: Path, error: DamageError) -> DamageError:
    # In a folder that cannot be written the damaged one keeps its name and is passed over.
    with contextlib.suppress(OSError):
        durable.rename(path, naming.set_aside(path))
    return error
