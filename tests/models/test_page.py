"""The net named lesson is the page, with pixels normalised before it and logits at its end."""

from __future__ import annotations

import keras
import numpy as np
import pytest

from resnets import lesson
from resnets.blocks import BatchNorm
from resnets.errors import UsageError
from resnets.models import build


@pytest.fixture(scope="module")
def net():
    """Build the net once."""
    return build("lesson")


@pytest.mark.core
def test_its_softmax_is_the_pages_answer(net):
    page = lesson.ResNet50()
    page.set_weights(net.get_weights())
    pixels = np.random.default_rng(0).integers(0, 256, (2, 64, 64, 3), "uint8")
    logits = net.predict(pixels, verbose=0)
    assert logits.dtype == "float32"
    got = keras.ops.convert_to_numpy(keras.ops.softmax(logits))
    expected = page.predict(pixels.astype("float32") / 255, verbose=0)
    np.testing.assert_allclose(got, expected, atol=1e-5)
    assert [v.path for v in net.variables] == [v.path for v in page.variables]


def test_its_free_fields_are_obeyed():
    net = build("lesson", classes=4, norm_momentum=0.5, zero_init=True, input_shape=(64, 64, 1))
    norms = [layer for layer in net.layers if isinstance(layer, BatchNorm)]
    assert len(norms) == 53
    assert {norm.momentum for norm in norms} == {0.5}
    zeros = [norm.name for norm in norms if not keras.ops.convert_to_numpy(norm.gamma).any()]
    assert len(zeros) == 16
    assert net.output_shape == (None, 4)
    assert net.name == "lesson"


def test_all_else_is_as_it_stands_on_the_page():
    with pytest.raises(UsageError) as caught:
        build("lesson", shortcut="C")
    assert "the lesson's net has no choice of shortcut (received: C)" in str(caught.value)
    assert "hint: take resnet50v1" in str(caught.value)


def test_its_stages_can_be_tapped():
    outputs = build("lesson", input_shape=(32, 32, 3), features=True).output
    assert {name: output.shape[1:] for name, output in outputs.items()} == {
        "stage1": (8, 8, 256),
        "stage2": (4, 4, 512),
        "stage3": (2, 2, 1024),
        "stage4": (1, 1, 2048),
    }
