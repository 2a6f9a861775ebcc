"""Names of Keras's own nets and of the course's, as their layers are called."""

from __future__ import annotations

import pytest

from resnets.weights.keras_dialects import DIALECTS

V1, V2, HUB, HUB_V2, VD, COURSE = DIALECTS


@pytest.mark.parametrize(
    ("dialect", "ours", "theirs"),
    (
        (V1, "stage1_block1/shortcut/conv/kernel", "conv2_block1_0_conv/kernel"),
        (V1, "stem/norm1/gamma", "conv1_bn/gamma"),
        (V2, "stage4_block3/before/norm/beta", "conv5_block3_preact_bn/beta"),
        (V2, "final/norm/gamma", "post_bn/gamma"),
        (HUB, "stage1_block1/branch/conv2/kernel", "stack0_block0_2_conv/kernel"),
        (HUB_V2, "stage2_block1/before/norm/gamma", "stack1_block0_pre_activation_bn/gamma"),
        (VD, "stem/conv3/kernel", "conv3_conv/kernel"),
        (COURSE, "stage4_block3/branch/norm3/moving_mean", "bn5c_branch2c/moving_mean"),
        (COURSE, "stage1_block1/shortcut/conv/bias", "res2a_branch1/bias"),
        (COURSE, "stem/norm1/beta", "bn_conv1/beta"),
    ),
)
def test_names(dialect, ours, theirs):
    assert dialect.theirs(ours) == theirs
    assert dialect.ours(theirs) == ours


def test_the_course_leaves_epsilon_to_keras_and_pads_no_pool():
    assert COURSE.fields["norm_epsilon"] == 1e-3
    assert COURSE.fields["stem_fill"] == "nothing"
