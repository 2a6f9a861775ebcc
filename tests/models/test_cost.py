"""Costs worked by hand on nets so small that it can be done."""

from __future__ import annotations

from resnets.models import FAMILIES, NetSpec, cost


def _net(**fields):
    small = {
        "blocks": (1,),
        "classes": 3,
        "input_shape": (4, 6, 2),
        "mean": (0.5,),
        "std": (0.5,),
        "branch": "basic",
        "stem": "cifar",
        "stem_width": 5,
        "width": 5,
    }
    return cost(NetSpec("small", **{**small, **fields}))


def test_one_basic_block():
    found = _net()
    stem, block, pool, head = found.parts
    assert (stem.name, stem.output_shape) == ("stem", (4, 6, 5))
    assert stem.trainable == 9 * 2 * 5 + 2 * 5
    assert stem.parameters == stem.trainable + 2 * 5
    assert stem.multiply_adds == 9 * 2 * 5 * 24
    assert (block.name, block.output_shape) == ("stage1_block1", (4, 6, 5))
    assert block.trainable == 2 * (9 * 5 * 5 + 2 * 5)
    assert block.multiply_adds == 2 * 9 * 25 * 24
    assert (pool.output_shape, pool.parameters) == ((5,), 0)
    assert (head.output_shape, head.parameters, head.multiply_adds) == ((3,), 5 * 3 + 3, 15)
    assert found.multiply_adds == sum(part.multiply_adds for part in found.parts)


def test_a_stride_rounds_up():
    found = _net(input_shape=(5, 7, 2), blocks=(1, 1))
    assert found.parts[2].output_shape == (3, 4, 10)
    # Two convolutions and the projection, all on 3 x 4 pixels.
    assert found.parts[2].multiply_adds == (9 * 5 * 10 + 9 * 10 * 10 + 5 * 10) * 12


def test_a_pool_that_nothing_pads_leaves_out_the_windows_that_hang_over():
    fields = {"stem": "imagenet", "input_shape": (64, 62, 2)}
    # The stem's 7x7 leaves 32 x 31; of windows of 3 every second, 15 x 15 fit.
    assert _net(**fields, stem_fill="nothing").parts[1].output_shape == (15, 15, 5)
    assert _net(**fields).parts[1].output_shape == (16, 16, 5)


def test_groups_divide_the_weights():
    found = _net(branch="bottleneck", width=4, stem_width=16, groups=2, widening=1.0)
    assert found.parts[1].trainable == 16 * 4 + 9 * 2 * 4 + 4 * 16 + 2 * (4 + 4 + 16)


def test_biases_only_where_no_norm_follows():
    plain, biased = _net(order="pre"), _net(order="pre", bias="unnormalised")
    assert biased.parameters - plain.parameters == 5  # the last convolution of the branch
    everywhere = _net(order="pre", bias="all")
    assert everywhere.parameters - plain.parameters == 3 * 5


def test_a_gate_counts_its_dense_layers():
    plain, gated = _net(), _net(se_ratio=0.4)
    assert gated.parameters - plain.parameters == 5 * 2 + 2 + 2 * 5 + 5
    assert gated.multiply_adds - plain.multiply_adds == 20


def test_a_pool_halves_after_its_convolution_and_rounds_down():
    fields = {"blocks": (1,), "shortcut": "D", "first_stride": 2, "halving": "pool"}
    found = _net(input_shape=(5, 7, 2), **fields)
    assert found.parts[1].output_shape == (2, 3, 5)
    # The first convolution on 5 x 7 pixels, the second and the projection on 2 x 3.
    assert found.parts[1].multiply_adds == 9 * 25 * 35 + (9 * 25 + 25) * 6


def test_a_whitening_stem_has_no_trained_weight():
    stem = _net(stem="whitening").parts[0]
    assert (stem.output_shape, stem.trainable) == ((3, 5, 16), 0)
    assert stem.parameters == 4 * 2 * 16
    assert stem.multiply_adds == 4 * 2 * 16 * 15


def test_the_sprints_net_costs_what_the_records_does_and_its_projections():
    # The record's six 3x3 on 31, 15, 15, 7, 7 and 3 pixels, its 2x2 and its head.
    record = 9 * (24 * 64 * 961 + 64 * 64 * 225 + 64 * 256 * 225 + 256 * 256 * (49 + 49 + 9))
    record += 12 * 24 * 961 + 2560
    projections = 24 * 64 * 225 + 64 * 256 * 49 + 256 * 256 * 9
    assert cost(FAMILIES["sprint8"].spec).multiply_adds == record + projections
