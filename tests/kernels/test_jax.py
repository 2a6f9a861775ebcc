"""What is peculiar to the JAX kernels: they compile, and take gradients while compiled."""

from __future__ import annotations

import keras
import numpy as np
import pytest

if keras.backend.backend() != "jax":
    pytest.skip("needs KERAS_BACKEND=jax", allow_module_level=True)

import jax

from resnets.kernels import jax as kernels

pytestmark = pytest.mark.core


def test_compiled_and_not_compiled_agree():
    x = np.random.default_rng(0).normal(2, 3, (4, 5, 5, 3)).astype("float32")

    def both(x):
        return kernels.normalize_batch(x, None, None, 1e-3)

    for fast, slow in zip(jax.jit(both)(x), both(x), strict=True):
        np.testing.assert_allclose(fast, slow, atol=1e-5)


def test_a_constant_picture_has_a_finite_gradient():
    def loss(x):
        return (kernels.normalize_batch(x, None, None, 1e-3)[0] ** 2).sum()

    assert np.isfinite(jax.grad(loss)(np.ones((2, 3, 3, 1), "float32"))).all()


@pytest.mark.parametrize(("stride", "sides"), ((1, (6, 7)), (2, (6, 7)), (2, (7, 6))))
def test_the_gradient_of_few_channels_is_that_of_the_convolution(stride, sides, monkeypatch):
    draw = np.random.default_rng(0).normal
    x, kernel = draw(size=(2, *sides, 5)).astype("f"), draw(size=(3, 3, 5, 4)).astype("f")

    def loss(x, kernel):
        return (kernels.convolve(x, kernel, stride, 1) ** 2).sum()

    def gradients():
        return jax.grad(loss, (0, 1))(x, kernel)

    product = gradients()
    monkeypatch.setattr(kernels, "FEW", 0)
    for got, wanted in zip(product, gradients(), strict=True):
        np.testing.assert_allclose(got, wanted, rtol=1e-4, atol=1e-3)
