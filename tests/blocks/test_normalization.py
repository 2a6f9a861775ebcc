"""BatchNorm is Keras's layer in all but speed; Normalize turns pixels into numbers."""

from __future__ import annotations

import importlib.util
import os
import re
import subprocess
import sys
from pathlib import Path

import keras
import numpy as np
import pytest
from keras import ops

from resnets.blocks import BatchNorm, Normalize

pytestmark = pytest.mark.core

# Sums of a few hundred terms in another order; and one rounding to bfloat16 or float16.
TOLERANCE = {"float32": 2e-5, "mixed_bfloat16": 2**-6, "mixed_float16": 2**-8}


def _draw(shape, seed=0):
    return np.random.default_rng(seed).normal(1.5, 2.0, shape).astype("float32")


def _numpy(tensor):
    return ops.convert_to_numpy(ops.cast(tensor, "float32"))


def _pair(**options):
    """Ours and Keras's, with the same variables, none of which is where it began."""
    ours, theirs = BatchNorm(**options), keras.layers.BatchNormalization(**options)
    shape = (None, None, None, 6)
    ours.build(shape)
    theirs.build(shape)
    for number, (a, b) in enumerate(zip(ours.variables, theirs.variables, strict=True)):
        value = np.abs(_draw(a.shape, number)) + 0.1
        a.assign(value)
        b.assign(value)
    return ours, theirs


def _suite() -> Path:
    """Find Keras's own test file: in a folder that is named, or beside the installed Keras."""
    named = os.environ.get("RESNETS_KERAS_TESTS")
    inside = "src/layers/normalization/batch_normalization_test.py"
    places = [Path(named) / "keras" / inside, Path(named) / inside] if named else []
    spec = importlib.util.find_spec("keras")
    places.append(Path(spec.origin).parent / inside)
    found = next((place for place in places if place.is_file()), None)
    if found is None:
        pytest.skip(
            f"MISSING: Keras's {Path(inside).name}; unpack the sources of keras "
            f"{keras.__version__} and name their folder in RESNETS_KERAS_TESTS"
        )
    return found


@pytest.mark.slow
def test_kerass_own_tests_pass_with_ours_in_its_place():
    script = Path(__file__).with_name("keras_suite.py")
    done = subprocess.run(
        [sys.executable, str(script), str(_suite())], capture_output=True, text=True, check=False
    )
    report = done.stdout + done.stderr
    assert done.returncode == 0, report
    assert int(re.search(r"(\d+) passed", report).group(1)) >= 33


def test_names_and_config_are_kerass():
    ours, theirs = _pair(name="norm", momentum=0.7, epsilon=1e-4, scale=False)
    assert isinstance(ours, keras.layers.BatchNormalization)
    assert [v.path for v in ours.variables] == [v.path for v in theirs.variables]
    assert ours.get_config() == theirs.get_config()


@pytest.mark.parametrize("policy", TOLERANCE)
@pytest.mark.parametrize("options", ({}, {"scale": False}, {"center": False}, {"axis": 3}))
def test_three_steps_agree_in_results_and_statistics(policy, options):
    ours, theirs = _pair(dtype=policy, momentum=0.8, epsilon=1e-4, **options)
    for step in range(3):
        x = ops.cast(_draw((4, 5, 3, 6), 10 + step), ours.compute_dtype)
        got, expected = ours(x, training=True), theirs(x, training=True)
        assert keras.backend.standardize_dtype(got.dtype) == ours.compute_dtype
        scale = np.abs(_numpy(expected)).max()
        np.testing.assert_allclose(
            _numpy(got), _numpy(expected), atol=TOLERANCE[policy] * scale, rtol=0
        )
    for a, b in zip(ours.non_trainable_variables, theirs.non_trainable_variables, strict=True):
        assert a.dtype == "float32"
        np.testing.assert_allclose(_numpy(a), _numpy(b), rtol=1e-5)
    got, expected = ours(x, training=False), theirs(x, training=False)
    scale = np.abs(_numpy(expected)).max()
    np.testing.assert_allclose(_numpy(got), _numpy(expected), atol=TOLERANCE[policy] * scale)


