"""The parent of the process that parses: what Keras wrote comes back, no answer is believed."""

from __future__ import annotations

import io
import json
import struct
from pathlib import Path
from typing import Any

import h5py
import keras
import numpy as np
import pytest

from resnets.weights import hdf5
from resnets.weights.files import read_arrays
from resnets.weights.foreign import Refusal
from resnets.weights.hdf5 import kind_of, read_hdf5

SOUND = b"\x89HDF\r\n\x1a\n" + bytes(5) + b"\x08" + bytes(26) + struct.pack("<Q", 64) + bytes(16)


class Answering:
    """A process that says what it was told to."""

    def __init__(self, said: Any, data: bytes = b"") -> None:
        text = said if isinstance(said, bytes) else json.dumps(said).encode()
        self.stdin, self.stdout = (
            io.BytesIO(),
            io.BytesIO(struct.pack("<Q", len(text)) + text + data),
        )

    def kill(self) -> None:
        """Nothing to end."""

    def wait(self) -> int:
        return -11


def small() -> keras.Model:
    inputs = keras.Input((4, 4, 3))
    x = keras.layers.Conv2D(2, 3, name="conv")(inputs)
    x = keras.layers.BatchNormalization(name="bn")(x)
    return keras.Model(inputs, keras.layers.Dense(3, name="head")(keras.layers.Flatten()(x)))


def test_what_keras_wrote_comes_back(tmp_path: Path) -> None:
    model = small()
    model.save_weights(tmp_path / "a.weights.h5")
    model.save(tmp_path / "a.keras")
    values = sorted(np.asarray(weight.numpy()).tobytes() for weight in model.weights)
    seen: dict[str, tuple[int, ...]] = {}
    for name, container in (("a.weights.h5", "weights-h5"), ("a.keras", "keras")):
        foreign = read_arrays(tmp_path / name, seen.update)
        assert foreign.container == container
        assert sorted(array.tobytes() for array in foreign.arrays.values()) == values
        assert json.loads(foreign.facts["names"])["layers/conv2d/vars"] == "conv"
        assert {name: array.shape for name, array in foreign.arrays.items()} == seen
    assert json.loads(foreign.facts["config"])["class_name"] == "Functional"
    assert json.loads(foreign.facts["metadata"])["keras_version"] == keras.__version__


def test_the_older_layout_names_its_layers(tmp_path: Path) -> None:
    model = small()
    model.save(tmp_path / "a.h5")
    foreign = read_arrays(tmp_path / "a.h5")
    assert (foreign.container, foreign.facts["wrapper"]) == ("h5", "model_weights/")
    kernel = next(array for name, array in foreign.arrays.items() if name.endswith("conv/kernel"))
    np.testing.assert_array_equal(kernel, model.get_layer("conv").kernel.numpy())


@pytest.mark.parametrize(
    ("said", "words"),
    (
        (b"", "its answer is none"),
        (b"no json", "its answer is none"),
        ([], "its answer is none"),
        ({"arrays": 7, "facts": {}}, "its answer is none"),
        ({"arrays": [["a", "float32", [1.5]]], "facts": {}}, "its answer is none"),
        ({"arrays": [["a", "float32", [1]]], "facts": {"a": 1}}, "its answer is none"),
        ({"refused": ["whole"]}, "its answer is none"),
        ({"arrays": [], "facts": {}}, "no arrays"),
        ({"arrays": [["../a", "float32", [1]]], "facts": {}}, "impossible name"),
        ({"arrays": [["a", "object", [1]]], "facts": {}}, "of the kind object"),
        ({"arrays": [["a", "float32", [1 << 30]]], "facts": {}}, "declares"),
        ({"arrays": [["a", "float32", [1]]], "facts": {}}, "did not come to its end"),
        ({"arrays": [["a", "float32", [1]]], "facts": {"model_config": "x"}}, "no JSON"),
        ({"refused": ["limits", "too much", "9", ""]}, "too much"),
        ({"refused": ["no rule", "odd", "9", ""]}, "odd"),
    ),
)
def test_an_answer_is_checked_like_a_file(
    said: Any, words: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hdf5, "start", lambda: Answering(said))
    with pytest.raises(Refusal, match=words):
        read_hdf5(SOUND, lambda shapes: None)


def test_a_sound_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    said = {"arrays": [["a", "float32", [2]], ["n", "int64", []]], "facts": {"backend": "jax"}}
    data = struct.pack("<2fq", 1, 2, 7)
    monkeypatch.setattr(hdf5, "start", lambda: Answering(said, data))
    arrays, facts = read_hdf5(SOUND, lambda shapes: None)
    assert {name: array.tolist() for name, array in arrays.items()} == {"a": [1, 2], "n": 7}
    assert facts == {"backend": "jax"}


def test_a_look_that_refuses_ends_the_process(monkeypatch: pytest.MonkeyPatch) -> None:
    started: list[Any] = []

    def start() -> Any:
        started.append(real())
        return started[-1]

    real = hdf5.start
    monkeypatch.setattr(hdf5, "start", start)

    def look(shapes: object) -> None:
        raise LookupError("another net")

    stream = io.BytesIO()
    with h5py.File(stream, "w") as file:
        file["a"] = np.ones((1000, 1000), np.float32)
    with pytest.raises(LookupError, match="another net"):
        read_hdf5(stream.getvalue(), look)
    assert started[0].returncode is not None


@pytest.mark.parametrize(
    ("data", "words"),
    (
        (SOUND[:20], "goes on otherwise"),
        (SOUND[:-1], "closed with 64 bytes and has 63"),
        (SOUND + b"\0", "closed with 64 bytes and has 65"),
        (SOUND[:8] + b"\x07" + SOUND[9:], "goes on otherwise"),
    ),
)
def test_a_file_of_another_length(data: bytes, words: str) -> None:
    with pytest.raises(Refusal, match=words):
        read_hdf5(data, lambda shapes: None)


def test_the_layouts_are_told_apart_by_names() -> None:
    one = np.ones(1)
    assert kind_of({"layers/conv/vars/0": one}) == "weights-h5"
    assert kind_of({"conv/conv/kernel:0": one}) == "h5"
