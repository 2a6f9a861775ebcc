"""Costs worked by hand on nets so small that it can be done."""

from __future__ import annotations

import numpy as np
import pytest

from resnets.models import FAMILIES, NetSpec, build, cost


def _net(**fields):
    return cost(_spec(**fields))


def _spec(**fields):
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
    return NetSpec("small", **{**small, **fields})


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


def test_what_the_backward_pass_needs_is_kept_once():
    found = _net()
    stem, block, pool, head = found.parts
    plane = 4 * 6 * 5
    # The pixels for the convolution, its result for the norm, the activation's for the block.
    assert stem.kept == 4 * 6 * 2 + plane + plane
    assert block.kept == 4 * plane  # of each convolution the result, and the activation after it
    assert (pool.kept, head.kept) == (0, 0)
    assert found.kept == stem.kept + block.kept
    # The stem's result, and then the block from its inside to its own result.
    assert found.kept_recomputing() == plane + block.kept
    # Of two blocks the second is as large: what the first gave is its input, its inside is gone.
    assert _net(blocks=(2,)).kept_recomputing() == 2 * plane + block.kept
    # Behind a large block a small one adds what it holds to the results, not to the inside.
    assert _net(blocks=(1, 1)).kept_recomputing() == plane + block.kept


def test_other_blocks_keep_other_numbers():
    plane = 4 * 6 * 5
    kept = [_net(order="pre").parts[place].kept for place in (1, 2)]
    assert kept == [3 * plane, plane]  # no norm comes after the sum, but one at the end
    assert _net(se_ratio=0.4).parts[1].kept == 5 * plane  # the gate's input
    # A projection's result goes into a norm, and an average pool's into the projection.
    projecting, pooling = (_net(blocks=(1, 1), shortcut=form).parts[2].kept for form in "BD")
    assert projecting == 5 * (2 * 3 * 10)
    assert pooling == projecting + 2 * 3 * 5


@pytest.mark.core
@pytest.mark.parametrize(
    "fields",
    (
        {"blocks": (2, 2), "shortcut": "B"},
        {"blocks": (2, 2), "order": "pre", "branch": "bottleneck", "stem_width": 20},
        {"blocks": (1, 1), "shortcut": "B", "stem": "deep", "input_shape": (16, 16, 2)},
    ),
)
def test_pytorch_keeps_as_many_numbers(fields):
    torch = pytest.importorskip("torch")
    import keras

    if keras.backend.backend() != "torch":
        pytest.skip("MISSING: KERAS_BACKEND=torch, the engine that tells what it keeps")
    spec = _spec(**fields)
    net, kept = build(spec), {}

    def note(tensor):
        if tensor.ndim == 4 and len(tensor) == 7 and tensor.is_floating_point():
            kept[tensor.untyped_storage().data_ptr()] = tensor
        return tensor

    with torch.autograd.graph.saved_tensors_hooks(note, lambda tensor: tensor):
        net(np.zeros((7, *spec.input_shape), "uint8"), training=True)
    assert sum(tensor[0].numel() for tensor in kept.values()) == cost(spec).kept
