"""Embedded pictures: the digits as scikit-learn has them, the shapes the same everywhere."""

from __future__ import annotations

import hashlib

import numpy as np

from resnets.data.drawn import SHAPES, digits, shapes


def test_digits_are_the_1797_scans() -> None:
    stack = digits()
    assert stack.layout.classes == tuple("0123456789")
    counts = np.bincount(stack.layout.labels).tolist()
    assert counts == [178, 182, 177, 183, 181, 182, 181, 179, 174, 180]
    # the first scan is a zero; its first row of ink is 0 0 5 13 9 1 0 0 of 16
    assert stack.read(0)[0].tolist() == [0, 0, 80, 207, 143, 16, 0, 0]


def test_shapes_are_the_same_everywhere() -> None:
    stack = shapes()
    assert stack.layout.classes == SHAPES
    assert np.bincount(stack.layout.labels).tolist() == [150] * 4
    assert stack.read(0).shape == (32, 32, 3)
    digest = hashlib.sha256(b"".join(stack.read(i).tobytes() for i in range(600))).hexdigest()
    assert digest == "67be92a4c56b2db447932aa1905914ef0d32de6aede222f7a87475eff85a90ea"


def test_shapes_differ_from_one_another() -> None:
    stack = shapes(count=20)
    assert len({stack.read(i).tobytes() for i in range(80)}) == 80


def test_a_shape_stands_out_from_its_ground() -> None:
    stack = shapes(count=10)
    for index in range(40):
        picture = stack.read(index).astype(int)
        corner = np.median(picture[[0, 0, -1, -1], [0, -1, 0, -1]], axis=0)
        assert np.abs(picture - corner).max() > 50
