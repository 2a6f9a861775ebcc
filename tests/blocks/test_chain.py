"""A chain calls its layers one after another."""

from __future__ import annotations

import keras
import numpy as np
import pytest

from resnets.blocks import Chain

pytestmark = pytest.mark.core


def test_the_order_is_that_of_the_steps():
    x = np.array([[-1.0, 2.0]], "float32")
    double = keras.layers.Dense(2, kernel_initializer=keras.initializers.Identity(2.0))
    one = keras.layers.Dense(2, kernel_initializer="identity", bias_initializer="ones")
    first = keras.ops.convert_to_numpy(Chain([double, one])(x))
    np.testing.assert_array_equal(first, [[-1, 5]])  # 2 x + 1
    second = keras.ops.convert_to_numpy(Chain([one, double])(x))
    np.testing.assert_array_equal(second, [[0, 6]])  # 2 (x + 1)


def test_names_of_variables_say_where_they_are():
    chain = Chain([keras.layers.Dense(2, name="first")], name="outer")
    chain.build((None, 3))
    assert [v.path for v in chain.variables] == ["outer/first/kernel", "outer/first/bias"]


def test_training_reaches_the_steps():
    drop = keras.layers.Dropout(0.999, seed=0)
    ones = np.ones((1, 100), "float32")
    assert float(keras.ops.sum(Chain([drop])(ones, training=True))) != 100
    assert float(keras.ops.sum(Chain([drop])(ones, training=False))) == 100
