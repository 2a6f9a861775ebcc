"""Our nets beside those of `keras.applications`, number by number, on random weights."""

from __future__ import annotations

import keras
import numpy as np
import pytest

from resnets import lesson
from resnets.models import build

_V2 = {
    "bias": "unnormalised",
    "stem_norm": False,
    "stem_fill": "zeros",
    "stride_block": "last",
    "shortcut": "subsample",
    "norm_epsilon": 1.001e-5,
}


def _randomise(net):
    """Give every variable a value that is not where it began."""
    values = []
    for number, variable in enumerate(net.variables):
        draw = np.random.default_rng(number)
        kind, shape = variable.path.rsplit("/", 1)[-1], variable.shape
        if kind == "kernel":
            values.append(_kernel(draw, shape))
        elif kind in ("gamma", "moving_variance"):
            values.append(draw.uniform(0.7, 1.3, shape))
        else:
            values.append(draw.normal(0, 0.1, shape))
    net.set_weights(values)


def _kernel(draw, shape):
    # Uniform of variance 1.6 / fan-in: cheaper to draw than a Gaussian, and as good here.
    reach = np.sqrt(3 * 1.6 / np.prod(shape[:-1]))
    return draw.uniform(-reach, reach, shape)


def _logits(net, pictures):
    """Call a net as it is, which is quicker than to compile it for one batch."""
    return keras.ops.convert_to_numpy(net(pictures, training=False))


def _pixels(side=64):
    return np.random.default_rng(7).integers(0, 256, (2, side, side, 3)).astype("float32")


def _theirs(name, side=64, classes=10):
    kind = getattr(keras.applications, name)
    net = kind(
        weights=None, input_shape=(side, side, 3), classes=classes, classifier_activation=None
    )
    _randomise(net)
    return net


def _by_place(net):
    """Sort the values of a `keras.applications` net by block, part and variable."""
    found = {}
    for layer in net.layers:
        for variable in layer.variables:
            kind = variable.path.rsplit("/", 1)[-1]
            found[f"{layer.name}/{kind}"] = keras.ops.convert_to_numpy(variable)
    return found


def _their_name(path):
    """Translate `stage2_block1/branch/conv1/kernel` into `conv3_block1_1_conv/kernel`."""
    place, *inner, kind = path.split("/")
    if place == "head":
        return f"predictions/{kind}"
    if place == "stem":
        return f"conv1_{inner[0].rstrip('1').replace('norm', 'bn')}/{kind}"
    if place == "final":
        return f"post_bn/{kind}"
    stage, block = place.removeprefix("stage").split("_block")
    prefix = f"conv{int(stage) + 1}_block{block}"
    part, layer = inner
    if part == "before":
        return f"{prefix}_preact_bn/{kind}"
    layer = layer.replace("norm", "bn")
    if part == "shortcut":
        return f"{prefix}_0_{layer}/{kind}"
    return f"{prefix}_{layer[-1]}_{layer[:-1]}/{kind}"


@pytest.mark.parametrize(
    ("ours", "theirs", "fields"),
    (
        ("resnet50v1", "ResNet50", {"bias": "all", "norm_epsilon": 1.001e-5}),
        ("resnet50v2", "ResNet50V2", _V2),
    ),
)
def test_every_variable_has_its_twin_and_the_logits_agree(ours, theirs, fields):
    twin = _theirs(theirs)
    options = {"classes": 10, "input_shape": (64, 64, 3), "mean": (0.0,), "std": (1 / 255,)}
    net = build(ours, **options, **fields)
    values = _by_place(twin)
    net.set_weights([values.pop(_their_name(variable.path)) for variable in net.variables])
    assert not values
    expected = _logits(twin, _pixels())
    got = _logits(net, _pixels())
    np.testing.assert_allclose(got, expected, atol=1e-5 * np.abs(expected).max())


@pytest.mark.core
def test_the_lesson_gives_the_probabilities_of_keras_applications():
    twin = keras.applications.ResNet50(weights=None, input_shape=(64, 64, 3), classes=6)
    _randomise(twin)
    net = lesson.ResNet50()
    values = _by_place(twin)

    def their_name(layer):
        if layer in ("conv1", "bn_conv1"):
            return {"conv1": "conv1_conv", "bn_conv1": "conv1_bn"}[layer]
        if layer == "fc6":
            return "predictions"
        kind, rest = ("conv", layer[3:]) if layer.startswith("res") else ("bn", layer[2:])
        place, part = rest.split("_branch")
        number = 0 if part == "1" else "abc".index(part[1]) + 1
        return f"conv{place[0]}_block{ord(place[1]) - ord('a') + 1}_{number}_{kind}"

    for layer in net.layers:
        for variable in layer.variables:
            kind = variable.path.rsplit("/", 1)[-1]
            variable.assign(values.pop(f"{their_name(layer.name)}/{kind}"))
    assert not values
    pictures = _pixels() / 255
    got, expected = _logits(net, pictures), _logits(twin, pictures)
    assert np.ptp(expected) > 0.01  # not all alike
    np.testing.assert_allclose(got, expected, atol=1e-5)
