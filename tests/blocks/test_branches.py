"""Branches and stems: which layers stand in which order, and how they begin."""

from __future__ import annotations

import keras
import numpy as np
import pytest

from resnets.blocks import Style, branch_rows, make_branch, make_stem, norm_act
from resnets.blocks.rows import Row

pytestmark = pytest.mark.core


def _names(chain):
    return [step.name for step in chain.steps]


def test_post_activation_ends_with_a_norm():
    branch = make_branch(branch_rows("bottleneck", 4, 16), Style())
    expected = ["conv1", "norm1", "act1", "conv2", "norm2", "act2", "conv3", "norm3"]
    assert _names(branch) == expected


def test_pre_activation_ends_with_a_convolution():
    branch = make_branch(branch_rows("basic", 4, 4), Style(), order="pre")
    assert _names(branch) == ["conv1", "norm1", "act1", "conv2"]
    assert _names(norm_act(Style(), "before")) == ["norm", "act"]


def test_gates_come_last():
    branch = make_branch(branch_rows("basic", 4, 4), Style(), se_ratio=0.5, survival=0.9)
    assert _names(branch)[-2:] == ["gate", "drop"]


@pytest.mark.parametrize("order", ("post", "pre"))
def test_zero_init_makes_the_branch_nothing_and_lets_it_learn(order):
    branch = make_branch(branch_rows("basic", 4, 4), Style(), order, zero_init=True)
    pixels = keras.Input((5, 5, 4))
    net = keras.Model(pixels, branch(pixels))
    x = np.random.default_rng(0).normal(size=(4, 5, 5, 4)).astype("float32")
    assert not keras.ops.convert_to_numpy(net(x, training=True)).any()
    net.compile(keras.optimizers.SGD(0.1), "mse")
    for _ in range(2):
        net.train_on_batch(x, x)
    assert np.abs(keras.ops.convert_to_numpy(net(x, training=True))).max() > 1e-3


@pytest.mark.parametrize(
    ("bias", "post", "pre"),
    (
        ("none", [False, False], [False, False]),
        ("all", [True, True], [True, True]),
        ("unnormalised", [False, False], [False, True]),
    ),
)
def test_biases_are_where_the_style_says(bias, post, pre):
    for order, expected in (("post", post), ("pre", pre)):
        branch = make_branch(branch_rows("basic", 4, 4), Style(bias=bias), order)
        convolutions = [step for step in branch.steps if step.name.startswith("conv")]
        assert [step.use_bias for step in convolutions] == expected


def test_stems():
    seven = make_stem([Row(7, 64, 2)], Style(), pool="lowest")
    assert _names(seven) == ["conv1", "norm1", "act1", "pool"]
    assert seven.compute_output_shape((None, 224, 224, 3)) == (None, 56, 56, 64)
    bare = make_stem([Row(7, 64, 2)], Style(), normed=False, pool="zeros")
    assert _names(bare) == ["conv1", "pool"]
    same = make_stem([Row(7, 64, 2)], Style(padding="same"), pool="lowest")
    assert same.compute_output_shape((None, 224, 224, 3)) == (None, 56, 56, 64)


def test_the_style_reaches_norms_and_activations():
    style = Style(activation="gelu", norm_momentum=0.5, norm_epsilon=0.25)
    branch = make_branch(branch_rows("basic", 4, 4), style)
    norm, act = branch.steps[1], branch.steps[2]
    assert (norm.momentum, norm.epsilon) == (0.5, 0.25)
    assert act.activation is keras.activations.gelu


def test_a_pool_stands_before_the_norm():
    branch = make_branch(branch_rows("basic", 4, 4, 2, halving="pool"), Style())
    assert _names(branch) == ["conv1", "pool1", "norm1", "act1", "conv2", "norm2"]
    assert branch.compute_output_shape((None, 31, 31, 3)) == (None, 15, 15, 4)


def test_a_whitening_stem_is_never_trained():
    stem = make_stem([Row(2, 24)], Style(padding="same", bias="all"), whitening=True)
    assert _names(stem) == ["whiten", "act"]
    stem.build((None, 32, 32, 3))
    assert stem.compute_output_shape((None, 32, 32, 3)) == (None, 31, 31, 24)
    assert [tuple(v.shape) for v in stem.variables] == [(2, 2, 3, 24)]  # and no bias
    assert stem.trainable_variables == []
