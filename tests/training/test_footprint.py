"""The batch that fits, by made-up memories; and the reckoning beside a step's measured peak."""

from __future__ import annotations

import dataclasses
import json
import math
import subprocess
import sys
from pathlib import Path

import keras
import pytest

from resnets.models import cost, spec_of
from resnets.training.footprint import GROWTH, SHARE, Footprint, Growth, fit_batch, footprint
from resnets.training.plan import Request, fit_recipe
from resnets.training.recipes import RECIPES, Recipe

SPEC = spec_of("resnet20", classes=10)
PICTURES = 45_000
BAND = (0.7, 1.15)  # of a measured peak over the reckoned one, on TensorFlow

# 1,000 bytes whatever the batch, 100 for a picture.
STEP = Footprint(1_000.0, 100.0)


@pytest.mark.parametrize(
    ("free", "batch"),
    ((3_000, 17), (2_000, 8), (1_223, 1), (1_222, 0), (0, 0)),  # nine tenths of it are planned with
)
def test_the_largest_batch_is_the_last_that_needs_no_more_than_the_share(
    free: int, batch: int
) -> None:
    assert STEP.largest(free) == batch
    assert batch == 0 or STEP.needed(batch) <= SHARE * free < STEP.needed(batch + 1)


def test_the_reckoning_is_growth_times_what_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(GROWTH, "tensorflow", Growth(1_000, 7, 20, 1.5, 2.0))
    counted = cost(SPEC)
    plain = footprint(SPEC, "tensorflow", "float32", "sgd", recompute=False)
    assert plain == Footprint(1_140 + 20 * counted.parameters, 1.5 * 4 * counted.kept)
    half = footprint(SPEC, "tensorflow", "bfloat16", "adam", recompute=True)
    kept = 2.0 * 2 * counted.kept_recomputing()
    assert half == Footprint(1_210 + 24 * counted.parameters, kept)


def _fitted(room_for: int, request: Request, name: str = "quick") -> tuple[Recipe, Recipe, str]:
    """A recipe before and after, where so many pictures fit."""
    step = footprint(SPEC, "tensorflow", "float32", "sgd", request.recompute)
    free = math.ceil(step.needed(room_for) / SHARE)
    before = fit_recipe(RECIPES[name], request, PICTURES)
    after, sentence = fit_batch(before, request, SPEC, PICTURES, free, "tensorflow", "float32")
    return before, after, sentence


def test_where_all_is_well_nothing_is_said() -> None:
    before, after, sentence = _fitted(128, Request())
    assert (after, sentence) == (before, "")


def test_quick_halves_its_batch_and_the_rate_follows() -> None:
    before, after, sentence = _fitted(127, Request())
    assert (before.batch, after.batch) == (128, 64)
    assert after.learning_rate == pytest.approx(before.learning_rate * math.sqrt(1 / 2))
    assert dataclasses.replace(after, batch=128, learning_rate=before.learning_rate) == before
    assert sentence.startswith("batch 64: 128 would need about ")
    assert "that are free (or --recompute with up to " in sentence
    assert _fitted(1, Request())[1].batch == 1


def test_what_was_typed_stays_and_is_told_of() -> None:
    before, after, sentence = _fitted(100, Request(batch=256))
    assert after == before
    assert sentence.startswith("batch 256 needs about ")
    assert "what fits: --batch 100, or --recompute with up to " in sentence
    paper = _fitted(100, Request(), "he2015-cifar")
    assert (paper[1].batch, paper[2][:9]) == (128, "batch 128")


def test_recompute_is_offered_only_where_it_would_help() -> None:
    sentence = _fitted(100, Request(batch=256, recompute=True))[2]
    assert sentence.endswith("what fits: --batch 100")
    page = spec_of("lesson")
    recipe = fit_recipe(RECIPES["quick"], Request(batch=64), PICTURES)
    told = fit_batch(recipe, Request(batch=64), page, PICTURES, 10**9, "tensorflow", "float32")
    assert "--recompute" not in told[1]


def test_where_nothing_fits_another_size_is_proposed() -> None:
    recipe = fit_recipe(RECIPES["quick"], Request(), PICTURES)
    after, sentence = fit_batch(recipe, Request(), SPEC, PICTURES, 10**6, "tensorflow", "float32")
    assert after == recipe
    assert "0.0 GB that are free; what fits: no batch of this net does" in sentence


@pytest.mark.slow
@pytest.mark.parametrize(
    ("net", "side", "batch", "recompute"),
    (("resnet110", 32, 64, False), ("resnet110", 32, 64, True), ("resnet18", 128, 32, False)),
)
def test_a_measured_peak_is_near_the_reckoned_one(
    root: Path, net: str, side: int, batch: int, recompute: bool
) -> None:
    if keras.backend.backend() != "tensorflow":
        pytest.skip("MISSING: KERAS_BACKEND=tensorflow, whose growth is fitted to several nets")
    task = {"net": net, "side": side, "batch": batch, "steps": 3}
    task["recompute"] = "blocks" if recompute else "nothing"
    code = (
        f"import json, sys; sys.path.insert(0, {str(root / 'docs/results')!r}); import memory; "
        f"engine = {keras.backend.backend()!r}; "
        "found = memory.measure(sys.executable, engine, json.loads(sys.argv[1])); "
        "print(found['bytes'])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, json.dumps(task)], check=True, capture_output=True, text=True
    )
    spec = spec_of(net, classes=10, input_shape=(side, side, 3))
    step = footprint(spec, keras.backend.backend(), "float32", "sgd", recompute)
    low, high = (share * step.needed(batch) for share in BAND)
    assert low <= int(done.stdout.split()[-1]) <= high
