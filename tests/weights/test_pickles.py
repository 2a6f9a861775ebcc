"""The pickle machine beside Python's own on plain values, and what it will not do."""

from __future__ import annotations

import os
import pickle
from collections import OrderedDict
from typing import Any

import pytest

from resnets.weights.foreign import Refusal
from resnets.weights.pickles import DIGITS, STEPS, TEXT, Machine, Name


def run(data: bytes, names: dict[str, Any] | None = None) -> Any:
    value, end = Machine(data, names or {}, lambda identity: ("stored", identity)).run()
    assert end == len(data)
    return value


@pytest.mark.parametrize("protocol", (2, 3, 4, 5))
@pytest.mark.parametrize(
    "value",
    (
        None,
        (True, False, ()),
        [0, 255, 256, 65535, 65536, -1, 2**31, -(2**63), 2**63 - 1],
        {"a": 1.5, "b": [1, (2, 3), {"c": "é"}], 7: "seven"},
        [[], {}, [[]], "a" * 300],
        ["again"] * 3,
    ),
)
def test_plain_values_come_out_as_from_python(value: Any, protocol: int) -> None:
    assert run(pickle.dumps(value, protocol)) == value


def test_an_allowed_name_makes_our_stand_in() -> None:
    names = {"collections.OrderedDict": lambda arguments: {}}
    data = pickle.dumps(OrderedDict(a=1, b=2), 2)
    assert run(data, names) == {"a": 1, "b": 2}
    (named,) = run(b"\x80\x02cos\nname\n\x85.", {"os.name": None})
    assert (type(named), named.name) == (Name, "os.name")


@pytest.mark.parametrize(
    "value", (os.system, print, Refusal, OrderedDict(), {1}, b"a", 1j, os.stat("/"))
)
def test_nothing_else_is_looked_up(value: object) -> None:
    for protocol in (2, 4):
        with pytest.raises(Refusal) as caught:
            run(pickle.dumps(value, protocol))
        assert caught.value.rule == "arrays only"
        assert "state_dict()" in caught.value.hint


@pytest.mark.parametrize(
    ("data", "words"),
    (
        (b"", "ends in the midst"),
        (b"0.", "instruction"),
        (b"I1\n.", "instruction"),
        (b"t.", "mark is missing"),
        (b"\x86.", "value is missing"),
        (b"(\x85.", "value is missing"),
        (b"NN.", "left over"),
        (b"(N.", "left over"),
        (b"}Ns.", "value is missing"),
        (b"}NNs.", "neither text nor a number"),
        (b"})Ns.", "neither text nor a number"),
        (b"}(K\x01u.", "no value"),
        (b"]NNs.", "is no dict"),
        (b"}Na.", "is no list"),
        (b"N)R.", "cannot be called"),
        (b"h\x00.", "never kept"),
        (b"q\x00.", "missing"),
        (b"NNb.", "what has none"),
        (b"NQ.", "no name"),
        (b"cos", "does not end"),
        (b"X\xff\xff\xff\xff", "text of"),
        (b"X" + (TEXT + 1).to_bytes(4, "little") + bytes(TEXT + 1) + b".", "text of"),
        (b"\x8a" + bytes([DIGITS + 1]) + bytes(DIGITS + 1) + b".", "number of"),
        (b"]" * (STEPS + 1), "more than"),
        (b"}(K\x01NK\x01Nu.", "twice"),
    ),
)
def test_a_pickle_that_is_not_sound(data: bytes, words: str) -> None:
    with pytest.raises(Refusal, match=words):
        run(data)


def test_a_memo_far_away_takes_no_room() -> None:
    assert run(b"Nr\xff\xff\xff\xff.") is None


def test_a_storage_is_made_by_whoever_knows_them() -> None:
    assert run(b"K\x01\x85Q.") == ("stored", (1,))
