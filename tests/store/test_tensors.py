"""Arrays to safetensors and back."""

import ml_dtypes
import numpy as np
import pytest

from resnets.errors import DamageError, UsageError
from resnets.store import tensors


@pytest.mark.parametrize(
    "array",
    (
        np.array(7, np.int64),
        np.zeros((0, 3), np.float32),
        np.arange(6, dtype=np.float32).reshape(2, 3).T,
        np.arange(8, dtype=np.float16)[::2],
        np.array([True, False]),
        np.array([255, 0], np.uint8),
        np.array([-0.0, 5e-324, 1.7e308]),
    ),
    ids=str,
)
def test_bits_types_and_shapes_come_back(array):
    found = tensors.unpack(tensors.pack({"a/b": array}, "here"), "here")["a/b"]
    assert (found.dtype, found.shape) == (array.dtype, array.shape)
    assert found.tobytes() == array.tobytes()


def test_the_bytes_are_those_of_the_format():
    """Eight bytes of length, the header, the numbers: worked by hand from its description."""
    header = b'{"w":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}  '
    expected = len(header).to_bytes(8, "little") + header + b"\x00\x00\x80\x3f"
    assert tensors.pack({"w": np.array([1.0], np.float32)}, "here") == expected


@pytest.mark.parametrize(
    "array", (np.array(["a"]), np.array([None]), np.array([1], ml_dtypes.bfloat16), np.array(1j))
)
def test_anything_but_numbers_of_numpy_is_refused(array):
    with pytest.raises(UsageError, match="the array w of the model cannot be stored") as caught:
        tensors.pack({"w": array}, "the model")
    assert caught.value.received == str(array.dtype)
    assert caught.value.hint == "turn it into float32 first"


@pytest.mark.parametrize("data", (b"", b"\0" * 8, b"\xff" * 64, b"PK\x03\x04" * 8))
def test_other_bytes_are_damage(data):
    with pytest.raises(DamageError, match=r"x.safetensors is no safetensors file") as caught:
        tensors.unpack(data, "x.safetensors")
    assert caught.value.received
    assert caught.value.hint == "bring the file back from a copy of the run"
