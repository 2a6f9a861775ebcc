"""JSON documents: what goes in comes out, and what is broken is named."""

import math
from pathlib import Path

import numpy as np
import pytest

from resnets.errors import DamageError
from resnets.store import documents


def test_numbers_of_numpy_become_numbers():
    data = {"a": np.float32(0.5), "b": np.array([[1, 2]]), "c": (1, None, True), "d": Path("x")}
    expected = b'{"a": 0.5, "b": [[1, 2]], "c": [1, null, true], "d": "x"}\n'
    assert documents.render(data, indent=None) == expected


def test_names_that_are_not_utf8_come_back(tmp_path):
    path = tmp_path / "data.json"
    documents.write(path, {"path": "caf\udce9/1.jpg"})
    assert documents.read(path) == {"path": "caf\udce9/1.jpg"}
    path.read_bytes().decode("ascii")


@pytest.mark.parametrize("number", (math.inf, -math.inf, math.nan))
def test_a_number_that_is_not_finite_becomes_text_that_float_reads(tmp_path, number):
    documents.write(tmp_path / "a", {"loss": number})
    found = documents.read(tmp_path / "a")["loss"]
    assert isinstance(found, str)
    assert repr(float(found)) == repr(number)


@pytest.mark.parametrize(
    ("data", "what"),
    (
        (None, "cannot be read"),
        (b"{", "is no JSON"),
        (b"", "is no JSON"),
        (b"\xff\xfe", "is no JSON"),
        (b"[" * 100_000, "is no JSON"),
        (b"[1]", "holds no JSON object"),
    ),
)
def test_a_broken_document_is_named(tmp_path, data, what):
    path = tmp_path / "spec.json"
    if data is not None:
        path.write_bytes(data)
    with pytest.raises(DamageError, match=f"spec.json {what}") as caught:
        documents.read(path)
    assert caught.value.received
    assert "from a copy of the run" in caught.value.hint
