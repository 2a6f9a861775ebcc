"""Every row of the table, built: parameters, shapes and multiply-adds are what `cost` says."""

from __future__ import annotations

import math

import keras
import numpy as np
import pytest

from resnets.blocks import Chain, Residual, SqueezeExcite
from resnets.models import FAMILIES, build, cost

# Built at every turn: each kind of block, stem and shortcut once. The rest takes minutes.
_QUICK = {
    "resnet20",
    "plain20",
    "resnet110v2",
    "wrn16_4",
    "sprint8",
    "resnet18",
    "resnet50",
    "resnet50v1",
    "resnet18v2",
    "resnet50v2",
    "resnet50d",
    "seresnet50",
    "resnext50_32x4d",
    "lesson",
}
_ROWS = [
    name if name in _QUICK else pytest.param(name, marks=pytest.mark.slow) for name in FAMILIES
]

_COUNTED = (Chain, Residual, keras.layers.Conv2D, keras.layers.Dense)


def _multiply_adds(layer, shape):
    """Walk a layer's convolutions and dense layers on the shape that it gets."""
    if isinstance(layer, Chain):
        total = 0
        for step in layer.steps:
            total += _multiply_adds(step, shape)
            shape = step.compute_output_shape(shape)
        return total
    if isinstance(layer, Residual):
        inner = shape
        total = 0
        if layer.before is not None:
            inner = layer.before.compute_output_shape(shape)
        total += _multiply_adds(layer.branch, inner)
        if layer.shortcut is not None:
            total += _multiply_adds(layer.shortcut, shape)
        return total
    if isinstance(layer, SqueezeExcite):
        return math.prod(layer.reduce.kernel.shape) + math.prod(layer.expand.kernel.shape)
    if isinstance(layer, keras.layers.Conv2D):
        return math.prod(layer.kernel.shape) * math.prod(layer.compute_output_shape(shape)[1:3])
    if isinstance(layer, keras.layers.Dense):
        return math.prod(layer.kernel.shape)
    return 0


@pytest.mark.parametrize("name", _ROWS)
def test_the_built_net_costs_what_the_arithmetic_says(name):
    keras.backend.clear_session()
    net, expected = build(name), cost(FAMILIES[name].spec)
    trainable = sum(int(np.prod(variable.shape)) for variable in net.trainable_variables)
    assert (net.count_params(), trainable) == (expected.parameters, expected.trainable)
    counted = [layer for layer in net.layers if isinstance(layer, _COUNTED)]
    measured = sum(_multiply_adds(layer, layer.input.shape) for layer in counted)
    assert measured == expected.multiply_adds
    if name == "lesson":
        return  # its parts are many layers of the page
    rows = [layer for layer in net.layers if layer.name not in ("pixels", "normalize")]
    assert [layer.name for layer in rows] == [part.name for part in expected.parts]
    for layer, part in zip(rows, expected.parts, strict=True):
        assert layer.count_params() == part.parameters
        assert layer.output.shape[1:] == part.output_shape
        assert _multiply_adds(layer, layer.input.shape) == part.multiply_adds
