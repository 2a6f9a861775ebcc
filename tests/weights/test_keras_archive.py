"""A .keras archive: weights and text come out, and nothing that Keras would build."""

from __future__ import annotations

import io
import zipfile

import pytest

from resnets.weights.foreign import Refusal
from resnets.weights.hdf5 import SIGNATURE
from resnets.weights.keras_archive import unpack

MEMBERS = {
    "metadata.json": b'{"keras_version": "3.15.1"}',
    "config.json": b'{"class_name": "Sequential"}',
    "model.weights.h5": SIGNATURE + b"weights",
}


def of(change: dict[str, bytes | None]) -> tuple[bytes, dict[str, str]]:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name, data in (MEMBERS | change).items():
            if data is not None:
                archive.writestr(name, data)
    data = stream.getvalue()
    return unpack(lambda offset, size: data[offset : offset + size], len(data))


def test_weights_and_text() -> None:
    data, facts = of({})
    assert data == MEMBERS["model.weights.h5"]
    assert facts == {
        "config": '{"class_name": "Sequential"}',
        "metadata": '{"keras_version": "3.15.1"}',
    }


def test_without_a_configuration_there_are_the_weights() -> None:
    assert of({"config.json": None, "metadata.json": None})[1] == {}


@pytest.mark.parametrize(
    ("change", "rule", "words"),
    (
        ({"model.weights.h5": None}, "known container", "has no model.weights.h5"),
        ({"model.weights.h5": b"weights"}, "whole", "no HDF5 file"),
        ({"model.weights.npz": b""}, "arrays only", "npz is neither"),
        ({"assets/vocabulary.txt": b"a"}, "arrays only", "is neither"),
        ({"config.json": b'{"class_name": "Lambda"}'}, "arrays only", "names Lambda"),
        ({"config.json": b"{"}, "whole", "config.json is no JSON"),
        ({"metadata.json": b"[]"}, "whole", "metadata.json is no JSON object"),
    ),
)
def test_members_that_are_refused(change: dict[str, bytes | None], rule: str, words: str) -> None:
    with pytest.raises(Refusal, match=words) as caught:
        of(change)
    assert caught.value.rule == rule
