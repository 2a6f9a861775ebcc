"""A run from a file of weights: recognised, laid out as ours, and ready to answer."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, Literal

import numpy as np

from resnets import catalog
from resnets.data import Preprocess
from resnets.data.record import FORMAT
from resnets.errors import UsageError
from resnets.models import NetSpec
from resnets.models.variables import variables_of
from resnets.store import RunFolder
from resnets.store.provenance import provenance
from resnets.training.run import Run
from resnets.weights.files import read_arrays
from resnets.weights.fit import HEAD, Fit
from resnets.weights.foreign import Foreign
from resnets.weights.preprocessing import RULES, preprocessed
from resnets.weights.recognition import recognise

_FIRST = "stem/conv1/kernel"


def import_weights(
    file: str | os.PathLike[str],
    model: str | NetSpec | None = None,
    *,
    classes: Sequence[str] | str | os.PathLike[str] | None = None,
    size: int | None = None,
    channels: Literal[1] | None = None,
    preprocessing: str | None = None,
    settings: Mapping[str, str] | None = None,
    out: str | os.PathLike[str] = "runs",
    name: str | None = None,
) -> Run:
    """Make a run of a file of weights that another library wrote.

    Args:
        file: safetensors, PyTorch's, HDF5 or `.keras`; nothing in it is run.
        model: the net that it is for, by name or as a spec; None reads it off the file.
        classes: names of the classes in order, or a text file with one a line; None numbers them.
            A file without a dense layer needs them.
        size: side of the net's input in pixels; None takes the source's.
        channels: 1 for grey pictures; the first kernel is then summed over its colours.
        preprocessing: a row of `weights.preprocessing.RULES`; None takes the library's.
        settings: fields of the net as text that names and shapes do not tell: `norm_epsilon`.
        out: folder that runs are put into.
        name: the run's own name, in place of `<net>.<library>_<file>`.

    Raises:
        WeightsError: the file breaks a rule, or is for no net, or not for the one told.
        UsageError: the classes are not as many as the net's, or a value is out of range.
        UnknownNameError: there is no such net, preprocessing or field.
        RunError: the folder cannot be written.
    """
    place = Path(file)
    RunFolder.check(Path(out))
    rule_name = preprocessing and catalog.look_up({r: r for r in RULES}, preprocessing, "rule")
    foreign = read_arrays(place, look=lambda shapes: _refuse_unfit(shapes, model))
    fit = recognise(foreign.arrays, model)
    names = _classes(classes, fit)
    spec, arrays = _with_head(fit, len(names))
    if channels == 1 and spec.input_shape[2] > 1:
        spec, arrays = _grey(spec, arrays)
    rule_name = rule_name or fit.dialect.preprocessing
    spec, ready = preprocessed(spec, RULES[rule_name], size)
    spec = spec.with_text(settings or {})
    documents = _documents(spec, ready, names, fit, foreign, place, rule_name)
    run_name = name or f"{spec.name}.{fit.dialect.library}_{_stem(place)}"
    library = fit.dialect.library
    del foreign, fit  # the file's bytes and the views of them, before ours are written
    folder = RunFolder.create(Path(out), run_name, documents)
    with folder.lock():
        folder.keep_best(0, arrays, {"imported": library})
        folder.set_state("finished", imported=library)
    return Run(folder.path)


def _refuse_unfit(shapes: Mapping[str, tuple[int, ...]], model: str | NetSpec | None) -> None:
    """Recognise the net from shapes alone, before any array is read."""
    one = np.float32(0)
    recognise({name: np.broadcast_to(one, shape) for name, shape in shapes.items()}, model)


def _classes(given: Any, fit: Fit) -> tuple[str, ...]:
    if given is None:
        if fit.headless:
            raise UsageError(
                "the file ends before the dense layer, so that it knows no classes",
                received=f"{len(fit.arrays)} arrays",
                hint="name the classes it is to be trained for, one a line: --classes FILE",
            )
        return tuple(map(str, range(fit.spec.classes)))
    names = tuple(_lines(Path(given)) if isinstance(given, str | os.PathLike) else given)
    if len(set(names)) != len(names) or (not fit.headless and len(names) != fit.spec.classes):
        different = len(set(names))
        raise UsageError(
            f"the net has {fit.spec.classes} classes, and the names are others",
            received=f"{len(names)} names, {different} of them different",
            hint="give each class one name, in the order of the net's outputs",
        )
    return names


def _lines(path: Path) -> list[str]:
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(
            f"the file of classes cannot be read: {error.__class__.__name__}",
            received=str(path),
            hint="name a text file with one class a line, in UTF-8",
        ) from error
    return [line.strip() for line in text.splitlines() if line.strip()]


def _with_head(fit: Fit, classes: int) -> tuple[NetSpec, dict[str, np.ndarray]]:
    """Copy the arrays as float32; a missing head is zeros, so that all classes are as likely."""
    spec = replace(fit.spec, classes=classes)
    arrays = {path: np.ascontiguousarray(array, "float32") for path, array in fit.arrays.items()}
    if fit.headless:
        shapes = variables_of(spec)
        arrays |= {path: np.zeros(shapes[path], "float32") for path in HEAD}
    return spec, arrays


def _grey(spec: NetSpec, arrays: Mapping[str, np.ndarray]) -> tuple[NetSpec, dict[str, np.ndarray]]:
    """Sum the first kernel over its colours, which a grey picture has alike."""
    summed = arrays[_FIRST].sum(axis=2, keepdims=True)
    shape = (*spec.input_shape[:2], 1)
    grey = replace(spec, input_shape=shape, mean=spec.mean[:1], std=spec.std[:1])
    return grey, {**arrays, _FIRST: summed}


def _documents(
    spec: NetSpec,
    ready: Preprocess,
    names: tuple[str, ...],
    fit: Fit,
    foreign: Foreign,
    place: Path,
    rule: str,
) -> dict[str, dict[str, Any]]:
    origin = {
        "file": str(place.absolute()),
        "sha256": foreign.sha256,
        "container": foreign.container,
        "net": spec.name,
        "library": fit.dialect.library,
        "names_as_in": fit.dialect.source,
        "preprocessing": {"rule": rule, "source": RULES[rule].source},
        "license": foreign.facts.get("license", ""),
        "headless": fit.headless,
    }
    data = {
        "format": FORMAT,
        "name": place.name,
        "origin": "",
        "classes": list(names),
        "preprocess": ready.to_json(),
        "splits": {split: [] for split in ("train", "val", "test")},
        "made": {},
        "bad": [],
    }
    return {
        "spec.json": spec.to_json(),
        "recipe.json": {"recipe": {}, "plan": {"net": spec.name}},
        "data.json": data,
        "provenance.json": provenance(imported=origin),
    }


def _stem(place: Path) -> str:
    """Make a part of a folder's name from a file's: its first part, plain letters alone."""
    plain = "".join(c if c.isalnum() and c.isascii() else "-" for c in place.name.split(".")[0])
    return plain[:60].strip("-") or "file"
