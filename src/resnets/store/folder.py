"""A run folder: made whole, opened with care, written by one process at a time."""

from __future__ import annotations

import contextlib
import errno
import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Literal, Self

import numpy as np

from resnets.errors import RunError, printable
from resnets.store import best, commits, documents, durable, lock, naming, rows
from resnets.store.commits import Commit
from resnets.store.provenance import now

FORMAT = 1
STATE = "state.json"
Status = Literal["running", "finished", "stopped"]


class RunFolder:
    """A folder that holds everything about one training.

    Args:
        path: a run folder; `create` and `open` are the ways to one that is known to be good.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.name = path.name
        self._checkpoints = path / "checkpoints"
        self._best = path / "best"
        self._rows = path / "metrics.jsonl"

    def __repr__(self) -> str:
        return f"RunFolder({str(self.path)!r})"

    @staticmethod
    def check(parent: Path) -> None:
        """See whether a run could be made in a folder, and leave nothing behind.

        Args:
            parent: the folder that runs are put into; it need not exist yet.

        Raises:
            RunError: it cannot be made or written.
        """
        place = parent.absolute()
        while not os.path.lexists(place) and place != place.parent:
            place = place.parent
        trial = place / f"{naming.TEMPORARY}{os.getpid()}"
        try:
            durable.make_folder(trial)
            durable.remove(trial)
        except OSError as error:
            raise _unwritable(parent, error) from error

    @classmethod
    def create(
        cls, parent: Path, name: str, documents_by_name: Mapping[str, Mapping[str, Any]]
    ) -> Self:
        """Make a run folder; it appears under its name only when its documents are in it.

        Args:
            parent: the folder that runs are put into, made where it is missing.
            name: the run's name; `_2`, `_3`, ... is added where it is taken.
            documents_by_name: JSON documents by file name.

        Raises:
            UsageError: the name is no plain folder name.
            RunError: the folder cannot be made or written.
        """
        naming.checked(name)
        parent = parent.absolute()
        temporary = parent / f"{naming.TEMPORARY}{os.getpid()}-{name}"
        try:
            parent.mkdir(parents=True, exist_ok=True)
            durable.remove(temporary)
            durable.make_folder(temporary)
            durable.make_folder(temporary / "checkpoints")
            for file, document in {**documents_by_name, STATE: _state("running")}.items():
                durable.write(temporary / file, documents.render(document))
                durable.sync(temporary / file)
            durable.sync(temporary)
            path = _settle(temporary, parent, name)
            durable.sync(parent)
        except OSError as error:
            with contextlib.suppress(OSError):
                durable.remove(temporary)
            raise _unwritable(parent, error) from error
        return cls(path)

    @classmethod
    def open(cls, path: str | os.PathLike[str]) -> Self:
        """Open a run folder.

        Raises:
            RunError: there is no such folder, it is no run, or a newer version made it.
            DamageError: its state cannot be read.
        """
        place = Path(path).absolute()
        if not (place / STATE).is_file():
            raise RunError(
                f"{place} is no run folder" if place.exists() else f"there is no run at {place}",
                received=os.fspath(path),
                hint=_runs_inside(place),
            )
        made = documents.read(place / STATE).get("format")
        if not isinstance(made, int) or made > FORMAT:
            raise RunError(
                f"{place} was made by a newer version; this one reads up to format {FORMAT}",
                received=made,
                hint="update resnets: pip install --upgrade resnets",
            )
        return cls(place)

    def read(self, name: str) -> dict[str, Any]:
        """Read a JSON document of the run.

        Raises:
            DamageError: it is missing or broken.
        """
        return documents.read(self.path / name)

    def write(self, name: str, data: Mapping[str, Any]) -> None:
        """Put a JSON document into the run; it is replaced in one step.

        Raises:
            RunError: the folder cannot be written.
        """
        try:
            documents.write(self.path / name, data)
        except OSError as error:
            raise _unwritable(self.path, error) from error

    @property
    def state(self) -> dict[str, Any]:
        """How the run stands: its status, the reason of a stop, and the facts of its end."""
        return self.read(STATE)

    def set_state(self, status: Status, reason: str = "", **facts: Any) -> None:
        """Write down how the run stands.

        Args:
            status: what the run does.
            reason: why it stopped.
            **facts: what else is to be known, as JSON.

        Raises:
            RunError: the folder cannot be written.
        """
        self.write(STATE, _state(status, reason, **facts))

    @contextlib.contextmanager
    def lock(self) -> Iterator[None]:
        """Keep other writers out.

        Raises:
            LockedError: another process is writing.
            RunError: the folder cannot be written.
        """
        with lock.hold(self.path):
            yield

    def append(self, row: Mapping[str, Any]) -> None:
        """Add a measurement.

        Raises:
            OSError: the disk is full, failing or forbidden.
        """
        rows.append(self._rows, row)

    def rows(self) -> list[dict[str, Any]]:
        """Read the measurements, less a last one that a cut has left without its end.

        Raises:
            DamageError: a line before the last is no JSON object.
        """
        return rows.read(self._rows)

    def rewind(self, step: int) -> None:
        """Drop measurements of later steps, as a resumed run will make them again."""
        rows.rewind(self._rows, step)

    def commit(
        self, step: int, arrays: Mapping[str, Mapping[str, np.ndarray]], state: Mapping[str, Any]
    ) -> Path:
        """Save a step whole or not at all; the newest two stay.

        Args:
            step: gradient steps done.
            arrays: one file of arrays by key.
            state: whatever else the step needs, as JSON.

        Returns:
            The commit's folder.

        Raises:
            DivergenceError: an array holds a number that is not finite.
            OSError: the disk is full, failing or forbidden; the commits before are untouched.
        """
        return commits.commit(self._checkpoints, step, arrays, state)

    def newest(self) -> Commit | None:
        """Find the newest commit that is whole, or None where nothing was saved yet.

        Raises:
            DamageError: there were commits, and none of them is whole.
        """
        return commits.newest(self._checkpoints)

    def keep_best(
        self, step: int, arrays: Mapping[str, np.ndarray], facts: Mapping[str, Any]
    ) -> None:
        """Keep the best weights so far, in the place of the last such.

        Args:
            step: gradient steps behind them.
            arrays: the weights.
            facts: what makes them best, as JSON; they come back as the commit's state.

        Raises:
            DivergenceError: an array holds a number that is not finite.
            OSError: the disk is full, failing or forbidden; the old ones are untouched.
        """
        best.keep_best(self._best, self._checkpoints, step, arrays, facts)

    def best(self) -> Commit | None:
        """Find the best weights (key `model`), or None where none were kept yet.

        Raises:
            DamageError: their files do not agree with their manifest.
        """
        return best.find_best(self._best, self._checkpoints)


def _state(status: Status, reason: str = "", **facts: Any) -> dict[str, Any]:
    return {"format": FORMAT, "status": status, "reason": reason, "time": now(), **facts}


def _settle(temporary: Path, parent: Path, name: str) -> Path:
    """Give the folder its name, or the next where another process was faster."""
    for path in naming.candidates(parent, name):
        try:
            durable.rename(temporary, path)
        except OSError as error:
            if error.errno not in (errno.EEXIST, errno.ENOTEMPTY):
                raise
        else:
            return path
    raise AssertionError("candidates never end")


def _unwritable(path: Path, error: OSError) -> RunError:
    return RunError(
        f"{path} cannot be written",
        received=error.strerror or str(error),
        hint="choose another folder: --out",
    )


def _runs_inside(place: Path) -> str:
    try:
        found = sorted(child.name for child in place.iterdir() if (child / STATE).is_file())
    except OSError:
        found = []
    if found:
        return f"it holds runs; name one: {place / printable(found[0])}"
    return "name a folder that resnets train has made, such as runs/resnet20.quick_signs_s0"
