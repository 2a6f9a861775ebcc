"""The chosen engine's kernels agree with the plain ones: forward, backward, and in statistics."""

from __future__ import annotations

import keras
import numpy as np
import pytest
from keras import ops

from resnets import kernels
from resnets.kernels import plain

pytestmark = pytest.mark.core

# Float32 sums of some hundred terms in another order; half precision has 8 or 11 digits in binary,
# and its result may fall to either neighbour.
TOLERANCE = {"float32": 2e-5, "bfloat16": 2**-7, "float16": 2**-9}
SHAPES = [(4, 6, 5, 8), (2, 1, 1, 3), (1, 9, 7, 16)]


def _draw(shape, seed=0, mean=0.0, std=1.0):
    return np.random.default_rng(seed).normal(mean, std, shape).astype("float32")


def _numpy(tensor):
    return ops.convert_to_numpy(ops.cast(tensor, "float32"))


def _close(got, expected, dtype, scale=1.0):
    expected = _numpy(expected)
    size = max(1.0, float(np.abs(expected).max()))
    np.testing.assert_allclose(_numpy(got), expected, atol=scale * TOLERANCE[dtype] * size, rtol=0)


@pytest.mark.parametrize("dtype", TOLERANCE)
@pytest.mark.parametrize("shape", SHAPES)
def test_normalize_batch_forward_and_statistics(dtype, shape):
    x = ops.cast(_draw(shape, mean=3.0, std=2.0), dtype)
    gamma, beta = _draw(shape[-1:], 1, 1.0, 0.1), _draw(shape[-1:], 2)
    got = kernels.normalize_batch(x, gamma, beta, 1e-5)
    expected = plain.normalize_batch(x, gamma, beta, 1e-5)
    assert keras.backend.standardize_dtype(got[0].dtype) == dtype
    _close(got[0], expected[0], dtype)
    for statistic, answer in zip(got[1:], expected[1:], strict=True):
        assert keras.backend.standardize_dtype(statistic.dtype) == "float32"
        _close(statistic, answer, "float32")


@pytest.mark.parametrize("dtype", TOLERANCE)
@pytest.mark.parametrize("given", ("both", "gamma", "beta", "neither"))
def test_normalize_batch_backward(dtype, given, gradient):
    shape = (4, 6, 5, 8)
    x = ops.convert_to_numpy(ops.cast(_draw(shape, mean=1.0), "float32"))
    up = _draw(shape, 3)
    vectors = {"gamma": _draw((8,), 1, 1.0, 0.1), "beta": _draw((8,), 2)}
    vectors = {name: v for name, v in vectors.items() if given in (name, "both")}

    def loss_of(kernel):
        def loss(pixels, *rest):
            named = dict(zip(vectors, rest, strict=True))
            low = ops.cast(pixels, dtype)
            y = kernel(low, named.get("gamma"), named.get("beta"), 1e-3)[0]
            return ops.sum(ops.cast(y, "float32") * ops.convert_to_tensor(up))

        return loss

    got = gradient(loss_of(kernels.normalize_batch), x, *vectors.values())
    expected = gradient(loss_of(plain.normalize_batch), x, *vectors.values())
    for found, answer in zip(got, expected, strict=True):
        # The upstream gradient is rounded to half precision before it is summed.
        _close(found, answer, dtype, scale=2.0)


@pytest.mark.parametrize("dtype", TOLERANCE)
def test_normalize_forward_and_backward(dtype, gradient):
    x, up = _draw((3, 4, 5, 6)), _draw((3, 4, 5, 6), 3)
    gamma, beta = _draw((6,), 1, 1.0, 0.1), _draw((6,), 2)
    mean, variance = _draw((6,), 4), np.abs(_draw((6,), 5)) + 0.5

    def loss_of(kernel):
        def loss(pixels, gamma, beta):
            y = kernel(ops.cast(pixels, dtype), gamma, beta, mean, variance, 1e-3)
            assert keras.backend.standardize_dtype(y.dtype) == dtype
            return ops.sum(ops.cast(y, "float32") * ops.convert_to_tensor(up))

        return loss

    low = ops.cast(x, dtype)
    for vectors in ((gamma, beta), (None, None)):
        got = kernels.normalize(low, *vectors, mean, variance, 1e-3)
        _close(got, plain.normalize(low, *vectors, mean, variance, 1e-3), dtype)
    got = gradient(loss_of(kernels.normalize), x, gamma, beta)
    expected = gradient(loss_of(plain.normalize), x, gamma, beta)
    for found, answer in zip(got, expected, strict=True):
        _close(found, answer, dtype, scale=2.0)


