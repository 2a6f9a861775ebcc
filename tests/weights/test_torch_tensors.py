"""Views of storages, checked by hand; nothing of PyTorch is needed."""

from __future__ import annotations

import struct
from typing import Any

import pytest

from resnets.weights.foreign import HEADER, Refusal
from resnets.weights.pickles import Name
from resnets.weights.slots import Slot
from resnets.weights.torch_tensors import NAMES, Storage, Tensor, read_pickle

SIX = Storage("0", "float32", 6)
REBUILD: Any = NAMES["torch._utils._rebuild_tensor_v2"]


@pytest.mark.parametrize(
    ("offset", "shape", "strides"),
    (
        (0, (2, 3), (3, 1)),
        (0, (3, 2), (1, 3)),
        (2, (2, 2), (2, 1)),
        (0, (3,), (2,)),
        (5, (), ()),
        (5, (1, 1), (9, 7)),
        (0, (2, 1, 3), (3, 3, 1)),
    ),
)
def test_views_within_their_storage(
    offset: int, shape: tuple[int, ...], strides: tuple[int, ...]
) -> None:
    assert REBUILD((SIX, offset, shape, strides, False, {})) == Tensor(SIX, offset, shape, strides)


@pytest.mark.parametrize(
    ("offset", "shape", "strides", "words"),
    (
        (1, (2, 3), (3, 1), "past the end"),
        (6, (), (), "past the end"),
        (0, (7,), (1,), "past the end"),
        (0, (2, 2), (1, 1), "on one another"),
        (0, (9,), (0,), "on one another"),
        (0, (2,), (-1,), "not sound"),
        (-1, (2,), (1,), "not sound"),
        (0, (2,), (1, 1), "not sound"),
        (0, (2.0,), (1,), "not sound"),
        (True, (2,), (1,), "not sound"),
    ),
)
def test_views_that_are_none(offset: Any, shape: Any, strides: Any, words: str) -> None:
    with pytest.raises(Refusal, match=words):
        REBUILD((SIX, offset, shape, strides))


def test_a_slot_counts_bytes() -> None:
    view = Tensor(Storage("0", "float64", 4, first=2), 1, (2,), (1,))
    assert view.slot(100) == Slot("float64", (2,), 124, (1,))


def test_what_may_be_named() -> None:
    called = [name for name, rebuild in NAMES.items() if rebuild is not None]
    assert called == [
        "collections.OrderedDict",
        "torch._utils._rebuild_tensor",
        "torch._utils._rebuild_tensor_v2",
        "torch._utils._rebuild_parameter",
        "torch.nn.parameter.Parameter",
        "torch.Size",
    ]
    assert len(NAMES) == len(called) + 10  # the storages, which are names and no calls


def persistent(*parts: bytes) -> bytes:
    kind = b"X\x07\x00\x00\x00storagectorch\nFloatStorage\nX\x01\x00\x00\x000X\x03\x00\x00\x00cpu"
    return b"\x80\x02(" + kind + b"".join(parts) + b"tQ."


def test_a_storage_by_its_persistent_id() -> None:
    value, end, storages = read_pickle(persistent(b"K\x06"))
    assert (value, storages) == (SIX, {"0": SIX})
    assert end == len(persistent(b"K\x06"))
    part, _, held = read_pickle(persistent(b"K\x06", b"(X\x01\x00\x00\x00vK\x02K\x03t"))
    assert (part, held) == (Storage("0", "float32", 3, 2), {"0": SIX})


@pytest.mark.parametrize(
    "parts",
    (
        (b"J" + struct.pack("<i", -1),),
        (b"N",),
        (b"K\x06", b"K\x01"),
        (b"K\x06", b"(X\x01\x00\x00\x00vK\x04K\x03t"),
        (),
    ),
)
def test_a_persistent_id_that_is_none(parts: tuple[bytes, ...]) -> None:
    with pytest.raises(Refusal):
        read_pickle(persistent(*parts))


@pytest.mark.parametrize(
    ("name", "arguments", "value"),
    (
        (
            "torch._utils._rebuild_parameter",
            (Tensor(SIX, 0, (6,), (1,)), True, {}),
            Tensor(SIX, 0, (6,), (1,)),
        ),
        ("collections.OrderedDict", (), {}),
        ("collections.OrderedDict", ([["a", 1], ("b", 2)],), {"a": 1, "b": 2}),
        ("torch.Size", ([2, 3],), (2, 3)),
    ),
)
def test_stand_ins(name: str, arguments: tuple[Any, ...], value: Any) -> None:
    rebuild = NAMES[name]
    assert rebuild is not None
    assert rebuild(arguments) == value


@pytest.mark.parametrize(
    ("name", "arguments"),
    (
        ("torch._utils._rebuild_parameter", ()),
        ("torch._utils._rebuild_parameter", (SIX,)),
        ("collections.OrderedDict", (1,)),
        ("collections.OrderedDict", ([["a"]],)),
        ("collections.OrderedDict", ([["a", 1], ["a", 2]],)),
        ("torch.Size", ()),
    ),
)
def test_stand_ins_of_nothing(name: str, arguments: tuple[Any, ...]) -> None:
    rebuild = NAMES[name]
    assert rebuild is not None
    with pytest.raises(Refusal):
        rebuild(arguments)


def test_a_parameter_of_the_first_years() -> None:
    """Called with its array, then given (requires_grad, volatile, hooks) as its state."""
    made = b"ctorch._utils\n_rebuild_tensor\n(" + persistent(b"K\x06")[2:-1]
    made += b"K\x00(K\x06t(K\x01ttR"
    value, _, _ = read_pickle(
        b"\x80\x02ctorch.nn.parameter\nParameter\n" + made + b"\x85R(\x88\x89}tb."
    )
    assert value == Tensor(SIX, 0, (6,), (1,))


def test_a_pickle_longer_than_allowed() -> None:
    long = b"\x80\x02](" + b"X\x10\x27\x00\x00" * 0 + (b"U\xff" + b"a" * 255) * (HEADER // 257 + 2)
    with pytest.raises(Refusal, match="longer than"):
        read_pickle(long + b"e.")


def test_a_name_of_a_kind_is_a_value() -> None:
    value, _, _ = read_pickle(b"\x80\x02ctorch\nFloatStorage\n.")
    assert isinstance(value, Name)
