"""The blocks that a spec stands for, against the papers' tables."""

from __future__ import annotations

import dataclasses

import pytest

from resnets.blocks.rows import Row
from resnets.models import FAMILIES, depth_of
from resnets.models.layout import block_list, stem_rows


def _blocks(name, **fields):
    return block_list(dataclasses.replace(FAMILIES[name].spec, **fields))


def test_resnet50_has_the_papers_channels_and_strides():
    blocks = _blocks("resnet50")
    assert [block.channels for block in blocks] == [256] * 3 + [512] * 4 + [1024] * 6 + [2048] * 3
    assert [b.name for b in blocks if b.stride == 2] == [f"stage{n}_block1" for n in (2, 3, 4)]
    forms = [b.name for b in blocks if b.form == "projection"]
    assert forms == [f"stage{n}_block1" for n in (1, 2, 3, 4)]


def test_keras_applications_v2_strides_at_the_end_of_a_stage():
    blocks = _blocks("resnet50v2", stride_block="last", shortcut="subsample")
    assert [b.name for b in blocks if b.form == "subsample"] == [
        "stage1_block3",
        "stage2_block4",
        "stage3_block6",
    ]
    assert [b.name for b in blocks if b.form == "projection"] == [
        f"stage{n}_block1" for n in (1, 2, 3, 4)
    ]


def test_resnext_doubles_the_inner_channels_and_groups_them():
    # Xie 2017, table 1: conv2 is 128, 128 with C=32, 256; conv5 is 1024, 1024, 2048.
    blocks = _blocks("resnext50_32x4d")
    assert blocks[0].rows == (Row(1, 128), Row(3, 128, 1, 32), Row(1, 256))
    assert blocks[-1].rows == (Row(1, 1024), Row(3, 1024, 1, 32), Row(1, 2048))


def test_where_the_stem_has_a_norm_the_first_block_has_no_before():
    assert [block.before for block in _blocks("resnet110v2")] == [False] + [True] * 53
    assert all(block.before for block in _blocks("resnet110v2", stem_norm=False))
    assert not any(block.before for block in _blocks("resnet110"))


def test_survival_falls_linearly_to_the_last_block():
    # Huang 2016, figure 2: with 54 blocks and p_L = 0.5, p_1 = 1 - 0.5 / 54.
    survivals = [block.survival for block in _blocks("resnet110", survival=0.5)]
    assert survivals[0] == pytest.approx(1 - 0.5 / 54)
    assert survivals[26] == pytest.approx(0.75)
    assert survivals[-1] == 0.5
    # Section 3: the expected depth is (3 L - 1) / 4.
    assert sum(survivals) == pytest.approx((3 * 54 - 1) / 4)


def test_stems():
    assert stem_rows(FAMILIES["resnet20"].spec) == (Row(3, 16),)
    assert stem_rows(FAMILIES["resnet50"].spec) == (Row(7, 64, 2),)
    assert stem_rows(FAMILIES["resnet50c"].spec) == (Row(3, 32, 2), Row(3, 32), Row(3, 64))


def test_the_lessons_blocks_are_named_as_on_its_page():
    assert [block.name for block in _blocks("lesson")][:4] == ["2a", "2b", "2c", "3a"]


def test_depth_counts_weighted_layers():
    for name, row in FAMILIES.items():
        # Wide nets count their three projections instead of the dense layer.
        assert row.depth == depth_of(row.spec) + (2 if name.startswith("wrn") else 0)


def test_the_sprints_net_pools_in_every_stage():
    # Jordan 2024, arXiv:2404.00498, appendix A: 64, 256, 256 channels, a pool after each first 3x3.
    assert stem_rows(FAMILIES["sprint8"].spec) == (Row(2, 24),)
    blocks = _blocks("sprint8")
    assert [block.rows for block in blocks] == [
        (Row(3, width, pool=2), Row(3, width)) for width in (64, 256, 256)
    ]
    assert [(b.channels_in, b.form, b.stride) for b in blocks] == [
        (24, "pooled", 2),
        (64, "pooled", 2),
        (256, "pooled", 2),
    ]


def test_the_first_stage_may_have_a_stride_too():
    strides = [block.stride for block in _blocks("resnet20", first_stride=2)]
    assert strides == [2, 1, 1] * 3
