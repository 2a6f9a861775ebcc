"""The residual sum, on layers so simple that its answer is known."""

from __future__ import annotations

import keras
import numpy as np
import pytest

from resnets.blocks import Residual

pytestmark = pytest.mark.core


def _times(factor):
    """A layer that multiplies two numbers by a factor."""
    identity = keras.initializers.Identity(factor)
    return keras.layers.Dense(2, use_bias=False, kernel_initializer=identity)


def _run(**options):
    x = np.array([[1.0, -2.0]], "float32")
    return keras.ops.convert_to_numpy(Residual(_times(3.0), **options)(x)).tolist()


def test_the_activation_of_shortcut_plus_branch():
    identity = keras.layers.Identity()
    assert _run(shortcut=identity) == [[4, 0]]  # relu(x + 3 x)
    assert _run(shortcut=_times(-1.0)) == [[2, 0]]  # relu(-x + 3 x)
    assert _run(shortcut=identity, activation=None) == [[4, -8]]


def test_without_a_shortcut_it_is_plain():
    assert _run() == [[3, 0]]
    assert _run(activation=None) == [[3, -6]]


def test_before_feeds_the_branch_and_on_demand_the_shortcut():
    relu = {"before": keras.layers.ReLU(), "activation": None}
    assert _run(shortcut=keras.layers.Identity(), **relu) == [[4, -2]]  # x + 3 relu(x)
    assert _run(shortcut=_times(2.0), shortcut_from="before", **relu) == [[5, 0]]
    assert _run(shortcut=_times(2.0), shortcut_from="input", **relu) == [[5, -4]]
