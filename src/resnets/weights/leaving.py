"""Our arrays under the names and in the layout of another library, where it has an equal net."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

import numpy as np

from resnets import catalog
from resnets.errors import UsageError
from resnets.models import NetSpec
from resnets.models.layout import block_list, stem_rows
from resnets.models.variables import variables_of
from resnets.weights.dialect import Dialect
from resnets.weights.recognition import DIALECTS, spec_in

LIBRARIES: tuple[str, ...] = tuple(dict.fromkeys(dialect.library for dialect in DIALECTS))
_COURSE = next(dialect for dialect in DIALECTS if dialect.library == "course")


def to_foreign(
    arrays: Mapping[str, np.ndarray], spec: NetSpec, library: str
) -> dict[str, np.ndarray]:
    """Translate a net's arrays for another library.

    Args:
        arrays: as `arrays_of` gives them; seeds of random layers stay behind.
        spec: the net.
        library: one of `LIBRARIES`.

    Returns:
        Arrays in that library's layout, in the order of the net, by its names. PyTorch's counts
        of batches are not among them: it makes them anew.

    Raises:
        UnknownNameError: there is no such library here.
        UsageError: it has no equal net, with what differs.
    """
    catalog.look_up(dict.fromkeys(LIBRARIES), library, "library")
    ours, net = plain_net(arrays, spec)
    dialects = [dialect for dialect in DIALECTS if dialect.library == library]
    against = [(_reasons(net, dialect), dialect) for dialect in dialects]
    # The dialect that is meant takes nets of this kind, and has the fewest reasons against it.
    (_, reasons), dialect = min(against, key=lambda found: (found[0][0], len(found[0][1])))
    if not reasons:
        return {
            str(dialect.theirs(path, net.classes)): np.ascontiguousarray(
                dialect.array_out(path, ours[path])
            )
            for path in variables_of(net)
        }
    raise UsageError(
        f"{spec.name} has no equal in {library}: {'; '.join(reasons[:4])}",
        received=library,
        hint="safetensors, with our own names, takes every net",
    )


def plain_net(
    arrays: Mapping[str, np.ndarray], spec: NetSpec
) -> tuple[dict[str, np.ndarray], NetSpec]:
    """Give the arrays and spec of a net whose layers have our names, whatever its page says."""
    if not spec.page:
        return dict(arrays), spec
    named = {path: array for name, array in arrays.items() if (path := _COURSE.ours(name))}
    return named, dataclasses.replace(spec, page="")


def _reasons(spec: NetSpec, dialect: Dialect) -> tuple[int, list[str]]:
    """Tell what of a net the library does not have, the less alike the higher the number before."""
    shapes = variables_of(spec)
    nameless = [path for path in shapes if dialect.theirs(path, spec.classes) is None]
    if nameless:
        return 1, [f"it has no {nameless[0].rpartition('/')[0]}"]
    there = spec_in(dialect, shapes)
    if there is None:
        wanted = ", ".join(f"{name} {value}" for name, value in dialect.where.items())
        return 2, [f"its nets have {wanted or 'other widths'}"]
    mine, theirs = _computed(spec), _computed(there)
    return 0, [_difference(n, mine[n], theirs[n]) for n in mine if mine[n] != theirs[n]]


def _difference(name: str, mine: object, theirs: object) -> str:
    return f"the {name} differ" if isinstance(mine, tuple) else f"{name} is {mine}, there {theirs}"


def _computed(spec: NetSpec) -> dict[str, Any]:
    """Say what a net computes, with fields that come to the same made the same."""
    blocks = [dataclasses.replace(block, survival=1.0) for block in block_list(spec)]
    rectified = spec.stem_norm and spec.activation == "relu"
    fill = "lowest" if rectified and spec.stem_fill == "zeros" else spec.stem_fill
    return {
        "strides": tuple((row.stride, row.groups, row.pool) for b in blocks for row in b.rows),
        "shortcuts": tuple((block.form, block.stride) for block in blocks),
        "channels": tuple(block.channels for block in blocks),
        "stem": tuple(stem_rows(spec)),
        "stem_norm": spec.stem_norm,
        "stem_fill": "none" if spec.stem == "cifar" else fill,
        "order": spec.order,
        "norm_epsilon": spec.norm_epsilon,
        "padding": spec.padding,
        "activation": spec.activation,
        "bias": spec.bias,
        "se_ratio": spec.se_ratio,
    }
