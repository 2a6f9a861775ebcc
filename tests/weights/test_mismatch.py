"""Why arrays fit no net: what is missing, left over, or of another shape, nearest net first."""

from __future__ import annotations

import numpy as np
import pytest

from resnets.errors import WeightsError
from resnets.models import spec_of
from resnets.models.variables import variables_of
from resnets.weights.recognition import DIALECTS, recognise


def written(name, **fields):
    dialect, spec = DIALECTS[0], spec_of(name, **fields)
    return {
        dialect.theirs(path): dialect.array_out(path, np.broadcast_to(np.float32(0), shape))
        for path, shape in variables_of(spec).items()
    }


def refused(arrays):
    with pytest.raises(WeightsError) as caught:
        recognise(arrays)
    return caught.value


def test_a_file_that_was_cut_short():
    arrays = written("resnet50")
    kept = "layer4.2.conv1.weight"
    for name in [name for name in arrays if name.startswith("layer4.2") and name != kept]:
        del arrays[name]
    error = refused(arrays)
    assert error.what == (
        "no net fits; the nearest is resnet50 as torchvision has it: 14 missing "
        "(layer4.2.bn1.weight, layer4.2.bn1.bias, layer4.2.bn1.running_mean, ...)"
    )
    assert error.received == "253 arrays (bn1.bias, bn1.running_mean, bn1.running_var, ...)"
    assert error.hint == "the file may have been cut short; save or download it again"


def test_a_detector():
    arrays = written("resnet50") | {"rpn.head.conv.weight": np.zeros(1)}
    error = refused(arrays)
    assert "nearest is resnet50 as torchvision has it: 1 left over (rpn.head.conv.weight)" in (
        error.what
    )
    assert "--model" in error.hint


def test_another_shape_is_told_in_the_files_layout():
    error = refused(written("resnet50") | {"layer2.0.bn1.weight": np.zeros(96)})
    assert "1 of another shape (layer2.0.bn1.weight (96,) for (128,))" in error.what


def test_norms_without_statistics_are_no_batch_normalisation():
    arrays = {n: a for n, a in written("resnet18").items() if "running" not in n}
    error = refused(arrays)
    assert "40 missing (bn1.running_mean, bn1.running_var" in error.what
    assert error.hint.startswith("its norms keep no statistics")


def test_what_is_no_residual_net_at_all():
    error = refused({"features.0.weight": np.zeros((64, 3, 3, 3))})
    assert error.what == "these arrays are those of no residual net that is known here"
    assert error.received == "1 array (features.0.weight)"
    assert "keras.applications" in error.hint