def test_a_training_step_agrees_in_every_variable():
    finals = []
    for layer in _pair(momentum=0.9):
        x = keras.Input((5, 5, 6))
        net = keras.Model(x, layer(x))
        net.compile(keras.optimizers.SGD(0.5), "mse")
        net.train_on_batch(_draw((8, 5, 5, 6), 1), _draw((8, 5, 5, 6), 2))
        finals.append([_numpy(variable) for variable in net.variables])
    for ours, theirs in zip(*finals, strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=2e-5, atol=2e-6)


def test_frozen_it_uses_and_keeps_its_statistics():
    ours, theirs = _pair()
    ours.trainable = theirs.trainable = False
    before = [_numpy(variable) for variable in ours.variables]
    x = _draw((2, 3, 3, 6))
    np.testing.assert_allclose(
        _numpy(ours(x, training=True)), _numpy(theirs(x, training=True)), atol=1e-5
    )
    for variable, value in zip(ours.variables, before, strict=True):
        np.testing.assert_array_equal(_numpy(variable), value)


@pytest.mark.parametrize(
    ("options", "shape"),
    (
        ({"axis": 1}, (4, 3, 5, 5)),
        ({}, (8, 3)),
        ({}, (4, 6, 3)),
        ({}, (2, 3, 3, 3, 2)),
        ({"dtype": "float64"}, (2, 3, 3, 2)),
        ({"renorm": True}, (2, 3, 3, 2)),
    ),
)
def test_what_no_kernel_does_is_left_to_keras(options, shape, monkeypatch):
    def never(*args, **kwargs):
        raise AssertionError("a fused kernel was called")

    monkeypatch.setattr("resnets.kernels.normalize_batch", never)
    monkeypatch.setattr("resnets.kernels.normalize", never)
    if options.get("dtype") == "float64" and keras.backend.backend() == "jax":
        pytest.skip("JAX computes in float64 only where it was told to when it was loaded")
    ours, theirs = BatchNorm(**options), keras.layers.BatchNormalization(**options)
    x = _draw(shape)
    for training in (True, False):
        got, expected = ours(x, training=training), theirs(x, training=training)
        np.testing.assert_array_equal(_numpy(got), _numpy(expected))


def test_a_mask_is_heeded():
    x, mask = _draw((2, 3, 3, 2)), np.zeros((2, 3, 3), bool)
    mask[:, :2] = True
    ours, theirs = BatchNorm(), keras.layers.BatchNormalization()
    got, expected = ours(x, training=True, mask=mask), theirs(x, training=True, mask=mask)
    np.testing.assert_array_equal(_numpy(got), _numpy(expected))


def test_normalize_is_pixels_over_255_less_the_mean_over_the_deviation():
    layer = Normalize(mean=(0.5, 0.0, 0.2), std=(0.25, 1.0, 0.1))
    pixels = np.array([[0, 0, 51], [255, 255, 51], [51, 102, 102]], "uint8").reshape(1, 1, 3, 3)
    expected = [[-2, 0, 0], [2, 1, 0], [-1.2, 0.4, 2]]
    for given in (pixels, pixels.astype("float32")):
        np.testing.assert_allclose(_numpy(layer(given))[0, 0], expected, atol=1e-6)


def test_colours_can_be_given_out_in_the_other_order():
    layer = Normalize(mean=(0.5, 0.0, 0.2), std=(0.25, 1.0, 0.1), colors="bgr")
    red_green_blue = np.array([255, 255, 51], "uint8").reshape(1, 1, 1, 3)
    np.testing.assert_allclose(_numpy(layer(red_green_blue))[0, 0, 0], [0, 1, 2], atol=1e-6)


def test_one_mean_serves_all_channels():
    got = Normalize()(np.full((1, 2, 2, 4), 51, "uint8"))
    np.testing.assert_allclose(_numpy(got), 0.2, rtol=1e-6)


def test_normalize_rounds_once_in_half_precision():
    layer = Normalize((0.485,), (0.229,), dtype="mixed_bfloat16")
    pixels = np.arange(256, dtype="float32").reshape(1, 16, 16, 1)
    got = layer(pixels)
    assert keras.backend.standardize_dtype(got.dtype) == "bfloat16"
    exact = (pixels / 255 - 0.485) / 0.229
    np.testing.assert_allclose(_numpy(got), exact, rtol=2**-8, atol=1e-6)
