"""What is peculiar to the JAX kernels: they compile, and take gradients while compiled."""

from __future__ import annotations

import keras
import numpy as np
import pytest

if keras.backend.backend() != "jax":
    pytest.skip("needs KERAS_BACKEND=jax", allow_module_level=True)

import jax
from jax import numpy as jnp

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


def test_what_is_computed_again_is_not_kept_meanwhile():
    draw = np.random.default_rng(0).normal
    x, weight = (draw(0, 0.1, (128, 128)).astype("float32") for _ in range(2))

    def block(x, weight):
        for _ in range(6):
            x = jnp.tanh(x @ weight)
        return (x,)

    def compiled(call):
        def loss(x):
            for _ in range(4):
                (x,) = call(block, x, weight)
            return x.sum()

        return jax.jit(jax.grad(loss)).lower(x).compile()

    kept = compiled(lambda function, *tensors: function(*tensors))
    again = compiled(kernels.recompute)
    np.testing.assert_allclose(again(x), kept(x), rtol=1e-5, atol=1e-8)
    sizes = [found.memory_analysis().temp_size_in_bytes for found in (kept, again)]
    # 24 results of 64 KiB are kept, or at most 4 with 6 of one block.
    assert sizes[0] >= 24 * 2**16
    assert sizes[1] < 16 * 2**16
