"""Nets of other libraries, read by their names: the same weights give the same answers.

The golden files hold names, shapes and answers; weights and pixels both sides draw from seeds.
`make_golden.py` makes them.
"""

from __future__ import annotations

import json
import runpy
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import keras
import numpy as np
import pytest

from resnets.models import build
from resnets.models.variables import variables_of
from resnets.weights import put_arrays
from resnets.weights.dialect import plain_names
from resnets.weights.leaving import to_foreign
from resnets.weights.recognition import recognise

GOLDEN = Path(__file__).with_name("golden")
RECIPE = SimpleNamespace(**runpy.run_path(str(Path(__file__).with_name("recipe.py"))))
SMALL = tuple(sorted(p.stem for p in GOLDEN.glob("*.npz") if not p.stem.startswith("whole-")))
WHOLE = tuple(sorted(p.stem for p in GOLDEN.glob("whole-*.npz")))

TORCH = {"mean": (0.485, 0.456, 0.406), "std": (0.229, 0.224, 0.225)}
LEVELS = (1 / 255,) * 3
SCALES: dict[str, dict[str, Any]] = {
    "keras-applications": {
        "mean": (123.68 / 255, 116.779 / 255, 103.939 / 255),
        "std": LEVELS,
        "colors": "bgr",
    },
    "keras-applications-v2": {"mean": (0.5,) * 3, "std": (0.5,) * 3},
    "course": {"mean": (0.0,) * 3, "std": (1.0,) * 3},
}


def scale_of(name: str) -> dict[str, Any]:
    """The normalisation that the twin was given, by its name."""
    short = name.removeprefix("whole-")
    if short.startswith("keras-applications"):
        short = f"keras-applications{'-v2' if short.lower().endswith('v2') else ''}"
    return SCALES.get(short, TORCH)


def golden(name: str) -> tuple[dict[str, Any], dict[str, np.ndarray], dict[str, str]]:
    """What the twin answered, its weights, and their places in a file of weights alone."""
    with np.load(GOLDEN / f"{name}.npz") as file:
        answers = dict(file)
    plain = json.loads(answers.pop("text").tobytes())
    arrays = RECIPE.arrays_for({key: shape for key, shape in plain["shapes"].items() if shape})
    return answers, arrays, plain.get("places", {})


def differences(name: str, sizes: Any = RECIPE.SIZES, **planted: Any) -> tuple[float, float]:
    """The largest difference of logits and of stage features, relative to the largest value."""
    answers, arrays, _ = golden(name)
    fit = recognise(arrays)
    logits, features = 0.0, 0.0
    for size in sizes:
        fields = {**scale_of(name), **planted}
        spec = replace(fit.spec, input_shape=(*size[1:], 3), **fields)
        net = build(spec)
        put_arrays(net, fit.arrays, name)
        pixels = RECIPE.pixels_for(size)
        lasts = {f"stage{s}": f"stage{s}_block{b}" for s, b in enumerate(spec.blocks, 1)}
        taps = [net.get_layer(layer).output for layer in lasts.values()]
        whole = keras.Model(net.input, [net.output, *taps])
        got, *stages = (keras.ops.convert_to_numpy(x) for x in whole(pixels, training=False))
        expected = answers[f"logits{size[0]}"]
        logits = max(logits, float(np.abs(got - expected).max() / np.abs(expected).max()))
        for stage, values in zip(lasts, stages, strict=True):
            wanted = answers[f"{stage}_{size[0]}"]
            apart = np.abs(RECIPE.kept(values) - wanted).max() / wanted[-1]
            features = max(features, float(apart))
    return logits, features


@pytest.mark.core
@pytest.mark.parametrize("name", SMALL)
def test_a_small_net_answers_as_its_twin(name):
    logits, features = differences(name)
    assert logits <= 2e-5
    assert features <= 1e-4


@pytest.mark.parametrize(
    ("name", "planted"),
    (
        ("timm-d", {"norm_epsilon": 1e-3}),
        ("timm-d", {"padding": "same"}),
        ("timm-d", {"stride_in": "first"}),
        ("timm-d", {"shortcut": "B"}),
        ("timm-d", {"colors": "bgr"}),
        ("timm-d", {"mean": (0.0,) * 3, "std": (1.0,) * 3}),
        ("akamaster", {"shortcut": "A"}),
        ("keras-applications", {"colors": "rgb"}),
        ("keras-applications-v2", {"stem_fill": "lowest"}),
        ("keras-applications-v2", {"stride_block": "first", "shortcut": "B"}),
        ("course", {"stem_fill": "lowest"}),
    ),
)
def test_a_planted_trap_is_seen(name, planted):
    logits, features = differences(name, RECIPE.SIZES[:1], **planted)
    assert logits > 2e-5
    assert features > 1e-4


@pytest.mark.slow
@pytest.mark.parametrize("name", WHOLE)
def test_a_whole_net_answers_as_its_twin(name):
    logits, features = differences(name)
    assert logits <= 2e-5
    assert features <= 1e-4


@pytest.mark.parametrize("name", SMALL)
def test_there_and_back_is_equal_bit_for_bit(name):
    _, arrays, _ = golden(name)
    fit = recognise(arrays)
    back = to_foreign(fit.arrays, fit.spec, fit.dialect.library)
    plain = plain_names(arrays)
    assert back.keys() == plain.keys()
    for key, array in plain.items():
        assert back[key].shape == array.shape, key
        assert back[key].tobytes() == array.tobytes(), key
    assert {path: array.shape for path, array in fit.arrays.items()} == variables_of(fit.spec)


@pytest.mark.parametrize("name", [name for name in SMALL if name.startswith("keras")])
def test_places_mean_the_same_arrays_as_names(name):
    _, arrays, places = golden(name)
    by_name = recognise(arrays)
    placed = {place: arrays[key] for place, key in places.items()}
    by_place = recognise(placed, by_name.spec)
    assert by_place.dialect is by_name.dialect
    assert by_place.arrays.keys() == by_name.arrays.keys()
    for path, array in by_name.arrays.items():
        assert by_place.arrays[path].tobytes() == array.tobytes(), path
