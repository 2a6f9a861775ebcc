"""A net's spec checks itself, and goes to JSON and back with every field changed."""

from __future__ import annotations

import dataclasses
import json

import pytest

from resnets.errors import UsageError
from resnets.models import FAMILIES, NetSpec

# Every field at a value that is not its default.
CHANGED = NetSpec(
    name="other",
    blocks=(1, 2),
    classes=7,
    input_shape=(40, 48, 1),
    mean=(0.25,),
    std=(0.75,),
    colors="bgr",
    branch="basic",
    order="pre",
    shortcut="D",
    stem="deep",
    stem_width=24,
    stem_stride=2,
    stem_norm=False,
    stem_fill="zeros",
    width=32,
    widths=(32, 40),
    first_stride=2,
    halving="pool",
    widening=1.5,
    groups=4,
    stride_in="first",
    stride_block="last",
    padding="same",
    bias="unnormalised",
    activation="gelu",
    norm_momentum=0.8,
    norm_epsilon=1e-3,
    zero_init=True,
    se_ratio=0.25,
    survival=0.8,
    page="lesson",
)


def test_every_field_survives_json():
    untouched = NetSpec("resnet50", (3, 4, 6, 3))
    for field in dataclasses.fields(NetSpec):
        assert getattr(CHANGED, field.name) != getattr(untouched, field.name), field.name
    assert NetSpec.from_json(json.loads(json.dumps(CHANGED.to_json()))) == CHANGED


def test_every_row_of_the_table_survives_json():
    for row in FAMILIES.values():
        assert NetSpec.from_json(json.loads(json.dumps(row.spec.to_json()))) == row.spec


@pytest.mark.parametrize(
    ("field", "value", "rule"),
    (
        ("classes", 0, "at least 1"),
        ("blocks", (), "at least 1 in each stage"),
        ("blocks", (3, 0), "at least 1 in each stage"),
        ("input_shape", (32, 0, 3), "sides and channels of at least 1"),
        ("width", 0, "at least 1"),
        ("widening", 0.0, "above 0"),
        ("norm_momentum", 1.5, "from 0 to 1"),
        ("norm_epsilon", 0.0, "above 0"),
        ("se_ratio", 2.0, "from 0 to 1"),
        ("survival", 0.0, "above 0 and at most 1"),
        ("mean", (0.1, 0.2), "1 number or 3, one a channel"),
        ("std", (0.1, 0.0, 0.1), "above 0"),
        ("groups", 7, "a divisor of the channels"),
        ("groups", 0, "at least 1"),
        ("widths", (8, 8, 8), "empty, or one of at least 1 for each stage"),
        ("widths", (8, 0), "empty, or one of at least 1 for each stage"),
    ),
)
def test_values_out_of_range_are_refused(field, value, rule):
    with pytest.raises(UsageError) as caught:
        NetSpec(**{"name": "net", "blocks": (1, 1), field: value})
    assert f"NetSpec.{field} must be {rule}" in str(caught.value)
    assert f"(received: {value!r})" in str(caught.value)
    assert f"hint: give {field} such a value" in str(caught.value)


def test_option_a_needs_stages_that_do_not_narrow():
    fields = {"name": "net", "blocks": (1, 1), "branch": "basic", "shortcut": "A", "stem_width": 8}
    assert NetSpec(**fields, widths=(8, 8)).width_of(2) == 8
    with pytest.raises(UsageError, match=r"NetSpec.widths must be rising") as caught:
        NetSpec(**fields, widths=(16, 8))
    assert caught.value.received == (16, 8)
    with pytest.raises(UsageError, match=r"NetSpec.stem_width must be at most 4 wide"):
        NetSpec(**fields, widths=(4, 8))
    with pytest.raises(UsageError, match=r"NetSpec.stem must be at most 8 wide") as caught:
        NetSpec(**fields, widths=(8, 8), stem="whitening")
    assert caught.value.received == "whitening"


def test_groups_have_to_divide_every_stage():
    fields = {"name": "net", "blocks": (1, 1), "groups": 8}
    assert NetSpec(**fields, widths=(16, 24)).groups == 8
    with pytest.raises(UsageError, match=r"NetSpec.groups must be a divisor of the channels"):
        NetSpec(**fields, widths=(16, 20))


def test_a_whitening_stem_has_eight_channels_for_each_of_the_pictures():
    # 2 x 2 pixels of 3 channels have 12 principal components, and as many negatives.
    spec = FAMILIES["sprint8"].spec
    assert spec.stem_channels == 24
    grey = dataclasses.replace(spec, input_shape=(32, 32, 1), mean=(0.5,), std=(0.5,))
    assert grey.stem_channels == 8
    assert FAMILIES["resnet20"].spec.stem_channels == 16


def test_a_spec_of_before_these_fields_is_read_as_it_was():
    old = {"name": "resnet20", "blocks": [3, 3, 3], "branch": "basic", "width": 16}
    spec = NetSpec.from_json(old)
    assert [spec.width_of(stage) for stage in (1, 2, 3)] == [16, 32, 64]
    assert (spec.first_stride, spec.halving) == (1, "stride")


@pytest.mark.parametrize("fields", ({"branch": "basic", "shortcut": "B"}, {"shortcut": "D"}))
def test_pools_stand_in_basic_branches_beside_pools(fields):
    with pytest.raises(UsageError, match=r"NetSpec.halving must be stride, or pool with") as caught:
        NetSpec("net", (1, 1), halving="pool", **fields)
    assert caught.value.received == "pool"
    assert "halving" in caught.value.hint
