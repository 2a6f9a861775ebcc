"""Measuring a step leaves no trace in the net, and sees the slower of net and loading."""

from typing import Any

import numpy as np
import pytest

from resnets.data import Batches, Pictures, Preprocess, open_source
from resnets.models import spec_of
from resnets.training import estimate
from resnets.training.compiling import ready_model
from resnets.training.estimate import seconds_per_look, seconds_per_step
from resnets.training.recipes import RECIPES
from resnets.weights import arrays_of, optimizer_arrays


class Clock:
    """A net of 2 seconds a step and a batch of so many, by a clock that only they move."""

    steps = 3
    optimizer = None

    def __init__(self, loading: float) -> None:
        self.now, self.loading = 0.0, loading

    def perf_counter(self) -> float:
        return self.now

    def batch(self, epoch: int, step: int) -> tuple[None, None]:
        self.now += self.loading
        return None, None

    def train_on_batch(self, pictures: None, labels: None) -> None:
        self.now += 2.0


@pytest.mark.parametrize(("loading", "seconds"), ((1.0, 2.0), (7.9, 2.0), (20.0, 5.0)))
def test_the_slower_of_net_and_loading_counts(
    loading: float, seconds: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Four threads make four batches in the time of one."""
    clock: Any = Clock(loading)
    monkeypatch.setattr(estimate, "time", clock)
    monkeypatch.setattr(estimate, "worker_count", lambda: 4)
    for name in ("arrays_of", "optimizer_arrays", "put_arrays", "put_optimizer_arrays"):
        monkeypatch.setattr(estimate, name, lambda *_: {})
    assert seconds_per_step(clock, clock) == seconds


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
