"""Each source's way of making pictures ready, against what the source itself computes."""

from __future__ import annotations

import keras
import numpy as np
import pytest

from resnets.blocks import Normalize
from resnets.errors import UsageError
from resnets.models import spec_of
from resnets.weights.preprocessing import RULES, preprocessed
from resnets.weights.recognition import DIALECTS


def seen(name, pixels):
    """What the net behind its normalisation sees."""
    spec, _ = preprocessed(spec_of("resnet50"), RULES[name])
    layer = Normalize(spec.mean, spec.std, spec.colors)
    return keras.ops.convert_to_numpy(layer(pixels))


PIXELS = np.random.default_rng(0).integers(0, 256, (2, 3, 4, 3)).astype("uint8")


@pytest.mark.parametrize(("name", "mode"), (("caffe", "caffe"), ("keras-v2", "tf")))
def test_keras_modes(name, mode):
    module = {"caffe": keras.applications.resnet, "tf": keras.applications.resnet_v2}[mode]
    expected = module.preprocess_input(PIXELS.astype("float32"))
    np.testing.assert_allclose(seen(name, PIXELS), expected, atol=2e-5)


def test_torch_takes_the_mean_of_imagenet():
    black = np.zeros((1, 1, 1, 3), "uint8")
    expected = [-0.485 / 0.229, -0.456 / 0.224, -0.406 / 0.225]
    np.testing.assert_allclose(seen("torchvision", black)[0, 0, 0], expected, rtol=1e-6)


@pytest.mark.parametrize(
    ("name", "side", "resize", "resample"),
    (
        ("torchvision", 224, 256, "bilinear"),
        ("torchvision-v2", 224, 232, "bilinear"),
        ("timm", 224, 256, "bicubic"),
        ("timm-a1", 224, 235, "bicubic"),  # 224 / 0.95 is 235.8
        ("keras-hub", 224, 224, "bicubic"),
        ("akamaster", 32, 0, "bilinear"),
        ("course", 64, 0, "bilinear"),
    ),
)
def test_sizes_and_crops(name, side, resize, resample):
    _, ready = preprocessed(spec_of("resnet50"), RULES[name])
    assert (ready.height, ready.width) == (side, side)
    assert (ready.resize, ready.resample) == (resize, resample)
    assert ready.fit == ("crop" if resize else "stretch")


def test_another_size_keeps_the_share_that_is_cut_away():
    spec, ready = preprocessed(spec_of("resnet50"), RULES["torchvision"], size=112)
    assert spec.input_shape == (112, 112, 3)
    assert ready.resize == 128


def test_a_grey_net_gets_the_means_over_the_colours():
    spec, ready = preprocessed(spec_of("resnet50", input_shape=(64, 64, 1)), RULES["caffe"])
    assert spec.mean == pytest.approx(((123.68 + 116.779 + 103.939) / 765,))
    assert (spec.colors, ready.channels) == ("rgb", 1)


def test_six_bands_are_no_picture():
    with pytest.raises(UsageError, match="so many channels") as caught:
        preprocessed(spec_of("resnet50", input_shape=(64, 64, 6)), RULES["torchvision"])
    assert caught.value.received == 6
    assert "1, 3 and 4" in caught.value.hint


def test_every_dialect_has_its_rule():
    assert {dialect.preprocessing for dialect in DIALECTS} <= RULES.keys()
