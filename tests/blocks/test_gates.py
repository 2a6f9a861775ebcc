"""Squeeze-and-excitation worked by hand; stochastic depth by the law of large numbers."""

from __future__ import annotations

import keras
import numpy as np
import pytest

from resnets.blocks import SqueezeExcite, StochasticDepth

pytestmark = pytest.mark.core


def test_the_gate_sees_the_means_of_all_channels():
    layer = SqueezeExcite(ratio=0.5)
    layer.build((None, 2, 2, 2))
    # Hidden: relu(mean of channel 0 - mean of channel 1) = 2. Gates: sigmoid(2 h), sigmoid(0).
    layer.set_weights([np.array([[1.0], [-1.0]]), np.zeros(1), np.array([[2.0, 0.0]]), np.zeros(2)])
    x = np.zeros((1, 2, 2, 2), "float32")
    x[..., 0], x[..., 1] = [[1, 2], [4, 5]], 1.0
    got = keras.ops.convert_to_numpy(layer(x))
    np.testing.assert_allclose(got[..., 0], x[..., 0] / (1 + np.exp(-4)), rtol=1e-6)
    np.testing.assert_allclose(got[..., 1], 0.5, rtol=1e-6)


def test_the_hidden_layer_is_never_empty():
    layer = SqueezeExcite(ratio=1 / 16)
    layer.build((None, 4, 4, 3))
    assert layer.reduce.units == 1


def test_stochastic_depth_drops_whole_pictures_and_keeps_the_mean():
    layer = StochasticDepth(0.8, seed=1)
    got = keras.ops.convert_to_numpy(layer(np.ones((4000, 2, 2, 3), "float32"), training=True))
    kept = got[:, 0, 0, 0] > 0
    np.testing.assert_array_equal(got, np.broadcast_to(kept[:, None, None, None] / 0.8, got.shape))
    # 4,000 draws of chance 0.8 have a deviation of 25: five of them.
    assert kept.sum() == pytest.approx(3200, abs=127)


def test_stochastic_depth_is_gone_when_the_net_is_used():
    x = np.random.default_rng(0).normal(size=(5, 2, 2, 3)).astype("float32")
    got = keras.ops.convert_to_numpy(StochasticDepth(0.1)(x, training=False))
    np.testing.assert_array_equal(got, x)


def test_draws_differ_from_call_to_call_and_repeat_with_their_seed():
    x = np.ones((64, 1, 1, 1), "float32")
    runs = []
    for _ in range(2):
        layer = StochasticDepth(0.5, seed=3)
        runs.append([keras.ops.convert_to_numpy(layer(x, training=True)) for _ in range(2)])
    np.testing.assert_array_equal(runs[0], runs[1])
    assert (runs[0][0] != runs[0][1]).any()