@pytest.mark.parametrize("dtype", ("float32", "bfloat16"))
@pytest.mark.parametrize(
    ("size", "stride", "padding"), ((1, 1, 0), (3, 1, 1), (3, 2, 1), (7, 2, 3))
)
@pytest.mark.parametrize("groups", (1, 4))
def test_convolve_forward_and_backward(dtype, size, stride, padding, groups, gradient):
    x, kernel = _draw((2, 8, 7, 8)), _draw((size, size, 8 // groups, 12), 1, std=1 / size)

    def loss_of(convolve):
        def loss(pixels, weights):
            y = convolve(ops.cast(pixels, dtype), ops.cast(weights, dtype), stride, padding)
            return ops.sum(ops.square(ops.cast(y, "float32")))

        return loss

    got = gradient(loss_of(kernels.convolve), x, kernel)
    # The answers are float32's: of half precision, the sums in it differ more than the kernels.
    answer_in = plain.convolve(x, kernel, stride, padding)
    _close(
        kernels.convolve(ops.cast(x, dtype), ops.cast(kernel, dtype), stride, padding),
        answer_in,
        dtype,
        scale=4.0,
    )
    for found, answer in zip(
        got, _float32_answer(gradient, x, kernel, stride, padding), strict=True
    ):
        _close(found, answer, dtype, scale=4.0)


def _float32_answer(gradient, x, kernel, stride, padding):
    def loss(pixels, weights):
        # One group a time, with Keras's own convolution: it has no grouped gradient on all CPUs.
        sides = (padding, padding)
        padded = ops.pad(pixels, ((0, 0), sides, sides, (0, 0)))
        groups = pixels.shape[-1] // weights.shape[2]
        pairs = zip(ops.split(padded, groups, -1), ops.split(weights, groups, -1), strict=True)
        parts = [ops.conv(a, b, stride, "valid", "channels_last") for a, b in pairs]
        return ops.sum(ops.square(ops.concatenate(parts, -1)))

    return gradient(loss, x, kernel)


@pytest.mark.parametrize("dtype", ("float32", "bfloat16"))
@pytest.mark.parametrize("sides", ((8, 8), (7, 5), (1, 1)))
def test_max_pool_forward_and_backward(dtype, sides, gradient):
    x = _draw((2, *sides, 3)) - 5.0
    up = _draw((2, *(-(-side // 2) for side in sides), 3), 1)

    def loss_of(pool):
        def loss(pixels):
            return ops.sum(
                ops.cast(pool(ops.cast(pixels, dtype), 3, 2, 1), "float32")
                * ops.convert_to_tensor(up)
            )

        return loss

    low = ops.cast(x, dtype)
    _close(kernels.max_pool(low, 3, 2, 1), plain.max_pool(low, 3, 2, 1), dtype)
    if dtype == "float32":  # half precision has ties, which each engine breaks in its own way
        got, expected = gradient(loss_of(kernels.max_pool), x), gradient(loss_of(plain.max_pool), x)
        _close(got[0], expected[0], dtype)


def test_statistics_keep_their_digits_far_from_zero():
    # The mean is 1,000 deviations away: E[x^2] - E[x]^2 would leave 2 digits of the variance.
    x = _draw((8, 8, 8, 4), std=1.0) + 1000.0
    _, _, variance = kernels.normalize_batch(x, None, None, 1e-3)
    exact = x.astype("float64").var(axis=(0, 1, 2))
    np.testing.assert_allclose(_numpy(variance), exact, rtol=1e-3)


def test_one_number_has_no_variance():
    y, mean, variance = kernels.normalize_batch(
        np.full((1, 1, 1, 2), 7, "float32"), None, None, 1e-3
    )
    np.testing.assert_allclose(_numpy(mean), [7, 7], rtol=1e-6)
    np.testing.assert_allclose(_numpy(variance), [0, 0], atol=1e-6)
    np.testing.assert_allclose(_numpy(y).ravel(), [0, 0], atol=1e-4)
