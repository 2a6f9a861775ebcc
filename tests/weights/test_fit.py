"""Arrays held against a net: what each list says of a small change."""

from __future__ import annotations

import numpy as np
import pytest

from resnets.models import spec_of
from resnets.models.variables import variables_of
from resnets.weights.fit import hold
from resnets.weights.torch_dialects import DIALECTS

DIALECT, SPEC = DIALECTS[0], spec_of("resnet18", classes=5)


@pytest.fixture
def arrays():
    return {
        DIALECT.theirs(path): DIALECT.array_out(path, np.broadcast_to(np.float32(0), shape))
        for path, shape in variables_of(SPEC).items()
    }


def test_a_whole_net_fits_with_every_array_in_our_layout(arrays):
    fit = hold(arrays, DIALECT, SPEC)
    assert fit.distance == 0
    assert not fit.headless
    assert {path: array.shape for path, array in fit.arrays.items()} == variables_of(SPEC)


def test_names_are_told_as_the_file_has_them(arrays):
    del arrays["layer1.0.conv1.weight"]
    arrays["extra"] = arrays["bn1.weight"]
    arrays["bn1.bias"] = np.zeros(3)
    fit = hold(arrays, DIALECT, SPEC)
    assert fit.missing == ("layer1.0.conv1.weight",)
    assert fit.left_over == ("extra",)
    assert fit.misshapen == (("bn1.bias", (64,), (3,)),)
    assert fit.distance == 3


def test_a_missing_head_is_no_difference_and_half_of_one_is(arrays):
    del arrays["fc.weight"]
    assert hold(arrays, DIALECT, SPEC).missing == ("fc.weight",)
    del arrays["fc.bias"]
    fit = hold(arrays, DIALECT, SPEC)
    assert (fit.headless, fit.distance) == (True, 0)
