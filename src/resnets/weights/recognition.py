"""Which library wrote these arrays, and for which net: read off names and shapes alone."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from resnets.errors import UsageError
from resnets.models import FAMILIES, NetSpec, depth_of, spec_of
from resnets.models.variables import variables_of
from resnets.weights import keras_dialects, torch_dialects
from resnets.weights.dialect import Dialect, plain_names
from resnets.weights.fit import Fit, hold
from resnets.weights.mismatch import misfit
from resnets.weights.positions import by_position, positions_of
from resnets.weights.structure import read_structure

DIALECTS: tuple[Dialect, ...] = (*torch_dialects.DIALECTS, *keras_dialects.DIALECTS)
_SAME: tuple[str, ...] = (
    *("blocks", "branch", "order", "stem", "stem_width"),
    *("width", "widening", "groups", "se_ratio", "widths", "first_stride", "halving"),
)


def recognise(arrays: Mapping[str, np.ndarray], model: str | NetSpec | None = None) -> Fit:
    """Find the net that arrays belong to.

    Args:
        arrays: by the names in their file.
        model: the net that they are said to be, by name or as a spec; None to read it off them.

    Returns:
        The fit, with `spec` whole: its classes and channels are the file's. A file without a dense
        layer fits too; its spec has the classes of the net in the table.

    Raises:
        WeightsError: no net fits, or not the one that was told; what is missing, left over and of
            another shape is named, for the nearest net.
    """
    plain = plain_names(arrays)
    best = min(_fits(plain, model), key=lambda fit: fit.distance, default=None)
    if best is None or best.distance:
        raise misfit(plain, best if model else _nearest(plain, best), model)
    return best


def _fits(arrays: Mapping[str, np.ndarray], model: str | NetSpec | None) -> Iterator[Fit]:
    placed = by_position(arrays)
    for dialect in _likely_first(model):
        if placed and not dialect.torch:
            yield from _fits_by_position(placed, dialect, model)
        elif not placed:
            yield from _fits_by_name(arrays, dialect, model)


def _likely_first(model: str | NetSpec | None) -> list[Dialect]:
    """Sort the dialects by how much of a told spec is not theirs: the first that fits is taken."""

    def strange(dialect: Dialect) -> int:
        usual = {**dialect.where, **dialect.fields}
        return sum(getattr(model, name) != value for name, value in usual.items())

    return sorted(DIALECTS, key=strange) if isinstance(model, NetSpec) else list(DIALECTS)


def _fits_by_name(
    arrays: Mapping[str, np.ndarray], dialect: Dialect, model: str | NetSpec | None
) -> Iterator[Fit]:
    mine = {path: name for name in arrays if (path := dialect.ours(name))}
    read = {path: dialect.array_in(path, arrays[name]) for path, name in mine.items()}
    shapes = {path: array.shape for path, array in read.items()}
    told = read_structure(shapes)
    if told is None:
        return
    spec = spec_in(dialect, shapes) if model is None else _told_spec(dialect, model, told)
    if spec is not None:
        yield hold(arrays, dialect, spec)


def _fits_by_position(
    arrays: Mapping[str, np.ndarray], dialect: Dialect, model: str | NetSpec | None
) -> Iterator[Fit]:
    """Try every net that is published in a dialect, as places alone tell little."""
    first, head = arrays.get("conv2d/vars/0"), arrays.get("dense/vars/0")
    if first is None or first.ndim != 4:
        return
    told: dict[str, Any] = {"channels": first.shape[2]}
    told["classes"] = head.shape[1] if head is not None and head.ndim == 2 else None
    nets = list(published(dialect)) if model is None else [_told_spec(dialect, model, told)]
    for net in nets:
        if net is None:
            continue
        spec = _sized(net, told)
        places = positions_of(spec)
        expected = variables_of(spec)
        read = {places[name]: array for name, array in arrays.items() if name in places}
        missing = {name for name, path in places.items() if path not in read}
        if head is None:
            missing -= {"dense/vars/0", "dense/vars/1"}
        wrong = tuple(
            (name, expected[path], arrays[name].shape)
            for name, path in places.items()
            if name in arrays and arrays[name].shape != expected[path]
        )
        left_over = tuple(name for name in arrays if name not in places)
        yield Fit(dialect, spec, read, tuple(sorted(missing)), left_over, wrong)


def published(dialect: Dialect) -> Iterator[NetSpec]:
    """Give the table's nets as a dialect's library has them."""
    for name in dialect.rows:
        spec = FAMILIES[name].spec
        fields = {**dialect.where, **dialect.fields, "bias": dialect.bias}
        told = "first" if spec.branch == "basic" and "first" in dialect.shortcuts else "B"
        told = "A" if spec.shortcut == "A" else told
        fields["shortcut"] = dialect.shortcuts[told]
        yield dataclasses.replace(spec, **fields, stem_norm=spec.order == "post")


def spec_in(dialect: Dialect, shapes: Mapping[str, tuple[int, ...]]) -> NetSpec | None:
    """Make the spec that names and shapes tell, in a dialect; None where it has no such net.

    Args:
        dialect: what they do not tell.
        shapes: of variables, by our names.
    """
    told = read_structure(shapes)
    if told is None or any(told[name] != value for name, value in dialect.where.items()):
        return None
    shortcut = dialect.shortcuts.get(told["projects"], dialect.shortcuts["B"])
    fields = {name: value for name, value in told.items() if name not in ("channels", "projects")}
    fields |= {"shortcut": shortcut, "name": "net", **dialect.fields}
    fields["classes"] = told["classes"] or 1000
    try:
        return _named(spec_of(NetSpec(**fields), input_shape=(224, 224, told["channels"])))
    except UsageError:  # shapes that no net can have
        return None


def _named(spec: NetSpec) -> NetSpec:
    """Name a net, and take the size of its pictures, from the row of the table that it is."""
    alike = [
        row.spec
        for row in FAMILIES.values()
        if not row.spec.page and all(getattr(row.spec, f) == getattr(spec, f) for f in _SAME)
    ]
    alike.sort(key=lambda row: (row.stride_in != spec.stride_in) + (row.shortcut != spec.shortcut))
    if not alike:
        small = (32, 32, spec.input_shape[2]) if spec.stem == "cifar" else spec.input_shape
        name = _plain_name(spec)
        return dataclasses.replace(spec, name=name, input_shape=small)
    shape = (*alike[0].input_shape[:2], spec.input_shape[2])
    return dataclasses.replace(spec, name=alike[0].name, input_shape=shape)


def _plain_name(spec: NetSpec) -> str:
    """Name a net that is no row of the table: `seresnext26d_32x4d`."""
    kind = ("se" if spec.se_ratio else "") + ("resnext" if spec.groups > 1 else "resnet")
    deep = ("d" if spec.shortcut.startswith("D") else "c") if spec.stem == "deep" else ""
    order = "v2" if spec.order == "pre" else ""
    share = round(spec.width * spec.widening) // spec.groups
    groups = f"_{spec.groups}x{share}d" if spec.groups > 1 else ""
    return f"{kind}{depth_of(spec)}{order}{deep}{groups}"


def _told_spec(dialect: Dialect, model: str | NetSpec, told: Mapping[str, Any]) -> NetSpec | None:
    """Give the net that was told: a name's as the dialect has it, a spec as it is."""
    if isinstance(model, NetSpec):
        return _sized(model, told)
    row = spec_of(model)
    for spec in published(dialect):
        if spec.name == row.name:
            return _sized(spec, told)
    fields = {**dialect.fields, "bias": dialect.bias, "stem_norm": row.order == "post"}
    if any(getattr(row, name) != value for name, value in dialect.where.items()):
        return None
    return _sized(dataclasses.replace(row, **fields), told)


def _sized(spec: NetSpec, told: Mapping[str, Any]) -> NetSpec:
    shape = (*spec.input_shape[:2], told["channels"])
    return spec_of(spec, input_shape=shape, classes=told["classes"])


def _nearest(arrays: Mapping[str, np.ndarray], best: Fit | None) -> Fit | None:
    """Find the published net that differs least, where none fits."""
    if best is None or by_position(arrays):
        return best
    fits = [hold(arrays, best.dialect, spec) for spec in published(best.dialect)]
    return min([best, *fits], key=lambda fit: fit.distance)
