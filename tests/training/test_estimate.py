"""Measuring a step leaves no trace in the net."""

import numpy as np
import pytest

from resnets.data import Batches, Pictures, Preprocess, open_source
from resnets.models import spec_of
from resnets.training.compiling import ready_model
from resnets.training.estimate import seconds_per_look, seconds_per_step
from resnets.training.recipes import RECIPES
from resnets.weights import arrays_of, optimizer_arrays


@pytest.mark.core
def test_the_net_and_its_optimizer_are_put_back_bit_for_bit() -> None:
    source = open_source("shapes")
    pictures = Pictures(source, range(64), Preprocess(height=8, width=8))
    labels = source.labels[pictures.indices]
    batches = Batches(pictures, labels, batch=16, shuffle=True, drop_last=True)
    tiny = {"blocks": (1, 1, 1), "width": 4, "stem_width": 4}
    spec = spec_of("resnet20", classes=4, input_shape=(8, 8, 3), survival=0.5, **tiny)
    model = ready_model(spec, RECIPES["quick"], 10, 8, "float32", seed=0)
    before = arrays_of(model) | optimizer_arrays(model.optimizer)
    assert 0 < seconds_per_step(model, batches) < 60
    assert 0 < seconds_per_look(model, batches) < 60
    after = arrays_of(model) | optimizer_arrays(model.optimizer)
    assert before.keys() == after.keys()
    assert all(np.array_equal(before[name], after[name]) for name in before)
