"""Frozen dataclasses that check themselves, and go to JSON and back without loss."""

from __future__ import annotations

import dataclasses
import json
import math
import types
import typing
from collections.abc import Mapping
from typing import Any, Self

from resnets import catalog
from resnets.errors import UsageError


@dataclasses.dataclass(frozen=True)
class Spec:
    """The base of every spec: fields are checked at birth and stored as they were given.

    A field's annotation is its rule. It may be bool, int, float, str, a Literal, another spec, a
    tuple of these, or any of them or None. An int is taken where a float is asked for.

    Raises:
        UsageError: a field's value does not fit its annotation.
    """

    def __post_init__(self) -> None:
        for name, rule in _rules(type(self)).items():
            value = getattr(self, name)
            if not _fits(value, rule):
                raise UsageError(
                    f"{type(self).__name__}.{name} must be {_words(rule)}",
                    received=value,
                    hint=f"give {name} such a value",
                )

    def to_json(self) -> dict[str, Any]:
        """Turn the spec into plain dicts, lists, numbers, strings and None."""
        return {name: _plain(getattr(self, name)) for name in _rules(type(self))}

    @classmethod
    def from_json(cls, data: Mapping[str, Any]) -> Self:
        """Make the spec again from what `to_json` gave; fields left out keep their defaults.

        Raises:
            UnknownNameError: there is no such field; the nearest one is proposed.
            UsageError: a value does not fit its field, or a field without default is missing.
        """
        rules = _rules(cls)
        values = {}
        for name, value in data.items():
            rule = catalog.look_up(rules, name, f"field of {cls.__name__}")
            values[name] = _typed(value, rule)
        missing = [
            field.name
            for field in dataclasses.fields(cls)
            if field.name not in values
            and field.default is dataclasses.MISSING
            and field.default_factory is dataclasses.MISSING
        ]
        if missing:
            raise UsageError(
                f"{cls.__name__} lacks {', '.join(missing)}",
                received=sorted(values),
                hint="give every field that has no default",
            )
        return cls(**values)

    def with_text(self, assignments: Mapping[str, str]) -> Self:
        """Change fields by what somebody typed (`--set field=value`).

        Args:
            assignments: values as text by field; `stem.width` reaches into a spec that is a field.
                A value is read as JSON where that fits the field, and else as a plain word.

        Raises:
            UnknownNameError: there is no such field; the nearest one is proposed.
            UsageError: a value does not fit its field.
        """
        data = self.to_json()
        for path, text in assignments.items():
            *parents, last = path.split(".")
            cls: type[Spec] = type(self)
            place = data
            for parent in parents:
                rule = catalog.look_up(_rules(cls), parent, f"field of {cls.__name__}")
                inner = next((part for part in _parts(rule) if _is_spec(part)), None)
                if inner is None or not isinstance(place[parent], dict):
                    raise UsageError(
                        f"{cls.__name__}.{parent} has no fields of its own",
                        received=path,
                        hint=f"set {parent} itself",
                    )
                cls, place = inner, place[parent]
            catalog.look_up(_rules(cls), last, f"field of {cls.__name__}")
            place[last] = _read(text)
        return type(self).from_json(data)


def _rules(cls: type) -> dict[str, Any]:
    hints = typing.get_type_hints(cls)
    return {field.name: hints[field.name] for field in dataclasses.fields(cls)}


def _parts(rule: Any) -> tuple[Any, ...]:
    """The alternatives of a union, or the one rule."""
    if typing.get_origin(rule) in (typing.Union, types.UnionType):
        return typing.get_args(rule)
    return (rule,)


def _is_spec(rule: Any) -> bool:
    return isinstance(rule, type) and issubclass(rule, Spec)


def _fits(value: Any, rule: Any) -> bool:
    origin, inner = typing.get_origin(rule), typing.get_args(rule)
    if len(_parts(rule)) > 1:
        return any(_fits(value, part) for part in _parts(rule))
    if rule is None or rule is types.NoneType:
        return value is None
    if origin is typing.Literal:
        return any(value == choice and type(value) is type(choice) for choice in inner)
    if origin is tuple:
        if not isinstance(value, tuple):
            return False
        if len(inner) == 2 and inner[1] is Ellipsis:
            return all(_fits(item, inner[0]) for item in value)
        return len(value) == len(inner) and all(map(_fits, value, inner))
    if rule is float:
        return type(value) in (int, float) and math.isfinite(value)
    if rule is int:
        return type(value) is int  # True is no number here
    return isinstance(value, rule)


def _plain(value: Any) -> Any:
    if isinstance(value, Spec):
        return value.to_json()
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    return value


def _typed(value: Any, rule: Any) -> Any:
    """Undo `_plain`: lists become tuples, dicts the specs that they were."""
    for part in _parts(rule):
        if isinstance(value, Mapping) and _is_spec(part):
            return part.from_json(value)
        if isinstance(value, list) and typing.get_origin(part) is tuple:
            inner = typing.get_args(part)
            if len(inner) == 2 and inner[1] is Ellipsis:
                return tuple(_typed(item, inner[0]) for item in value)
            if len(inner) == len(value):
                return tuple(_typed(item, rule) for item, rule in zip(value, inner, strict=True))
    return value


def _read(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text


def _words(rule: Any) -> str:
    """Say a rule in words: `a whole number or None`."""
    names = {bool: "true or false", int: "a whole number", float: "a finite number", str: "text"}
    if len(_parts(rule)) > 1:
        return " or ".join(_words(part) for part in _parts(rule))
    if rule is None or rule is types.NoneType:
        return "None"
    if typing.get_origin(rule) is typing.Literal:
        return "one of " + ", ".join(repr(choice) for choice in typing.get_args(rule))
    if typing.get_origin(rule) is tuple:
        inner = typing.get_args(rule)
        if len(inner) == 2 and inner[1] is Ellipsis:
            return f"a list, each item {_words(inner[0])}"
        return "a list of " + " and ".join(_words(part) for part in inner)
    return names.get(rule, f"a {getattr(rule, '__name__', rule)}")
