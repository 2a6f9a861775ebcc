"""Fields of a net read off names and shapes: the nets of the table, told from their variables."""

from __future__ import annotations

import pytest

from resnets.models import FAMILIES, spec_of
from resnets.models.variables import variables_of
from resnets.weights.structure import read_structure

_READ = ("classes", "blocks", "branch", "order", "stem", "stem_width", "width", "widening")
_READ += ("groups", "bias", "se_ratio", "stem_norm")


# Nets of other libraries double their widths and begin with a convolution that is trained.
_ALIKE = [n for n, row in FAMILIES.items() if not (row.spec.page or row.spec.widths)]


@pytest.mark.parametrize("name", _ALIKE)
def test_every_net_of_the_table_is_read_as_it_is(name):
    spec = spec_of(name)
    told = read_structure(variables_of(spec))
    assert {field: told[field] for field in _READ} == {f: getattr(spec, f) for f in _READ}
    assert told["channels"] == 3


@pytest.mark.parametrize(
    ("shortcut", "told"),
    (("A", "A"), ("none", "A"), ("B", "B"), ("D", "B"), ("D-first", "first"), ("C", "C")),
)
def test_projections_tell_the_policy(shortcut, told):
    spec = spec_of("resnet18", shortcut=shortcut)
    assert read_structure(variables_of(spec))["projects"] == told


def test_a_grey_net_without_its_head():
    shapes = variables_of(spec_of("resnet20", input_shape=(32, 32, 1)))
    del shapes["head/kernel"], shapes["head/bias"]
    told = read_structure(shapes)
    assert (told["channels"], told["classes"]) == (1, None)


def test_what_has_no_stem_or_no_block_is_no_net():
    shapes = variables_of(spec_of("resnet20"))
    assert read_structure({k: v for k, v in shapes.items() if "stem" not in k}) is None
    assert read_structure({k: v for k, v in shapes.items() if "stage1" not in k}) is None
    assert read_structure({}) is None


def test_a_name_that_claims_a_billion_blocks_is_no_net():
    shapes = variables_of(spec_of("resnet20"))
    claim = {"stage1_block999999999/branch/conv1/kernel": (3, 3, 16, 16)}
    assert read_structure(shapes | claim) is None
