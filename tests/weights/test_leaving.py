"""Nets leave for the libraries that have their equal; others are refused with what differs."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from resnets.errors import UnknownNameError, UsageError
from resnets.models import FAMILIES, build, spec_of
from resnets.models.variables import variables_of
from resnets.weights import arrays_of
from resnets.weights.leaving import LIBRARIES, to_foreign
from resnets.weights.recognition import recognise


def drawn(spec):
    draw = np.random.default_rng(0)
    return {
        path: draw.normal(size=shape).astype("float32")
        for path, shape in variables_of(spec).items()
    }


_APPLICATIONS = {"bias": "all", "norm_epsilon": 1.001e-5}
_V2 = {"stem_norm": False, "stem_fill": "zeros", "bias": "unnormalised", "norm_epsilon": 1.001e-5}


@pytest.mark.parametrize(
    ("library", "net", "fields"),
    (
        ("torchvision", "resnet18", {}),
        ("torchvision", "resnext50_32x4d", {"stem_fill": "zeros"}),  # nothing after a rectifier
        ("timm", "resnet50d", {"blocks": (1, 1)}),
        ("timm", "seresnet50", {"blocks": (1, 1), "stride_in": "3x3"}),
        ("timm", "resnet50v2", {"blocks": (1, 1), "stem_norm": False}),
        ("keras-applications", "resnet50v1", {"blocks": (1, 1), **_APPLICATIONS}),
        (
            "keras-applications",
            "resnet50v2",
            {"blocks": (2, 1), "shortcut": "subsample", "stride_block": "last", **_V2},
        ),
        ("keras-hub", "resnet50", {"blocks": (1, 1)}),
        ("akamaster", "resnet20", {"shortcut": "A-both"}),
        (
            "course",
            "resnet50v1",
            {"blocks": (1, 1), "bias": "all", "norm_epsilon": 1e-3, "stem_fill": "nothing"},
        ),
    ),
)
def test_there_and_back_is_equal_bit_for_bit(library, net, fields):
    spec = spec_of(net, classes=5, **fields)
    arrays = drawn(spec)
    there = to_foreign(arrays, spec, library)
    back = recognise(there)
    assert back.arrays.keys() == arrays.keys()
    for path, array in arrays.items():
        assert back.arrays[path].tobytes() == array.tobytes(), path
    assert back.dialect.library in (library, "torchvision")


@pytest.mark.parametrize(
    ("library", "net", "fields", "reason"),
    (
        ("torchvision", "resnet50v1", {}, "the strides differ"),
        ("torchvision", "resnet50d", {}, "it has no stem/conv2"),
        ("torchvision", "resnet18", {"norm_epsilon": 1e-3}, "norm_epsilon is 0.001, there 1e-05"),
        ("torchvision", "resnet18", {"activation": "gelu"}, "activation is gelu, there relu"),
        ("keras-applications", "resnet50v1", {}, "norm_epsilon is 1e-05, there 1.001e-05"),
        ("keras-hub", "seresnet50", {}, "it has no stage1_block1/branch/gate/reduce"),
        ("akamaster", "resnet20", {}, "the shortcuts differ"),
        ("torchvision", "sprint8", {}, "it has no stem/whiten"),
        ("akamaster", "resnet18", {}, "its nets have branch basic, stem cifar"),
    ),
)
def test_a_net_without_an_equal_is_refused_with_the_reason(library, net, fields, reason):
    spec = spec_of(net, **fields)
    with pytest.raises(UsageError, match=f"{net} has no equal in {library}: ") as caught:
        to_foreign({}, spec, library)
    assert reason in caught.value.what
    assert caught.value.received == library
    assert "safetensors" in caught.value.hint


def test_libraries_are_these():
    assert sorted(LIBRARIES) == sorted(
        ("torchvision", "timm", "akamaster", "keras-applications", "keras-hub", "course")
    )
    with pytest.raises(UnknownNameError) as caught:
        to_foreign({}, spec_of("resnet18"), "torchvison")
    assert caught.value.received == "torchvison"
    assert caught.value.hint == "did you mean torchvision?"


def test_the_lesson_leaves_as_the_net_of_keras_applications():
    spec = replace(FAMILIES["lesson"].spec, input_shape=(32, 32, 3))
    arrays = arrays_of(build(spec))
    there = to_foreign(arrays, spec, "keras-applications")
    assert len(there) == 320
    assert there["conv2_block1_0_conv/kernel"] is arrays["res2a_branch1/kernel"]
    assert there["predictions/bias"] is arrays["fc6/bias"]
