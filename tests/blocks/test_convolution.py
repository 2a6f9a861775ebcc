"""Convolution and MaxPool with symmetric padding, against answers worked by hand."""

from __future__ import annotations

import keras
import numpy as np
import pytest
from keras import ops

from resnets.blocks import Convolution, MaxPool
from resnets.blocks.convolution import he_initializer

pytestmark = pytest.mark.core

_RAMP = np.arange(16, dtype="float32").reshape(1, 4, 4, 1)


def _sums(**options):
    layer = Convolution(1, 3, kernel_initializer="ones", **options)
    return ops.convert_to_numpy(layer(_RAMP))[0, :, :, 0]


def test_symmetric_and_same_look_at_other_pixels_at_stride_2():
    # Symmetric: windows centred on pixels 0 and 2. Same: on 1 and 3.
    np.testing.assert_array_equal(_sums(strides=2), [[10, 24], [51, 90]])
    same = _sums(strides=2, symmetric=False, padding="same")
    np.testing.assert_array_equal(same, [[45, 39], [66, 50]])


def test_symmetric_is_same_without_a_stride():
    same = _sums(symmetric=False, padding="same")
    np.testing.assert_array_equal(_sums(), same)


def test_bias_and_activation_work_as_in_keras():
    layer = Convolution(1, 1, kernel_initializer="ones", bias_initializer="ones", activation="relu")
    got = ops.convert_to_numpy(layer(_RAMP - 8.0))
    np.testing.assert_array_equal(got, np.maximum(_RAMP - 7.0, 0))


@pytest.mark.parametrize(
    "options",
    (
        {"kernel_size": 3, "strides": 2},
        {"kernel_size": 7, "strides": 3},
        {"kernel_size": 1, "strides": 2},
        {"kernel_size": 2, "strides": 2},
        {"kernel_size": (1, 3), "strides": 1},
        {"kernel_size": 3, "dilation_rate": 2},
        {"kernel_size": 3, "strides": 2, "symmetric": False, "padding": "same"},
        {"kernel_size": 3, "strides": 2, "symmetric": False, "padding": "valid"},
    ),
)
@pytest.mark.parametrize("side", (7, 8))
def test_the_promised_shape_is_the_real_one(options, side):
    layer = Convolution(4, **options)
    promised = layer.compute_output_shape((2, side, side + 1, 3))
    real = layer(np.zeros((2, side, side + 1, 3), "float32")).shape
    assert tuple(real) == promised
    assert layer.compute_output_shape((None, None, None, 3)) == (None, None, None, 4)


def test_channels_first_pads_the_right_axes():
    if keras.backend.backend() == "tensorflow":
        pytest.skip("TensorFlow convolves channels first on GPUs alone")
    layer = Convolution(4, 3, strides=2, data_format="channels_first")
    real = layer(np.zeros((2, 3, 7, 8), "float32")).shape
    assert tuple(real) == layer.compute_output_shape((2, 3, 7, 8)) == (2, 4, 4, 4)


def test_max_pool_fills():
    negative = -_RAMP - 1
    lowest = ops.convert_to_numpy(MaxPool(3, 2)(negative))[0, :, :, 0]
    np.testing.assert_array_equal(lowest, [[-1, -2], [-5, -6]])
    zeros = ops.convert_to_numpy(MaxPool(3, 2, fill="zeros")(negative))[0, :, :, 0]
    np.testing.assert_array_equal(zeros, [[0, 0], [0, -6]])
    nothing = ops.convert_to_numpy(MaxPool(3, 2, fill="nothing")(negative))[0, :, :, 0]
    np.testing.assert_array_equal(nothing, [[-1]])  # one whole window fits into 4 x 4


@pytest.mark.parametrize("fill", ("lowest", "zeros", "nothing"))
@pytest.mark.parametrize(("size", "stride", "side"), ((3, 2, 7), (3, 2, 8), (5, 3, 8), (3, 1, 4)))
def test_max_pools_promised_shape_is_the_real_one(size, stride, side, fill):
    layer = MaxPool(size, stride, fill)
    real = layer(np.zeros((1, side, side, 2), "float32")).shape
    assert tuple(real) == layer.compute_output_shape((1, side, side, 2))


def test_he_initialisation_has_variance_2_over_fan_in_and_its_tails():
    draws = ops.convert_to_numpy(he_initializer()((3, 3, 64, 256)))
    deviation = np.sqrt(2 / (9 * 64))
    assert draws.std() == pytest.approx(deviation, rel=0.01)
    assert np.abs(draws).max() > 3 * deviation  # a truncated normal ends at 2 / 0.88
