"""Stock Keras's net is ours: the same weights give the same logits."""

from __future__ import annotations

import keras
import numpy as np
import pytest

from resnets.benchmarks import stock
from resnets.blocks import Chain, Residual
from resnets.models import build, cost, spec_of

pytestmark = pytest.mark.core

SMALL = {"classes": 5, "mean": (0.5,), "std": (0.25,)}
NETS = (
    ("resnet20", {"input_shape": (32, 32, 3)}),
    ("resnet18", {"input_shape": (64, 64, 3), "width": 8, "stem_width": 8}),
    ("resnet50", {"input_shape": (64, 64, 3), "width": 8, "stem_width": 8}),
)


WEIGHTED = (keras.layers.Conv2D, keras.layers.BatchNormalization, keras.layers.Dense)


def number(layer: keras.layers.Layer) -> int:
    last = layer.name.rpartition("_")[2]
    return int(last) if last.isdigit() else 0


def parts(layer: object, kind: type) -> list[keras.layers.Layer]:
    """List a net's layers of a kind as they are called, a shortcut's after its branch's."""
    inner: object = ()
    if isinstance(layer, keras.Model):
        inner = layer.layers
    elif isinstance(layer, Chain):
        inner = layer.steps
    elif isinstance(layer, Residual):
        inner = layer.parts().values()
    found = [part for one in inner for part in parts(one, kind)]
    return [layer, *found] if isinstance(layer, kind) else found


@pytest.mark.parametrize(("name", "fields"), NETS, ids=[row[0] for row in NETS])
def test_the_same_weights_give_the_same_logits(name: str, fields: dict) -> None:
    spec = spec_of(name, **SMALL, **fields)
    ours, theirs = build(spec), stock.net(spec)
    assert theirs.count_params() == cost(spec).parameters
    for kind in WEIGHTED:
        # Keras lists a graph's layers by depth, and numbers them as they were made.
        made = sorted((x for x in theirs.layers if isinstance(x, kind)), key=number)
        for layer, twin in zip(parts(ours, kind), made, strict=True):
            twin.set_weights(layer.get_weights())
    pixels = np.random.default_rng(0).integers(0, 256, (2, *spec.input_shape), "uint8")
    wanted = ours.predict_on_batch(pixels)
    got = theirs.predict_on_batch(pixels.astype("float32"))
    assert np.abs(got - wanted).max() <= 2e-5 * np.abs(wanted).max()
