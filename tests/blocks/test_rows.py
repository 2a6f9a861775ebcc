"""The data of branches and shortcuts against the papers' figures."""

from __future__ import annotations

import pytest

from resnets.blocks.rows import Row, branch_rows, shortcut_form, squeezed


def test_basic_branches_have_their_stride_first():
    assert branch_rows("basic", 64, 64, 2) == (Row(3, 64, 2), Row(3, 64))


def test_a_bottlenecks_stride_is_in_the_1x1_of_v1_and_the_3x3_of_v1_5():
    v1 = branch_rows("bottleneck", 128, 512, 2, "first")
    assert v1 == (Row(1, 128, 2), Row(3, 128), Row(1, 512))
    v1_5 = branch_rows("bottleneck", 128, 512, 2, "3x3")
    assert v1_5 == (Row(1, 128), Row(3, 128, 2), Row(1, 512))


def test_groups_are_in_the_3x3():
    # Xie 2017, table 1, conv2 of ResNeXt-50 (32x4d): 1x1, 128; 3x3, 128, C=32; 1x1, 256.
    rows = branch_rows("bottleneck", 128, 256, groups=32)
    assert [row.groups for row in rows] == [1, 32, 1]


@pytest.mark.parametrize(
    ("policy", "same", "stride_alone", "both"),
    (
        ("A", "identity", "zeros", "zeros"),
        ("A-both", "identity", "zeros-both", "zeros-both"),
        ("B", "identity", "projection", "projection"),
        ("C", "projection", "projection", "projection"),
        ("D", "identity", "average", "average"),
        ("D-first", "identity", "average", "average"),
        ("subsample", "identity", "subsample", "projection"),
        ("none", "none", "none", "none"),
    ),
)
def test_a_policy_means_a_form_for_each_block(policy, same, stride_alone, both):
    assert shortcut_form(policy, 64, 64, 1) == same
    assert shortcut_form(policy, 64, 64, 2) == stride_alone
    assert shortcut_form(policy, 64, 128, 2) == both


def test_d_first_projects_in_the_nets_first_block_whatever_its_shape():
    assert shortcut_form("D-first", 64, 64, 1, first=True) == "projection"
    assert shortcut_form("D", 64, 64, 1, first=True) == "identity"


def test_squeezed_is_the_papers_sixteenth():
    assert squeezed(256, 1 / 16) == 16
    assert squeezed(3, 1 / 16) == 1


def test_a_basic_branch_may_pool_in_place_of_its_stride():
    assert branch_rows("basic", 64, 64, 2, halving="pool") == (Row(3, 64, pool=2), Row(3, 64))
    assert branch_rows("basic", 64, 64, 1, halving="pool") == branch_rows("basic", 64, 64, 1)
    assert shortcut_form("D", 64, 128, 2, "pool") == "pooled"
    assert shortcut_form("D", 64, 64, 1, "pool") == "identity"
