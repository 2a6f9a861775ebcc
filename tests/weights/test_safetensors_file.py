"""Files that the safetensors library itself has written, and headers that lie."""

from __future__ import annotations

import json
import struct
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import save, save_file

from resnets.weights.files import read_arrays
from resnets.weights.foreign import HEADER, Refusal
from resnets.weights.safetensors_file import NAMES, plan


def of(data: bytes) -> object:
    return plan(lambda offset, size: data[offset : offset + size], len(data))


@pytest.mark.parametrize("dtype", sorted(set(NAMES.values()) - {"bfloat16"}))
def test_what_the_library_wrote_comes_back(tmp_path: Path, dtype: str) -> None:
    arrays = {"a": np.arange(6).reshape(2, 3).astype(dtype), "b/c": np.ones((), dtype)}
    save_file(arrays, tmp_path / "a.safetensors", metadata={"format": "np"})
    foreign = read_arrays(tmp_path / "a.safetensors")
    assert (foreign.container, foreign.facts) == ("safetensors", {"format": "np"})
    assert foreign.arrays.keys() == arrays.keys()
    for name, array in arrays.items():
        assert foreign.arrays[name].dtype == array.dtype
        np.testing.assert_array_equal(foreign.arrays[name], array)


def test_bfloat16_by_hand(tmp_path: Path) -> None:
    header = json.dumps({"a": {"dtype": "BF16", "shape": [2], "data_offsets": [0, 4]}}).encode()
    data = struct.pack("<Q", len(header)) + header + struct.pack("<2H", 0x3F80, 0xC040)
    (tmp_path / "a").write_bytes(data)
    assert read_arrays(tmp_path / "a").arrays["a"].tolist() == [1.0, -3.0]


@pytest.mark.parametrize(
    ("change", "rule", "words"),
    (
        (lambda data: data[:-1], "whole", "end at byte"),
        (lambda data: data + b"\0", "whole", "end at byte"),
        (lambda data: b"\0" * 8 + data[8:], "whole", "no JSON"),
        (lambda data: struct.pack("<Q", 2**63) + data[8:], "whole", "its header has"),
        (lambda data: data.replace(b'"F32"', b'"C64"'), "plain numbers", "C64"),
        (lambda data: data.replace(b"[2,3]", b"[3,3]"), "whole", "24 bytes"),
        (lambda data: data.replace(b"[2,3]", b"[2.3]"), "whole", "whole numbers"),
        (lambda data: data.replace(b'"a"', b'"b"'), "names", "twice"),
    ),
)
def test_a_header_that_lies(change: object, rule: str, words: str) -> None:
    sound = save({"a": np.ones((2, 3), np.float32), "b": np.ones(3, np.float32)})
    with pytest.raises(Refusal, match=words) as caught:
        of(change(sound))
    assert caught.value.rule == rule


def test_a_header_larger_than_allowed_is_not_read() -> None:
    def read(offset: int, size: int) -> bytes:
        assert (offset, size) == (0, 8)
        return struct.pack("<Q", HEADER + 1)

    with pytest.raises(Refusal, match="its header has") as caught:
        plan(read, 2 * HEADER)
    assert caught.value.rule == "limits"
