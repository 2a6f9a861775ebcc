"""Safetensors in several files, by an index beside them."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import save_file

from resnets.errors import WeightsError
from resnets.weights.files import read_arrays

INDEX = "model.safetensors.index.json"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    save_file({"a": np.full(2, 1, np.float32)}, tmp_path / "one.safetensors")
    save_file({"b": np.full((3, 1), 2, np.float32)}, tmp_path / "two.safetensors")
    write(tmp_path, {"a": "one.safetensors", "b": "two.safetensors"})
    return tmp_path


def write(folder: Path, places: object) -> None:
    text = json.dumps({"metadata": {"total_size": 20}, "weight_map": places})
    (folder / INDEX).write_text(text, encoding="utf-8")


def test_all_shards_together(folder: Path) -> None:
    seen: dict[str, tuple[int, ...]] = {}
    foreign = read_arrays(folder / INDEX, seen.update)
    assert {name: array.tolist() for name, array in foreign.arrays.items()} == {
        "a": [1, 1],
        "b": [[2], [2], [2]],
    }
    assert seen == {"a": (2,), "b": (3, 1)}
    assert sorted(foreign.facts) == ["sha256 one.safetensors", "sha256 two.safetensors"]


@pytest.mark.parametrize(
    ("places", "words"),
    (
        ({"a": "one.safetensors"}, "cannot be opened|do not hold"),
        ({"a": "../one.safetensors"}, "lies elsewhere"),
        ({"a": "/etc/passwd"}, "lies elsewhere"),
        ({"a": "linked.safetensors"}, "cannot be opened"),
        ({"a": "two.safetensors", "b": "two.safetensors"}, "do not hold"),
        ({}, "no weight_map"),
        ({"a": 7}, "lies elsewhere"),
        ({str(n): f"{n}.safetensors" for n in range(70)}, "too many shards"),
    ),
)
def test_an_index_that_does_not_agree(folder: Path, places: object, words: str) -> None:
    (folder / "linked.safetensors").symlink_to("one.safetensors")
    write(folder, places)
    if places == {"a": "one.safetensors"}:
        save_file({"a": np.ones(1), "c": np.ones(1)}, folder / "one.safetensors")
    with pytest.raises(WeightsError, match=words):
        read_arrays(folder / INDEX)
