"""Frozen specs: what fits a field, JSON there and back, fields changed by text."""

from __future__ import annotations

import dataclasses
import json
import math
from dataclasses import dataclass
from typing import Any, Literal

import pytest

from resnets.errors import UnknownNameError, UsageError
from resnets.spec import Spec


@dataclass(frozen=True)
class Stem(Spec):
    """A spec inside of another."""

    width: int = 16
    kind: Literal["cifar", "imagenet"] = "cifar"


@dataclass(frozen=True)
class Net(Spec):
    """One field of each kind that specs may have."""

    name: str
    depth: int = 20
    rate: float = 0.1
    fused: bool = True
    stem: Stem = Stem()
    head: Stem | None = None
    stages: tuple[int, ...] = (16, 32)
    shape: tuple[int, int, float] = (32, 32, 1.0)
    size: int | tuple[int, int] | None = None
    stems: tuple[Stem, ...] = ()
    channels: Literal[1, 3] = 3


FULL = Net(
    name="x",
    depth=32,
    rate=0.5,
    fused=False,
    stem=Stem(8, "imagenet"),
    head=Stem(4),
    stages=(1,),
    shape=(1, 2, 3.5),
    size=(8, 9),
    stems=(Stem(1), Stem(2)),
    channels=1,
)


def test_a_spec_is_frozen_and_equal_by_value() -> None:
    assert Net("a") == Net("a")
    assert hash(Net("a")) == hash(Net("a"))
    assert Net("a") != Net("b")
    with pytest.raises(dataclasses.FrozenInstanceError):
        Net("a").depth = 3  # type: ignore[misc]


def test_to_json() -> None:
    assert FULL.to_json() == {
        "name": "x",
        "depth": 32,
        "rate": 0.5,
        "fused": False,
        "stem": {"width": 8, "kind": "imagenet"},
        "head": {"width": 4, "kind": "cifar"},
        "stages": [1],
        "shape": [1, 2, 3.5],
        "size": [8, 9],
        "stems": [{"width": 1, "kind": "cifar"}, {"width": 2, "kind": "cifar"}],
        "channels": 1,
    }


@pytest.mark.parametrize("spec", (FULL, Net("a"), Net("a", size=3), Net("é\udce9")))
def test_there_and_back(spec: Net) -> None:
    assert Net.from_json(json.loads(json.dumps(spec.to_json()))) == spec


def test_fields_left_out_keep_their_defaults() -> None:
    assert Net.from_json({"name": "a", "depth": 8}) == Net("a", depth=8)


@pytest.mark.parametrize(
    ("field", "value", "rule"),
    (
        ("name", 3, "text"),
        ("depth", 2.0, "a whole number"),
        ("depth", True, "a whole number"),
        ("depth", "20", "a whole number"),
        ("depth", None, "a whole number"),
        ("rate", math.nan, "a finite number"),
        ("rate", math.inf, "a finite number"),
        ("rate", True, "a finite number"),
        ("fused", 1, "true or false"),
        ("stem", {"width": 3}, "a Stem"),
        ("head", 3, "a Stem or None"),
        ("stages", [16], "a list, each item a whole number"),
        ("stages", (16, "a"), "a list, each item a whole number"),
        ("shape", (1, 2), "a list of a whole number and a whole number and a finite number"),
        (
            "size",
            (1, 2, 3),
            "a whole number or a list of a whole number and a whole number or None",
        ),
        ("channels", 2, "one of 1, 3"),
        ("channels", True, "one of 1, 3"),
    ),
)
def test_a_value_that_does_not_fit(field: str, value: Any, rule: str) -> None:
    with pytest.raises(UsageError) as caught:
        Net(**{"name": "a", field: value})
    assert caught.value.what == f"Net.{field} must be {rule}"
    assert caught.value.received is value
    assert caught.value.hint == f"give {field} such a value"


def test_a_whole_number_is_taken_for_a_real_one_as_it_is() -> None:
    assert Net("a", rate=1).rate == 1
    assert type(Net("a", rate=1).rate) is int


def test_an_unknown_field_in_json() -> None:
    with pytest.raises(UnknownNameError, match="there is no field of Net of this name") as caught:
        Net.from_json({"name": "a", "dephts": 8})
    assert caught.value.received == "dephts"
    assert caught.value.hint == "did you mean depth?"


def test_an_unknown_field_inside() -> None:
    with pytest.raises(UnknownNameError, match="there is no field of Stem") as caught:
        Net.from_json({"name": "a", "stem": {"widht": 8}})
    assert caught.value.received == "widht"
    assert caught.value.hint == "did you mean width?"


def test_a_missing_field() -> None:
    with pytest.raises(UsageError, match="Net lacks name") as caught:
        Net.from_json({"depth": 8})
    assert caught.value.received == ["depth"]
    assert caught.value.hint == "give every field that has no default"


def test_json_of_the_wrong_kind() -> None:
    with pytest.raises(UsageError, match=r"Net\.stages must be a list") as caught:
        Net.from_json({"name": "a", "stages": 3})
    assert caught.value.received == 3
    assert caught.value.hint == "give stages such a value"


@pytest.mark.parametrize(
    ("path", "text", "field", "value"),
    (
        ("depth", "56", "depth", 56),
        ("rate", "1e-3", "rate", 1e-3),
        ("rate", "2", "rate", 2),
        ("fused", "false", "fused", False),
        ("stages", "[16, 32, 64]", "stages", (16, 32, 64)),
        ("size", "null", "size", None),
        ("size", "[32, 48]", "size", (32, 48)),
        ("name", "other", "name", "other"),
        ("name", '"56"', "name", "56"),
        ("stem.width", "64", "stem", Stem(64)),
        ("stem.kind", "imagenet", "stem", Stem(kind="imagenet")),
        ("head", '{"width": 2}', "head", Stem(2)),
    ),
)
def test_text_of_the_command_line(path: str, text: str, field: str, value: Any) -> None:
    changed = Net("a").with_text({path: text})
    assert changed == dataclasses.replace(Net("a"), **{field: value})


def test_several_at_once_leave_the_first_spec_as_it_was() -> None:
    before = Net("a")
    after = before.with_text({"stem.width": "3", "stem.kind": "imagenet", "depth": "8"})
    assert after == Net("a", depth=8, stem=Stem(3, "imagenet"))
    assert before == Net("a")


@pytest.mark.parametrize(
    ("path", "near", "kind"),
    (("detph", "depth", "Net"), ("stem.widht", "width", "Stem"), ("setm.width", "stem", "Net")),
)
def test_a_misspelt_field(path: str, near: str, kind: str) -> None:
    with pytest.raises(
        UnknownNameError, match=f"there is no field of {kind} of this name"
    ) as caught:
        Net("a").with_text({path: "1"})
    assert caught.value.received in path.split(".")
    assert caught.value.hint == f"did you mean {near}?"


@pytest.mark.parametrize("path", ("depth.width", "head.width"))
def test_a_field_without_fields(path: str) -> None:
    parent = path.split(".")[0]
    with pytest.raises(UsageError, match=rf"Net\.{parent} has no fields of its own") as caught:
        Net("a").with_text({path: "1"})
    assert caught.value.received == path
    assert caught.value.hint == f"set {parent} itself"


def test_text_that_does_not_fit() -> None:
    with pytest.raises(UsageError, match=r"Net\.depth must be a whole number") as caught:
        Net("a").with_text({"depth": "deep"})
    assert caught.value.received == "deep"
    assert caught.value.hint == "give depth such a value"
