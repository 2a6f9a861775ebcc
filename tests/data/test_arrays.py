"""Arrays: NPZ files and pairs, and what is said of those that are no pictures."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from resnets.data.arrays import read_arrays, read_npz
from resnets.errors import SourceError

X = np.arange(5 * 8 * 8 * 3, dtype=np.uint8).reshape(5, 8, 8, 3)
Y = np.asarray([10, 9, 9, 10, 9])


def test_a_pair() -> None:
    found = read_arrays((X, Y))
    assert found.layout.classes == ("9", "10")
    assert found.layout.labels.tolist() == [1, 0, 0, 1, 0]
    assert found.layout.given.tolist() == [-1] * 5
    assert found.layout.paths == [f"x[{i}]" for i in range(5)]
    assert (found.read(3) == X[3]).all()


def test_splits_as_a_mapping_and_as_keras_gives_them() -> None:
    for given in (
        {"train": (X, Y), "test": (X[:2], Y[:2, None])},
        ((X, Y[:, None]), (X[:2], Y[:2, None])),
    ):
        found = read_arrays(given)
        assert found.layout.paths[4:] == ["x_train[4]", "x_test[0]", "x_test[1]"]
        assert found.layout.given.tolist() == [0] * 5 + [2] * 2
        assert found.layout.labels.tolist() == [1, 0, 0, 1, 0, 1, 0]
        assert (found.read(6) == X[1]).all()


def test_labels_may_be_text() -> None:
    assert read_arrays((X[:2], ["dog", "cat"])).layout.classes == ("cat", "dog")
    assert read_arrays((X[:2], np.asarray([b"dog", b"cat"]))).layout.classes == ("cat", "dog")
    assert read_arrays((X[:2], [True, False])).layout.classes == ("0", "1")


def test_npz(tmp_path: Path) -> None:
    np.savez(tmp_path / "a.npz", x=X[..., 0], y=Y)
    assert (read_npz(tmp_path / "a.npz").read(2) == X[2, :, :, 0]).all()
    np.savez_compressed(
        tmp_path / "b.npz", x_train=X, y_train=Y, x_valid=X[:1], y_valid=Y[:1], extra=np.zeros(3)
    )
    found = read_npz(tmp_path / "b.npz")
    assert found.layout.given.tolist() == [0] * 5 + [1]
    assert found.layout.paths[5] == "x_valid[0]"


@pytest.mark.parametrize(
    ("x", "y", "what", "received", "hint"),
    (
        (X / 255, Y, "x must hold uint8", "float64 array with values from 0 to", "(x * 255)"),
        (X / 127.5 - 1, Y, "never guessed", "values from -1 to", "((x + 1) * 127.5)"),
        (X.astype(int), Y, "x must hold uint8", "int64 array", "astype('uint8')"),
        (X[0], Y, "x and y differ in length", "8 pictures, 5 labels", "one label"),
        (X.transpose(0, 3, 1, 2), Y, "x must be N x H x W", "(5, 3, 8, 8)", "moveaxis(x, 1, -1)"),
        (X[0, 0], Y, "x must be N x H x W", "(8, 3)", "one array of pictures"),
        (X, Y[:3], "x and y differ in length", "5 pictures, 3 labels", "one label"),
        (X, np.eye(5), "y must hold one whole number", "shape (5, 5)", "argmax(y, axis=1)"),
        (X, Y * 1.0, "y must hold one whole number", "float64", "astype('int64')"),
        (X[:0], Y[:0], "the arrays hold no picture", "(0, 8, 8, 3)", "give some"),
    ),
)
def test_arrays_that_are_no_pictures(x: Any, y: Any, what: str, received: str, hint: str) -> None:
    with pytest.raises(SourceError, match=what) as caught:
        read_arrays((x, y))
    assert received in str(caught.value.received)
    assert hint in caught.value.hint


@pytest.mark.parametrize(
    ("given", "what"),
    (
        ((X,), r"arrays are given as \(pictures, labels\)"),
        ({"train": X}, r"arrays are given as \(pictures, labels\)"),
        ({"tain": (X, Y)}, "there is no split of this name"),
        ({"val": (X, Y), "valid": (X, Y)}, "a split is given twice"),
    ),
)
def test_pairs_that_are_none(given: Any, what: str) -> None:
    with pytest.raises(SourceError, match=what) as caught:
        read_arrays(given)
    assert caught.value.received
    assert caught.value.hint


def test_broken_npz(tmp_path: Path) -> None:
    file = tmp_path / "a.npz"
    np.savez(file, x=X)
    with pytest.raises(SourceError, match="the NPZ file lacks y") as caught:
        read_npz(file)
    assert caught.value.received == "x"
    np.savez(file, pictures=X)
    with pytest.raises(SourceError, match="the NPZ file lacks x and y") as caught:
        read_npz(file)
    assert "x_train, y_train" in caught.value.hint
    np.savez(file, x=X, y=np.asarray([{}] * 5, dtype=object))
    with pytest.raises(SourceError, match="cannot be read: Object arrays cannot be loaded"):
        read_npz(file)
    for data in (b"", b"PK\3\4 garbage", file.read_bytes()[:900]):
        file.write_bytes(data)
        with pytest.raises(SourceError, match="this NPZ file cannot be read") as caught:
            read_npz(file)
        assert caught.value.received == str(file)
