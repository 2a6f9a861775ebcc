"""The variables that a spec tells are those that the built net has."""

from __future__ import annotations

import pytest

from resnets.models import FAMILIES, build, cost, spec_of
from resnets.models.variables import layers_of, variables_of
from resnets.weights import arrays_of

_SMALL = {"classes": 5, "input_shape": (32, 32, 3), "width": 8, "stem_width": 8}


@pytest.mark.core
@pytest.mark.parametrize(
    ("net", "fields"),
    (
        ("resnet20", {"blocks": (1, 2)}),
        ("resnet20", {"blocks": (1, 1), "shortcut": "B", "bias": "all"}),
        ("resnet50", {"blocks": (1, 2), "groups": 2, "widening": 2.0}),
        ("resnet50v2", {"blocks": (1, 1), "bias": "unnormalised", "stem_norm": False}),
        ("resnet50v2", {"blocks": (2, 1), "shortcut": "subsample", "stride_block": "last"}),
        ("resnet50d", {"blocks": (1, 1), "se_ratio": 0.25}),
        ("resnet18", {"blocks": (2, 1), "shortcut": "D-first", "stem": "deep"}),
    ),
)
def test_names_and_shapes_are_those_of_the_built_net(net, fields):
    spec = spec_of(net, **_SMALL, **fields)
    built = {name: array.shape for name, array in arrays_of(build(spec)).items()}
    assert variables_of(spec) == built


@pytest.mark.parametrize("name", [name for name in FAMILIES if name != "lesson"])
def test_they_have_as_many_numbers_as_the_cost_counts(name):
    spec = FAMILIES[name].spec
    total = 0
    for shape in variables_of(spec).values():
        size = 1
        for side in shape:
            size *= side
        total += size
    assert total == cost(spec).parameters


def test_a_projection_stands_beside_the_last_convolution():
    names = [name for name, _ in layers_of(spec_of("resnet50", blocks=(1,)))]
    assert names == [
        "stem/conv1",
        "stem/norm1",
        "stage1_block1/branch/conv1",
        "stage1_block1/branch/norm1",
        "stage1_block1/branch/conv2",
        "stage1_block1/branch/norm2",
        "stage1_block1/shortcut/conv",
        "stage1_block1/branch/conv3",
        "stage1_block1/shortcut/norm",
        "stage1_block1/branch/norm3",
        "head",
    ]
