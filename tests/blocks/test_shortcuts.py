"""Every form of shortcut on a map of four by four pixels."""

from __future__ import annotations

import keras
import numpy as np
import pytest

from resnets.blocks import Style, ZeroPad, make_shortcut

pytestmark = pytest.mark.core

_RAMP = np.stack([np.arange(16), np.arange(16) + 100], -1).reshape(1, 4, 4, 2).astype("float32")


def _numpy(x):
    return keras.ops.convert_to_numpy(x)


def test_option_a_takes_every_second_pixel_and_puts_zeros_after():
    got = _numpy(make_shortcut("zeros", 4, 2, Style())(_RAMP))
    np.testing.assert_array_equal(got[0, :, :, 0], [[0, 2], [8, 10]])
    np.testing.assert_array_equal(got[0, :, :, 1], [[100, 102], [108, 110]])
    assert not got[..., 2:].any()


def test_option_a_can_put_half_of_the_zeros_before():
    got = _numpy(make_shortcut("zeros-both", 5, 2, Style())(_RAMP))
    np.testing.assert_array_equal(got[0, 0, 0], [0, 0, 100, 0, 0])


def test_zero_pad_tells_its_shape_for_odd_sides():
    layer = ZeroPad(8, 2)
    real = layer(np.zeros((1, 7, 8, 3), "float32")).shape
    assert tuple(real) == layer.compute_output_shape((1, 7, 8, 3)) == (1, 4, 4, 8)


def test_subsample_takes_every_second_pixel():
    got = _numpy(make_shortcut("subsample", 2, 2, Style())(_RAMP))
    np.testing.assert_array_equal(got, _RAMP[:, ::2, ::2])


def test_identity_and_none():
    np.testing.assert_array_equal(_numpy(make_shortcut("identity", 2, 1, Style())(_RAMP)), _RAMP)
    assert make_shortcut("none", 2, 1, Style()) is None


@pytest.mark.parametrize("side", (3, 4))
def test_option_d_averages_before_it_projects(side):
    layer = make_shortcut("average", 1, 2, Style(), normed=False)
    x = _RAMP[:, :side, :side, :1]
    layer.build(x.shape)
    kernel = layer.variables[0]
    kernel.assign(np.ones(kernel.shape))
    got = _numpy(layer(x))[0, :, :, 0]
    # Of a map of 3 x 3, the last window has a column, a row, or one pixel: means of what is there.
    expected = {4: [[2.5, 4.5], [10.5, 12.5]], 3: [[2.5, 4], [8.5, 10]]}[side]
    np.testing.assert_allclose(got, expected, rtol=1e-6)


def test_a_projection_has_a_norm_only_where_it_is_asked_for():
    names = [step.name for step in make_shortcut("projection", 8, 2, Style()).steps]
    assert names == ["conv", "norm"]
    names = [step.name for step in make_shortcut("average", 8, 2, Style(), normed=False).steps]
    assert names == ["pool", "conv"]
    assert [step.name for step in make_shortcut("average", 8, 1, Style()).steps] == ["conv", "norm"]


def test_a_pooled_shortcut_leaves_out_what_a_pool_leaves_out():
    layer = make_shortcut("pooled", 1, 2, Style(), normed=False)
    x = _RAMP[:, :3, :3, :1]
    layer.build(x.shape)
    layer.variables[0].assign(np.ones(layer.variables[0].shape))
    np.testing.assert_allclose(_numpy(layer(x))[0, :, :, 0], [[2.5]], rtol=1e-6)
    assert layer.compute_output_shape((None, 31, 31, 1)) == (None, 15, 15, 1)
