"""Libraries and nets are recognised by names and shapes, whatever the head and the colours."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from resnets.errors import UnknownNameError, WeightsError
from resnets.models import FAMILIES, spec_of
from resnets.models.variables import variables_of
from resnets.weights.positions import positions_of
from resnets.weights.recognition import DIALECTS, published, recognise


def blank(shapes):
    """Arrays that take no memory."""
    return {name: np.broadcast_to(np.float32(0), shape) for name, shape in shapes.items()}


def written(dialect, spec):
    """A net's arrays as a library writes them."""
    arrays = blank(variables_of(spec))
    return {
        dialect.theirs(path, spec.classes): dialect.array_out(path, array)
        for path, array in arrays.items()
    }


PUBLISHED = [
    (dialect, replace(spec, classes=9))
    for dialect in DIALECTS
    for spec in published(dialect)
    if spec.name not in ("resnet1202", "resnet110", "resnet152", "resnet152v1", "resnet152v2")
]


@pytest.mark.parametrize(
    ("dialect", "spec"), PUBLISHED, ids=[f"{d.library}-{s.name}" for d, s in PUBLISHED]
)
def test_every_published_net_is_recognised(dialect, spec):
    fit = recognise(written(dialect, spec))
    assert fit.distance == 0
    assert fit.dialect is dialect
    computed = ("blocks", "branch", "order", "stem", "width", "widening", "groups", "bias")
    computed += ("stride_in", "stride_block", "norm_epsilon", "stem_fill", "shortcut", "classes")
    assert {f: getattr(fit.spec, f) for f in computed} == {f: getattr(spec, f) for f in computed}


@pytest.mark.parametrize(
    ("place", "name"),
    (
        ("keras-applications", "resnet50v1"),
        ("keras-applications", "resnet101v2"),
        ("keras-hub", "resnet18"),
        ("keras-hub", "resnet50v2"),
    ),
)
def test_files_that_name_by_place_are_tried_with_every_published_net(place, name):
    nets = [
        (dialect, spec)
        for dialect in DIALECTS
        if dialect.library == place
        for spec in published(dialect)
    ]
    dialect, spec = next((d, s) for d, s in nets if s.name == name)
    shapes = variables_of(replace(spec, classes=9))
    places = positions_of(replace(spec, classes=9))
    arrays = blank({f"layers/{key}": shapes[path] for key, path in places.items()})
    fit = recognise(arrays)
    assert (fit.dialect, fit.spec.name, fit.spec.classes) == (dialect, name, 9)
    assert fit.arrays.keys() == shapes.keys()


def test_a_file_without_its_head_fits():
    arrays = written(DIALECTS[0], spec_of("resnet18"))
    fit = recognise({n: a for n, a in arrays.items() if not n.startswith("fc")})
    assert fit.headless
    assert fit.spec.classes == 1000


def test_a_grey_net_has_one_channel():
    fit = recognise(written(DIALECTS[0], spec_of("resnet18", input_shape=(64, 64, 1))))
    assert fit.spec.input_shape == (224, 224, 1)
    assert not fit.headless


@pytest.mark.parametrize(
    ("fields", "name"),
    (
        ({"blocks": (2, 2, 2, 2)}, "resnet26"),
        ({"blocks": (3, 4, 23, 3), "groups": 32, "widening": 2.0}, "resnext101_32x4d"),
        ({"widening": 2.0}, "wide_resnet50_2"),
    ),
)
def test_nets_are_named_by_the_table_or_by_their_depth(fields, name):
    assert recognise(written(DIALECTS[0], spec_of("resnet50", **fields))).spec.name == name


def test_the_net_can_be_told():
    arrays = written(DIALECTS[0], spec_of("resnet18", classes=3))
    assert recognise(arrays, "resnet18").spec == recognise(arrays).spec
    told = spec_of("resnet18", norm_epsilon=1e-3)
    assert recognise(arrays, told).spec.norm_epsilon == 1e-3
    with pytest.raises(UnknownNameError, match="no net of this name") as caught:
        recognise(arrays, "resnet-18")
    assert caught.value.received == "resnet-18"
    assert "resnet18" in caught.value.hint


def test_weights_of_another_net_than_told():
    arrays = written(DIALECTS[0], spec_of("resnet34"))
    with pytest.raises(WeightsError, match="not those of resnet18 as torchvision") as caught:
        recognise(arrays, "resnet18")
    assert "left over (layer1.2.conv1.weight" in str(caught.value)
    assert "182 arrays (bn1.bias" in caught.value.received
    assert caught.value.hint == "leave --model out to have the net read off the file"


@pytest.mark.parametrize("seed", range(20))
def test_a_file_with_wrong_names_and_shapes_is_refused(seed):
    draw = np.random.default_rng(seed)
    arrays = written(DIALECTS[0], spec_of("resnet18", classes=3))
    for name in draw.choice(sorted(arrays), 3):
        shape = tuple(map(int, draw.integers(0, 5, draw.integers(0, 5))))
        arrays[name] = np.broadcast_to(np.float32(0), shape)
        if draw.random() < 0.5:
            arrays[name.replace("layer", "layer9")] = arrays.pop(name)
    with pytest.raises(WeightsError) as caught:
        recognise(arrays)
    assert "arrays (bn1.bias, " in caught.value.received


def test_each_dialects_rows_are_in_the_table():
    assert {row for dialect in DIALECTS for row in dialect.rows} <= FAMILIES.keys()
