"""Blocks computed twice train as blocks computed once do: weights, statistics and seeds."""

from __future__ import annotations

import keras
import numpy as np
import pytest

import resnets
from resnets import kernels
from resnets.blocks import Chain, Residual
from resnets.blocks.recomputation import Recomputable
from resnets.models import fold

pytestmark = pytest.mark.core

# XLA fuses the two programs differently, and sums in another order; the others' bits are equal.
TOLERANCE = 1e-5 if keras.backend.backend() == "jax" else 0.0

NETS = (
    {"survival": 0.5},  # option A; the draws of stochastic depth
    {"blocks": (1,), "order": "pre", "shortcut": "D", "branch": "bottleneck", "se_ratio": 0.5},
)


def _net(recompute, **fields):
    keras.utils.set_random_seed(0)
    small = {"input_shape": (8, 8, 3), "blocks": (1, 1), "width": 4, "stem_width": 4}
    return resnets.build("resnet20", classes=3, recompute=recompute, **{**small, **fields})


def _pixels():
    return np.random.default_rng(0).integers(0, 256, (6, 8, 8, 3), "uint8")


def _trained(net, steps=2):
    """Train for some steps; give the losses and all variables, seeds and slots too."""
    net.compile(
        keras.optimizers.SGD(0.1, momentum=0.9),
        keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        jit_compile=keras.backend.backend() == "jax",
    )
    losses = [float(net.train_on_batch(_pixels(), np.arange(6) % 3)) for _ in range(steps)]
    variables = [*net.variables, *net.optimizer.variables]
    return losses, [keras.ops.convert_to_numpy(variable) for variable in variables]


def _assert_equal(first, second):
    for one, other in zip(first, second, strict=True):
        np.testing.assert_allclose(one, other, rtol=TOLERANCE, atol=TOLERANCE)


@pytest.mark.parametrize("fields", NETS)
def test_training_ends_with_the_same_losses_weights_statistics_and_seeds(fields):
    once, twice = _net(False, **fields), _net(True, **fields)
    assert [v.path for v in once.weights] == [v.path for v in twice.weights]
    (losses, variables), (again, others) = _trained(once), _trained(twice)
    _assert_equal(losses, again)
    _assert_equal(variables, others)


def test_statistics_move_once_a_step():
    net = _net(True)
    block = net.get_layer("stage1_block1")
    norm = block.branch.steps[1]
    first = block.branch.steps[0]
    feature = keras.Model(net.input, net.get_layer("stem").output)
    stem = feature(_pixels(), training=True)  # moves the stem's statistics, not the block's
    mean = keras.ops.convert_to_numpy(keras.ops.mean(first(stem), axis=(0, 1, 2)))
    _trained(net, steps=1)
    moved = keras.ops.convert_to_numpy(norm.moving_mean)
    np.testing.assert_allclose(moved, 0.1 * mean, rtol=1e-4, atol=1e-5)


def test_a_frozen_block_stays_and_passes_the_gradient_on():
    results = []
    for recompute in (False, True):
        net = _net(recompute)
        frozen = net.get_layer("stage2_block1")
        frozen.trainable = False
        before = frozen.get_weights()
        stem = net.get_layer("stem").get_weights()[0]
        results.append(_trained(net)[1])
        for old, new in zip(before, frozen.get_weights(), strict=True):
            np.testing.assert_array_equal(old, new)
        assert not np.array_equal(stem, net.get_layer("stem").get_weights()[0])
    _assert_equal(*results)


def test_in_mixed_precision_too():
    policy = keras.config.dtype_policy()
    keras.config.set_dtype_policy("mixed_bfloat16")
    try:
        (losses, variables), (again, others) = (_trained(_net(on)) for on in (False, True))
    finally:
        keras.config.set_dtype_policy(policy)
    if keras.backend.backend() == "jax":
        # XLA rounds to bfloat16 where it likes: two programs differ by its steps of 2^-8.
        np.testing.assert_allclose(losses, again, rtol=2**-7)
        return
    _assert_equal(losses, again)
    _assert_equal(variables, others)


def test_answers_compute_nothing_twice(monkeypatch):
    net = _net(True)
    net.compile()

    def refuse(function, *tensors):
        raise NotImplementedError

    monkeypatch.setattr(kernels, "recompute", refuse)
    assert net.predict(_pixels(), verbose=0).shape == (6, 3)
    with pytest.raises(NotImplementedError):
        net(_pixels(), training=True)


def test_the_switch_follows_into_no_copy(tmp_path):
    net = _net(True)
    layers = [layer for layer in net.layers if isinstance(layer, Recomputable)]
    assert [layer.name for layer in layers if layer.recompute] == [
        "stem", "stage1_block1", "stage2_block1",
    ]  # fmt: skip
    net.save(tmp_path / "net.keras")
    loaded = keras.saving.load_model(tmp_path / "net.keras")
    for copy in (fold(net), keras.models.clone_model(net), loaded):
        copies = [layer for layer in copy.layers if isinstance(layer, Residual | Chain)]
        assert len(copies) == 3
        assert not any(layer.recompute for layer in copies)
    expected = net.predict(_pixels(), verbose=0)
    for copy in (fold(net), loaded):
        np.testing.assert_allclose(copy.predict(_pixels(), verbose=0), expected, atol=1e-5)
