"""Files for other libraries, read by those that are installed with Keras."""

from __future__ import annotations

import keras
import numpy as np
import pytest
from keras.src.applications import resnet as applications

from resnets.errors import UnknownNameError, UsageError
from resnets.models import build, spec_of
from resnets.weights import arrays_of
from resnets.weights.files import read_arrays
from resnets.weights.formats import FORMATS, write_weights
from resnets.weights.recognition import recognise

_PIXELS = np.random.default_rng(0).integers(0, 256, (2, 40, 40, 3)).astype("float32")
_SAME = {"mean": (0.0,), "std": (1 / 255,), "input_shape": (40, 40, 3), "classes": 5}
_OURS = {"blocks": (2, 1), "width": 8, "bias": "all", "norm_epsilon": 1.001e-5}


def theirs():
    """A small net of `keras.applications`."""

    def stacks(x):
        x = applications.stack_residual_blocks_v1(x, 8, 2, stride1=1, name="conv2")
        return applications.stack_residual_blocks_v1(x, 16, 1, name="conv3")

    return applications.ResNet(
        stacks,
        preact=False,
        use_bias=True,
        weights=None,
        input_shape=(40, 40, 3),
        classes=5,
        classifier_activation=None,
        weights_name="small",
    )


@pytest.mark.core
def test_keras_applications_loads_what_is_written_for_it(tmp_path):
    spec = spec_of("resnet50v1", **_SAME, **_OURS)
    net, twin = build(spec), theirs()
    write_weights(tmp_path / "net.weights.h5", arrays_of(net), spec, "keras-applications")
    twin.load_weights(tmp_path / "net.weights.h5")
    expected = keras.ops.convert_to_numpy(net(_PIXELS, training=False))
    got = keras.ops.convert_to_numpy(twin(_PIXELS, training=False))
    np.testing.assert_allclose(got, expected, atol=2e-5 * np.abs(expected).max())


@pytest.mark.parametrize("name", ("net.weights.h5", "net.keras", "net.h5"))
def test_what_keras_applications_saves_is_read(tmp_path, name):
    twin = theirs()
    save = twin.save_weights if ".weights" in name else twin.save
    save(path := tmp_path / name)
    # Places alone tell no net that is not published; names do.
    told = None if name == "net.h5" else spec_of("resnet50v1", **_SAME, **_OURS)
    fit = recognise(read_arrays(path).arrays, told)
    layer = twin.get_layer("conv3_block1_0_conv")
    kernel = fit.arrays["stage2_block1/shortcut/conv/kernel"]
    assert kernel.tobytes() == keras.ops.convert_to_numpy(layer.kernel).tobytes()


@pytest.mark.parametrize(
    ("to", "net", "fields"),
    (
        ("torchvision", "resnet18", {}),
        ("timm", "resnet50d", {"blocks": (1, 1)}),
        ("akamaster", "resnet20", {"shortcut": "A-both"}),
        ("keras-hub", "resnet50", {"blocks": (1, 1)}),
        ("keras-applications", "resnet50v1", _OURS),
        ("safetensors", "resnet20", {}),
    ),
)
def test_files_there_and_back_are_equal_bit_for_bit(tmp_path, to, net, fields):
    spec = spec_of(net, classes=5, input_shape=(32, 32, 3), **fields)
    arrays = arrays_of(build(spec))
    path = tmp_path / f"net{FORMATS[to][0]}"
    write_weights(path, arrays, spec, to)
    found = read_arrays(path).arrays
    back = found if to == "safetensors" else recognise(found, spec).arrays
    assert back.keys() == arrays.keys()
    for name, array in arrays.items():
        assert back[name].tobytes() == array.tobytes(), name


def test_formats_that_are_not_there():
    with pytest.raises(UnknownNameError, match="no format of this name") as caught:
        write_weights(None, {}, spec_of("resnet18"), "torch")
    assert caught.value.received == "torch"
    assert "torchvision" in caught.value.hint


def test_a_folder_that_cannot_be_written(tmp_path):
    spec = spec_of("resnet20")
    place = tmp_path / "missing" / "net.safetensors"
    with pytest.raises(UsageError, match="cannot be written") as caught:
        write_weights(place, {"a": np.zeros(1)}, spec, "safetensors")
    assert caught.value.received == "No such file or directory"
    assert caught.value.hint == "choose another file: --out"
