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
    branch="basic",
    order="pre",
    shortcut="D",
    stem="deep",
    stem_width=24,
    stem_stride=2,
    stem_norm=False,
    stem_fill="zeros",
    width=32,
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
    ),
)
def test_values_out_of_range_are_refused(field, value, rule):
    with pytest.raises(UsageError) as caught:
        NetSpec(**{"name": "net", "blocks": (1, 1), field: value})
    assert f"NetSpec.{field} must be {rule}" in str(caught.value)
    assert f"(received: {value!r})" in str(caught.value)
    assert f"hint: give {field} such a value" in str(caught.value)
