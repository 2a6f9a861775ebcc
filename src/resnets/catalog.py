"""Look-up in a table of names, with the nearest match when the name is not there."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping
from typing import TypeVar

from resnets.errors import UnknownNameError

Row = TypeVar("Row")


def look_up(table: Mapping[str, Row], name: str, kind: str) -> Row:
    """Find the row that a name stands for.

    Args:
        table: rows by name.
        name: what was asked for, matched to the letter.
        kind: what the rows are, for the message: "net", "recipe", "verb".

    Raises:
        UnknownNameError: the name is not in the table.

    >>> look_up({"resnet20": 20}, "resnet20", "net")
    20
    """
    if name not in table:
        raise unknown(table, name, kind)
    return table[name]


def unknown(names: Iterable[str], name: str, kind: str) -> UnknownNameError:
    """Make the error for a name that is not among the names."""
    known = sorted(names)
    near = nearest(known, name)
    some = ", ".join(known[:12]) + (", ..." if len(known) > 12 else "")
    hint = f"did you mean {near}?" if near else f"one of: {some}"
    return UnknownNameError(f"there is no {kind} of this name", received=name, hint=hint)


def nearest(names: Iterable[str], name: str) -> str | None:
    """Find the name most like the given one, or None where none is alike.

    >>> nearest(["resnet20", "plain20"], "resnet-20")
    'resnet20'
    """
    by_fold = {known.casefold(): known for known in names}
    found = difflib.get_close_matches(name.casefold(), by_fold, n=1, cutoff=0.5)
    return by_fold[found[0]] if found else None
