"""Every spec of the package goes to JSON and back with each of its fields away from its default."""

from __future__ import annotations

import ast
import dataclasses
import importlib
import json
import types
import typing
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from resnets.errors import UsageError
from resnets.spec import Spec

PACKAGE = Path(__file__).resolve().parents[2] / "src" / "resnets"

# Values that only a table knows, or that one field asks of another.
GIVEN: dict[tuple[str, str], Any] = {
    ("Request", "model"): "resnet20",
    ("Request", "recipe"): "lesson",
    ("Request", "precision"): "float32",
    ("Augment", "scale_crop"): (0.25, 0.75),
    ("Recipe", "growth"): ((0.0, 0.5), (0.5, 1.0)),
}

# Other fields that have to change along with one.
COMPANY: dict[tuple[str, str], dict[str, Any]] = {
    ("Recipe", "optimizer"): {"weight_decay": 0.0},
    ("NetSpec", "halving"): {"branch": "basic", "shortcut": "D"},
}


def every_spec() -> list[type[Spec]]:
    """The classes in the package that are written as `class X(Spec)`, so that none escapes."""
    found = []
    for path in sorted(PACKAGE.rglob("*.py")):
        for node in ast.parse(path.read_text(encoding="utf-8")).body:
            if isinstance(node, ast.ClassDef) and "Spec" in map(ast.unparse, node.bases):
                module = ".".join(path.relative_to(PACKAGE.parent).with_suffix("").parts)
                found.append(getattr(importlib.import_module(module), node.name))
    return found


def candidates(rule: Any, default: Any) -> Iterator[Any]:
    """Values that fit an annotation, likely ones first."""
    origin, inner = typing.get_origin(rule), typing.get_args(rule)
    if origin in (typing.Union, types.UnionType):
        for part in inner:
            yield from candidates(part, default)
    elif origin is typing.Literal:
        yield from inner
    elif origin is tuple and Ellipsis in inner:
        for item in candidates(inner[0], None):
            yield (item,)
    elif origin is tuple:
        yield from zip(*(list(candidates(part, None)) for part in inner), strict=False)
    elif rule is bool:
        yield from (True, False)
    elif rule is int:
        yield from (2, 9, 200, 3)
    elif rule is float:
        yield from (0.375, 1.5, 0.75, 2.5)
    elif rule is str:
        yield from ("thing", "other")
    elif isinstance(rule, type) and issubclass(rule, Spec):
        yield from variants(rule)


def variants(kind: type[Spec]) -> Iterator[Spec]:
    """A spec as it comes, and others of its kind."""
    start = kind(**dict(required(kind)))
    yield start
    for _, spec in changed(start):
        yield spec


def required(kind: type[Spec]) -> Iterator[tuple[str, Any]]:
    """Values for the fields that have no default."""
    hints = typing.get_type_hints(kind)
    for field in dataclasses.fields(kind):
        if field.default is field.default_factory is dataclasses.MISSING:
            yield (
                field.name,
                GIVEN.get((kind.__name__, field.name))
                or next(value for value in candidates(hints[field.name], None) if value != 2),
            )


def changed(start: Spec) -> Iterator[tuple[str, Spec]]:
    """The spec with one field after the other given another value."""
    kind = type(start)
    hints = typing.get_type_hints(kind)
    for field in dataclasses.fields(kind):
        before = getattr(start, field.name)
        given = GIVEN.get((kind.__name__, field.name))
        company = COMPANY.get((kind.__name__, field.name), {})
        for value in [given] if given else candidates(hints[field.name], before):
            if value == before:
                continue
            try:
                yield field.name, dataclasses.replace(start, **{field.name: value}, **company)
            except UsageError:
                continue
            break
        else:
            raise AssertionError(
                f"no other value for {kind.__name__}.{field.name}: add it to GIVEN"
            )


def test_the_specs_of_the_walk_are_among_them() -> None:
    names = {kind.__name__ for kind in every_spec()}
    assert names >= {"Augment", "Duration", "Limits", "NetSpec", "Plan", "Preprocess", "Recipe"}
    assert len(names) == len(every_spec())


@pytest.mark.parametrize("kind", every_spec(), ids=lambda kind: kind.__name__)
def test_every_field_survives_json(kind: type[Spec]) -> None:
    start = kind(**dict(required(kind)))
    seen = []
    for name, spec in changed(start):
        again = kind.from_json(json.loads(json.dumps(spec.to_json())))
        assert again == spec
        assert again != start
        seen.append(name)
    assert seen == [field.name for field in dataclasses.fields(kind)]


@pytest.mark.parametrize("kind", every_spec(), ids=lambda kind: kind.__name__)
def test_every_field_can_be_typed(kind: type[Spec]) -> None:
    start = kind(**dict(required(kind)))
    for name, spec in changed(start):
        names = [name, *COMPANY.get((kind.__name__, name), {})]
        data = spec.to_json()
        assert start.with_text({field: json.dumps(data[field]) for field in names}) == spec
