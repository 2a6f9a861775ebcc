"""Names of torchvision, timm and akamaster's nets, as their state dicts have them."""

from __future__ import annotations

import pytest

from resnets.weights.torch_dialects import DIALECTS

TORCHVISION, SE, DEEP, POOLED, V2, V2_DEEP, AKAMASTER = DIALECTS


@pytest.mark.parametrize(
    ("dialect", "ours", "theirs"),
    (
        (TORCHVISION, "stage2_block1/shortcut/norm/gamma", "layer2.0.downsample.1.weight"),
        (SE, "stage1_block2/branch/gate/expand/bias", "layer1.1.se.fc2.bias"),
        (DEEP, "stem/norm2/beta", "conv1.4.bias"),
        (DEEP, "stem/norm3/beta", "bn1.bias"),
        (POOLED, "stage2_block1/shortcut/conv/kernel", "layer2.0.downsample.1.weight"),
        (V2, "stem/conv1/kernel", "stem.conv.weight"),
        (V2, "stage1_block1/before/norm/gamma", "stages.0.blocks.0.norm1.weight"),
        (V2, "stage1_block1/branch/norm2/gamma", "stages.0.blocks.0.norm3.weight"),
        (V2_DEEP, "stem/conv2/kernel", "stem.conv2.weight"),
        (V2_DEEP, "final/norm/moving_variance", "norm.running_var"),
        (AKAMASTER, "stage3_block3/branch/conv2/kernel", "layer3.2.conv2.weight"),
        (AKAMASTER, "head/kernel", "linear.weight"),
    ),
)
def test_names(dialect, ours, theirs):
    assert dialect.theirs(ours) == theirs
    assert dialect.ours(theirs) == ours
