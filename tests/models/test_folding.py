"""Folding: the same answers, the normalisations gone."""

from __future__ import annotations

import keras
import numpy as np
import pytest

from resnets import models
from resnets.blocks import BatchNorm

pytestmark = pytest.mark.core

SMALL = {"classes": 5, "input_shape": (32, 32, 3)}
# Nets by name, with the norms that have no convolution right before them and so stay.
NETS = (
    ("resnet20", {}, 0),
    ("resnet50", {"blocks": (1, 1, 1, 1), "width": 8, "stem_width": 8}, 0),
    ("resnet50d", {"blocks": (1, 1, 1, 1), "width": 8, "stem_width": 8}, 0),
    ("seresnet50", {"blocks": (1, 1, 1, 1), "width": 16, "stem_width": 8, "bias": "all"}, 0),
    ("resnext50_32x4d", {"blocks": (1, 1), "width": 8, "groups": 4, "stem_width": 8}, 0),
    ("wrn16_4", {"width": 8, "stem_width": 8}, 6),  # before 5 blocks, and the last
    ("lesson", {}, 0),
)


def shaken(net: keras.Model, seed: int = 0) -> keras.Model:
    """Give every array of a net values that would show if it were left out."""
    rng = np.random.default_rng(seed)
    for variable in net.variables:
        if "seed" in variable.path:
            continue
        value = keras.ops.convert_to_numpy(variable)
        if variable.path.endswith("kernel"):
            new = value * rng.uniform(0.8, 1.2, value.shape)
        else:
            new = rng.uniform(0.5, 1.5, value.shape)
        variable.assign(new.astype(value.dtype))
    return net


def norms_in(layer: keras.layers.Layer) -> int:
    layers = layer._flatten_layers()
    return sum(isinstance(part, keras.layers.BatchNormalization) for part in layers)


@pytest.mark.parametrize(("name", "fields", "left"), NETS, ids=[row[0] for row in NETS])
def test_the_same_answers_without_the_norms(name: str, fields: dict, left: int) -> None:
    net = shaken(models.build(name, **SMALL, **fields))
    before = [np.array(w) for w in net.get_weights()]
    pixels = np.random.default_rng(1).integers(0, 256, (3, 32, 32, 3), "uint8")
    folded = models.fold(net)
    assert norms_in(net) > left
    assert norms_in(folded) == left
    wanted = net.predict_on_batch(pixels)
    got = folded.predict_on_batch(pixels)
    assert np.abs(got - wanted).max() <= 1e-5 * np.abs(wanted).max()
    assert folded.output.dtype == "float32"
    for old, now in zip(before, net.get_weights(), strict=True):
        np.testing.assert_array_equal(old, now)


def test_a_norm_stays_where_its_convolution_is_seen_elsewhere_or_rectified() -> None:
    pixels = keras.Input((8, 8, 3))
    seen_twice = keras.layers.Conv2D(4, 3)(pixels)
    normal = BatchNorm(scale=False)(seen_twice)
    once = BatchNorm(center=False)(keras.layers.Conv2D(4, 1)(normal))
    rectified = BatchNorm()(keras.layers.Conv2D(4, 1, activation="relu")(once))
    given = keras.layers.Conv2D(4, 1)(rectified)
    outputs = [given, BatchNorm()(given), keras.layers.Add()([once, seen_twice])]
    net = shaken(keras.Model(pixels, outputs))
    folded = models.fold(net)
    assert norms_in(folded) == 3
    x = np.random.default_rng(2).normal(size=(2, 8, 8, 3)).astype("float32")
    for got, wanted in zip(folded.predict_on_batch(x), net.predict_on_batch(x), strict=True):
        np.testing.assert_allclose(got, wanted, rtol=0, atol=1e-5)
