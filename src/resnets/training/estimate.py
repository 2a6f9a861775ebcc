"""How long a training will take, from a few steps measured and taken back."""

from __future__ import annotations

import statistics
import time

import keras

from resnets.data import Batches
from resnets.data.workers import worker_count
from resnets.weights import arrays_of, optimizer_arrays, put_arrays, put_optimizer_arrays

STEPS = 5  # measured, after two that warm up
PATIENCE = 10.0  # seconds; slow nets are measured by fewer steps


def seconds_per_step(model: keras.Model, batches: Batches) -> float:
    """Measure training steps on real batches, and put the net back as it was, bit for bit.

    Returns:
        The median time of a step in seconds, or of making its batch by all threads, whichever is
        longer; the first step, which compiles, is left out.
    """
    before = arrays_of(model), optimizer_arrays(model.optimizer)
    times, loading = [], []
    began = time.perf_counter()
    for step in range(2 + STEPS):
        asked = time.perf_counter()
        pictures, labels = batches.batch(0, step % batches.steps)
        started = time.perf_counter()
        loading.append((started - asked) / worker_count())
        model.train_on_batch(pictures, labels)
        times.append(time.perf_counter() - started)
        if step >= 2 and time.perf_counter() - began > PATIENCE:
            break
    put_arrays(model, before[0], "the measurement")
    put_optimizer_arrays(model.optimizer, before[1], "the measurement")
    return max(statistics.median(times[1:]), statistics.median(loading[1:]))


def seconds_per_look(model: keras.Model, batches: Batches) -> float:
    """Measure one batch of inference and reckon a look at all of `val` from it, in seconds."""
    if batches.steps == 0:
        return 0.0
    pictures, _ = batches.batch(0, 0)
    model.predict_on_batch(pictures)  # compiles
    started = time.perf_counter()
    model.predict_on_batch(pictures)
    return (time.perf_counter() - started) * batches.steps
