"""State dicts within wrappers and prefixes are found; what is none is named."""

from __future__ import annotations

from typing import Any

import pytest

from resnets.weights.foreign import Refusal
from resnets.weights.torch_tensors import Storage, Tensor
from resnets.weights.wrappers import unwrap

A = Tensor(Storage("0", "float32", 2), 0, (2,), (1,))
B = Tensor(Storage("1", "float32", 2), 0, (2,), (1,))


@pytest.mark.parametrize(
    ("value", "wrapper"),
    (
        ({"a": A, "b": B}, None),
        ({"module.a": A, "module.b": B}, "module."),
        ({"module.module.a": A, "module.module.b": B}, "module. module."),
        ({"state_dict": {"a": A, "b": B}, "epoch": 3}, "state_dict"),
        ({"state_dict": {"module.a": A, "module.b": B}}, "state_dict module."),
        ({"model": {"a": A, "b": B}, "optimizer": {"state": {}}}, "model"),
        ({"model": {"state_dict": {"a": A, "b": B}}}, "model state_dict"),
        ({"ema": {"_orig_mod.a": A, "_orig_mod.b": B}}, "ema _orig_mod."),
        ({"state_dict": {"a": A, "b": B}, "state_dict_ema": {"a": B, "b": A}}, "state_dict"),
    ),
)
def test_what_lies_around_is_seen_through(value: dict[str, Any], wrapper: str | None) -> None:
    arrays, facts = unwrap(value)
    assert arrays == {"a": A, "b": B}
    assert facts.get("wrapper") == wrapper


def test_plain_values_beside_are_facts() -> None:
    assert unwrap({"state_dict": {"a": A, "n": 4}, "epoch": 3, "arch": "resnet"})[1] == {
        "epoch": "3",
        "arch": "resnet",
        "n": "4",
        "wrapper": "state_dict",
    }


def test_a_prefix_that_only_some_have_stays() -> None:
    assert unwrap({"module.a": A, "b": B})[0].keys() == {"module.a", "b"}


@pytest.mark.parametrize(
    ("value", "received"),
    (
        ([A], "list"),
        (A, "Tensor"),
        ("weights", "str"),
        ({}, "nothing"),
        ({"boxes": {"a": A}}, "boxes"),
        ({"a": A, "b": {"c": B}}, "b"),
        ({"model": {"model": {"model": {"model": {"a": A}}}}}, "model"),
    ),
)
def test_what_is_no_state_dict(value: Any, received: str) -> None:
    with pytest.raises(Refusal) as caught:
        unwrap(value)
    assert (caught.value.rule, caught.value.received) == ("arrays only", received)
