"""What is peculiar to the TensorFlow kernels: traced shapes, the variance, groups."""

from __future__ import annotations

import keras
import numpy as np
import pytest

if keras.backend.backend() != "tensorflow":
    pytest.skip("needs KERAS_BACKEND=tensorflow", allow_module_level=True)

import tensorflow as tf

from resnets.kernels import tensorflow as kernels


def test_a_graph_of_unknown_sizes_gives_the_same_numbers():
    traced = tf.function(
        lambda x: kernels.normalize_batch(x, None, None, 1e-3),
        input_signature=[tf.TensorSpec([None, None, None, 5])],
    )
    x = np.random.default_rng(0).normal(size=(3, 4, 2, 5)).astype("float32")
    y, mean, variance = traced(x)
    np.testing.assert_allclose(mean, x.mean((0, 1, 2)), atol=1e-6)
    np.testing.assert_allclose(variance, x.var((0, 1, 2)), rtol=1e-5)
    np.testing.assert_allclose(y, (x - mean) / np.sqrt(variance + 1e-3), atol=1e-5)


def test_xla_compiles_it():
    compiled = tf.function(lambda x: kernels.normalize_batch(x, None, None, 1e-3), jit_compile=True)
    x = np.random.default_rng(0).normal(size=(2, 3, 3, 4)).astype("float32")
    np.testing.assert_allclose(compiled(x)[2], x.var((0, 1, 2)), rtol=1e-4)


def test_the_operation_itself_gives_the_unbiased_variance():
    # If this ever fails, TensorFlow has changed its mind, and the correction must go.
    x = np.array([1.0, 2.0, 3.0, 6.0], "float32").reshape(1, 2, 2, 1)
    none = tf.constant([], tf.float32)
    found = tf.raw_ops.FusedBatchNormV3(
        x=x, scale=[1.0], offset=[0.0], mean=none, variance=none, is_training=True
    )
    assert found.batch_variance.numpy() == pytest.approx([14 / 3])
    assert kernels.normalize_batch(x, None, None, 1e-4)[2].numpy() == pytest.approx([14 / 4])


def _operations(stride, size, padding):
    traced = tf.function(lambda x, k: kernels.convolve(x, k, stride, padding))
    spec = tf.TensorSpec([None, 32, 32, 3]), tf.TensorSpec([size, size, 3, 8])
    graph = traced.get_concrete_function(*spec).graph
    return {operation.type: operation for operation in graph.get_operations()}


def test_no_padded_copy_is_made_without_a_stride():
    found = _operations(stride=1, size=3, padding=1)
    assert found.keys().isdisjoint({"Pad", "PadV2"})
    assert found["Conv2D"].get_attr("padding") == b"SAME"


def test_explicit_padding_which_has_no_onednn_kernel_is_avoided():
    for stride, size, padding in ((2, 7, 3), (2, 3, 1), (1, 1, 0), (1, 3, 2)):
        found = _operations(stride, size, padding)
        assert found["Conv2D"].get_attr("padding") == b"VALID"
