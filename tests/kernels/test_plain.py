"""The plain kernels against answers worked by hand."""

from __future__ import annotations

import numpy as np
import pytest

from resnets.kernels import plain

pytestmark = pytest.mark.core


def _numpy(tensor):
    from keras import ops

    return ops.convert_to_numpy(ops.cast(tensor, "float32"))


def test_normalize_batch_takes_the_biased_variance():
    x = np.array([1.0, 2.0, 3.0, 6.0], "float32").reshape(1, 2, 2, 1)
    # Mean 3, squared distances 4 + 1 + 0 + 9 = 14: biased variance 3.5, unbiased 4.67.
    y, mean, variance = plain.normalize_batch(x, np.float32([2]), np.float32([1]), epsilon=0.5)
    assert _numpy(mean) == pytest.approx([3.0])
    assert _numpy(variance) == pytest.approx([3.5])
    # (x - 3) / sqrt(3.5 + 0.5) * 2 + 1 = x - 2.
    np.testing.assert_allclose(_numpy(y).ravel(), [-1, 0, 1, 4], rtol=1e-6)


def test_normalize_uses_what_it_is_given():
    x = np.array([1.0, 5.0], "float32").reshape(1, 1, 2, 1)
    y = plain.normalize(x, None, None, np.float32([1]), np.float32([3]), epsilon=1.0)
    np.testing.assert_allclose(_numpy(y).ravel(), [0, 2], rtol=1e-6)


def test_convolve_pads_all_sides_alike():
    x = np.arange(16, dtype="float32").reshape(1, 4, 4, 1)
    ones = np.ones((3, 3, 1, 1), "float32")
    y = _numpy(plain.convolve(x, ones, stride=2, padding=1))
    # Windows centred on pixels 0 and 2 of each side: rows and columns (-1..1) and (1..3).
    np.testing.assert_array_equal(y[0, :, :, 0], [[10, 24], [51, 90]])


def test_convolve_finds_its_groups_from_the_shapes():
    x = np.array([1, 2, 3, 4], "float32").reshape(1, 1, 1, 4)
    kernel = np.array([[1, 10], [1, 10]], "float32").reshape(1, 1, 2, 2)
    # Two groups of two channels: 1 + 2 to the first filter, (3 + 4) x 10 to the second.
    y = _numpy(plain.convolve(x, kernel, stride=1, padding=0))
    np.testing.assert_array_equal(y.ravel(), [3, 70])


def test_max_pool_never_picks_the_outside():
    x = -np.arange(1, 17, dtype="float32").reshape(1, 4, 4, 1)
    y = _numpy(plain.max_pool(x, size=3, stride=2, padding=1))
    np.testing.assert_array_equal(y[0, :, :, 0], [[-1, -2], [-5, -6]])


def test_recompute_gives_what_the_function_gives():
    def function(x, factor):
        return x * factor, x + factor

    x = np.array([1.0, 2.0], "float32")
    found = plain.recompute(function, x, np.float32(3))
    assert [_numpy(tensor).tolist() for tensor in found] == [[3, 6], [4, 5]]
