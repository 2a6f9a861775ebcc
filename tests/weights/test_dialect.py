"""A dialect translates names both ways, and turns kernels round, by patterns with counts."""

from __future__ import annotations

import numpy as np
import pytest

from resnets.weights.dialect import Dialect, plain_names

TORCH = Dialect(
    "a library",
    "a page",
    {
        "stem/conv1": "conv1",
        "stage{stage}_block{block}/branch/conv{n}": "layer{stage}.{block_from_0}.conv{n}",
        "stage{stage}_block{block}/branch/norm{n}": "layer{stage}.{block_from_0}.bn{n_from_2}",
        "stage{stage}_block{block}/branch/gate/reduce": "layer{stage}.{block_from_0}.se",
        "head": "fc",
    },
    convolved=("gate/reduce",),
)
COURSE = Dialect(
    "a course",
    "a page",
    {
        "stage{stage}_block{block}/branch/conv{n}": (
            "res{stage_from_2}{block_letter}_branch2{n_letter}"
        ),
        "head": "fc{classes}",
    },
    torch=False,
)


@pytest.mark.parametrize(
    ("dialect", "ours", "theirs"),
    (
        (TORCH, "stem/conv1/kernel", "conv1.weight"),
        (TORCH, "stage3_block12/branch/conv2/bias", "layer3.11.conv2.bias"),
        (TORCH, "stage1_block1/branch/norm1/gamma", "layer1.0.bn2.weight"),
        (TORCH, "stage1_block1/branch/norm1/beta", "layer1.0.bn2.bias"),
        (TORCH, "stage1_block1/branch/norm1/moving_mean", "layer1.0.bn2.running_mean"),
        (TORCH, "stage1_block1/branch/norm1/moving_variance", "layer1.0.bn2.running_var"),
        (COURSE, "stage1_block3/branch/conv2/kernel", "res2c_branch2b/kernel"),
    ),
)
def test_names_go_both_ways(dialect, ours, theirs):
    assert dialect.theirs(ours) == theirs
    assert dialect.ours(theirs) == ours


def test_names_of_nothing_here_are_none():
    assert TORCH.ours("layer1.0.attn.weight") is None
    assert TORCH.ours("conv1.gamma") is None
    assert TORCH.theirs("stage1_block1/shortcut/conv/kernel") is None


def test_classes_stand_in_a_name():
    assert COURSE.theirs("head/bias", classes=6) == "fc6/bias"
    assert COURSE.ours("fc1000/bias") == "head/bias"


@pytest.mark.parametrize(
    ("path", "theirs", "ours"),
    (
        ("stem/conv1/kernel", (5, 2, 3, 4), (3, 4, 2, 5)),
        ("head/kernel", (7, 2), (2, 7)),
        ("stage1_block1/branch/gate/reduce/kernel", (4, 8, 1, 1), (8, 4)),
        ("head/bias", (7,), (7,)),
    ),
)
def test_kernels_are_turned_round_and_back(path, theirs, ours):
    array = np.arange(np.prod(theirs), dtype="float32").reshape(theirs)
    turned = TORCH.array_in(path, array)
    assert turned.shape == ours
    back = TORCH.array_out(path, turned)
    assert back.shape == theirs
    assert back.tobytes() == array.tobytes()
    assert COURSE.array_in(path, array) is array


def test_one_kernel_by_hand():
    kernel = np.zeros((2, 1, 3, 3))
    kernel[1, 0, 2, 0] = 5  # the second channel out, from below left
    assert TORCH.array_in("stem/conv1/kernel", kernel)[2, 0, 0, 1] == 5


def test_containers_names_are_taken_off():
    array = np.zeros(1)
    names = (
        "model_weights/conv1_bn/conv1_bn/gamma",
        "conv1_conv/conv1_conv/kernel:0",
        "layers/conv2d_1/vars/0",
        "bn1.weight",
        "bn1.num_batches_tracked",
        "optimizer/vars/0",
        "optimizer_weights/adam/iteration",
        "layers/dropout/seed_generator/vars/0",
    )
    assert list(plain_names(dict.fromkeys(names, array))) == [
        "conv1_bn/gamma",
        "conv1_conv/kernel",
        "layers/conv2d_1/vars/0",
        "bn1.weight",
    ]


def test_names_that_would_become_one_stay_long():
    names = ("left/conv/kernel", "right/conv/kernel")
    assert tuple(plain_names(dict.fromkeys(names, np.zeros(1)))) == names
