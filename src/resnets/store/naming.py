"""Names of run folders and of commits: which are allowed, which are free, what they say."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path

from resnets.errors import UsageError, printable

TEMPORARY = ".tmp-"


def checked(name: str) -> str:
    """Let a run's name pass if it is one plain folder name on every system.

    Raises:
        UsageError: it is empty, hidden or too long, or holds a separator, a control character or
            what Windows forbids.
    """
    plain = printable(name, limit=10_000) == name and not re.search(r'[/\\:*?"<>|]', name)
    if not plain or not 0 < len(os.fsencode(name)) <= 200 or name[0] in ". " or name[-1] in ". ":
        raise UsageError(
            "a run's name must be one plain folder name of at most 200 bytes",
            received=name,
            hint="use letters, digits, dots, dashes and underscores",
        )
    return name


def candidates(parent: Path, name: str) -> Iterator[Path]:
    """Give the places for a run that are free at this moment: `name`, `name_2`, `name_3`, ...

    >>> next(candidates(Path("no-such-folder"), "plain20")).name
    'plain20'
    """
    number = 1
    while True:
        path = parent / (name if number == 1 else f"{name}_{number}")
        if not os.path.lexists(path):
            yield path
        number += 1


def step_name(step: int) -> str:
    """Name the commit of a step.

    >>> step_name(420)
    'step-000420'
    """
    return f"step-{step:06d}"


def step_of(name: str) -> int | None:
    """Read the step out of a commit's name, or None where it is the name of something else.

    >>> step_of("step-000420"), step_of("step-000420.bad"), step_of(".tmp-420-77")
    (420, None, None)
    """
    found = re.fullmatch(r"step-([0-9]{6,})", name)
    return int(found.group(1)) if found and step_name(int(found.group(1))) == name else None


def temporary_name(step: int) -> str:
    """Name the folder in which the commit of a step is made: `.tmp-<step>-<pid>`."""
    return f"{TEMPORARY}{step}-{os.getpid()}"


def set_aside(path: Path) -> Path:
    """Give the free name under which something damaged is kept: `.bad`, `.bad_2`, ..."""
    return next(candidates(path.parent, f"{path.name}.bad"))
