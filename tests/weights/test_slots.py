"""From places in a file to arrays: numbers worked out by hand."""

from __future__ import annotations

import struct
import zlib

import numpy as np
import pytest

from resnets.weights.foreign import ARRAYS, Refusal
from resnets.weights.slots import Plan, Slot, arrays_in, check_dtype, check_name, check_shapes

DATA = bytearray(b"head" + struct.pack("<6f", 0, 1, 2, 3, 4, 5))


def test_an_array_in_rows_and_one_in_columns() -> None:
    plan = Plan({"a": Slot("float32", (2, 3), 4), "b": Slot("float32", (3, 2), 4, (1, 3))})
    arrays = arrays_in(plan, DATA)
    assert arrays["a"].tolist() == [[0, 1, 2], [3, 4, 5]]
    assert arrays["b"].tolist() == [[0, 3], [1, 4], [2, 5]]
    assert all(array.flags.c_contiguous and array.flags.aligned for array in arrays.values())


def test_bfloat16_is_widened_without_loss() -> None:
    data = bytearray(struct.pack("<3H", 0x3F80, 0xC040, 0x0001))  # 1, -3 and the smallest
    array = arrays_in(Plan({"a": Slot("bfloat16", (3,), 0)}), data)["a"]
    assert array.dtype == np.float32
    assert array.tolist() == [1.0, -3.0, 2.0**-133]


def test_a_scalar_has_no_sides() -> None:
    data = bytearray(struct.pack("<q", 7))
    assert arrays_in(Plan({"n": Slot("int64", (), 0, ())}), data)["n"].tolist() == 7


def test_a_checksum_that_is_another() -> None:
    slots = {"a": Slot("float32", (6,), 4)}
    right = zlib.crc32(DATA[4:])
    assert arrays_in(Plan(slots, checks=((4, 24, right),)), DATA)["a"].size == 6
    with pytest.raises(Refusal, match="another CRC-32") as caught:
        arrays_in(Plan(slots, checks=((4, 24, right ^ 1),)), DATA)
    assert caught.value.received == f"{right:08x}"


def test_what_is_not_finite_is_counted() -> None:
    data = bytearray(struct.pack("<3f", 1, float("nan"), float("inf")))
    with pytest.raises(Refusal, match="holds 2 numbers that are not finite"):
        arrays_in(Plan({"a": Slot("float32", (3,), 0)}), data)


@pytest.mark.parametrize(
    "name", ("", "a" * 513, "a\nb", "../a", "a/../b", "/a", "a\\..\\b", "\udc80")
)
def test_names_that_no_net_has(name: str) -> None:
    with pytest.raises(Refusal) as caught:
        check_name(name)
    assert caught.value.rule == "names"


@pytest.mark.parametrize("shape", ((0,), (-1,), (1 << 32,), (1,) * 9))
def test_shapes_that_no_array_has(shape: tuple[int, ...]) -> None:
    with pytest.raises(Refusal, match="impossible shape"):
        check_shapes({"a": shape})


def test_no_arrays_and_too_many() -> None:
    with pytest.raises(Refusal, match="no arrays"):
        check_shapes({})
    with pytest.raises(Refusal, match="20001 arrays"):
        check_shapes({str(number): (1,) for number in range(ARRAYS + 1)})
    with pytest.raises(Refusal, match="too large"):
        Plan({"a": Slot("float64", (1 << 30,), 0)})


@pytest.mark.parametrize("dtype", ("complex64", "object", "float8_e4m3fn", ""))
def test_numbers_that_are_not_taken(dtype: str) -> None:
    with pytest.raises(Refusal) as caught:
        check_dtype("a", dtype)
    assert caught.value.rule == "plain numbers"
