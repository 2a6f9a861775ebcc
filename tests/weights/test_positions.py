"""Places in Keras's files of weights: layers counted kind by kind."""

from __future__ import annotations

import numpy as np

from resnets.models import spec_of
from resnets.weights.positions import by_position, positions_of


def test_layers_are_counted_by_kind():
    spec = spec_of("resnet50", blocks=(1,), bias="all")
    places = positions_of(spec)
    assert places["conv2d/vars/1"] == "stem/conv1/bias"
    # Down, across, then the projection beside the last.
    assert places["conv2d_3/vars/0"] == "stage1_block1/shortcut/conv/kernel"
    assert places["conv2d_4/vars/0"] == "stage1_block1/branch/conv3/kernel"
    assert places["batch_normalization_3/vars/3"] == ("stage1_block1/shortcut/norm/moving_variance")
    assert places["dense/vars/1"] == "head/bias"


def test_a_net_inside_another_has_the_same_places():
    array = np.zeros(1)
    names = ("layers/res_net_backbone/layers/conv2d_1/vars/0", "layers/dense/vars/0")
    assert list(by_position(dict.fromkeys(names, array))) == ["conv2d_1/vars/0", "dense/vars/0"]


def test_another_layer_or_one_place_twice_is_no_such_file():
    array = np.zeros(1)
    assert by_position({"layers/lstm/vars/0": array}) == {}
    assert by_position({"a/layers/dense/vars/0": array, "b/layers/dense/vars/0": array}) == {}
