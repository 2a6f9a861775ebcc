"""From spec and recipe to a compiled net: the schedule, the optimizer, the fitted fields."""

import dataclasses

import keras
import numpy as np
import pytest

from resnets.models import spec_of
from resnets.training.compiling import fitted_spec, optimizer_of, ready_model, schedule_of
from resnets.training.optimizers import CoupledSGD
from resnets.training.recipes import RECIPES
from resnets.weights import arrays_of

TINY = spec_of(
    "resnet20", classes=3, input_shape=(8, 8, 3), blocks=(1, 1, 1), width=4, stem_width=4
)


def test_only_deep_nets_warm_up() -> None:
    recipe = RECIPES["he2015-cifar"]
    assert schedule_of(recipe, 64_000, depth=56).at(0) == pytest.approx(0.1)
    assert schedule_of(recipe, 64_000, depth=110).at(0) == pytest.approx(0.01)


def test_coupled_decay_is_a_penalty_and_decoupled_decay_is_keras() -> None:
    recipe = RECIPES["quick"]
    schedule = schedule_of(recipe, 10, 20)
    coupled = optimizer_of(recipe, schedule)
    assert isinstance(coupled, CoupledSGD)
    assert (coupled.penalty, coupled.weight_decay) == (recipe.weight_decay, None)
    beside = optimizer_of(dataclasses.replace(recipe, coupled=False), schedule)
    assert (beside.penalty, beside.weight_decay) == (0.0, recipe.weight_decay)
    assert isinstance(optimizer_of(RECIPES["lesson"], schedule), keras.optimizers.Adam)


@pytest.mark.parametrize("precision", ("float32", "bfloat16"))
def test_the_precision_is_the_nets_and_no_one_elses(precision: str) -> None:
    before = keras.config.dtype_policy().name
    model = ready_model(TINY, RECIPES["quick"], 10, 8, precision, seed=0)
    assert keras.config.dtype_policy().name == before
    head = model.layers[-1]
    assert head.variable_dtype == "float32"
    assert model.get_layer("stage1_block1").compute_dtype == precision


def test_float16_scales_its_loss() -> None:
    model = ready_model(TINY, RECIPES["quick"], 10, 8, "float16", seed=0)
    assert isinstance(model.optimizer, keras.optimizers.LossScaleOptimizer)


@pytest.mark.core
def test_the_same_seed_gives_the_same_bits() -> None:
    first, second, other = (
        arrays_of(ready_model(TINY, RECIPES["quick"], 10, 8, "float32", seed)) for seed in (1, 1, 2)
    )
    assert first.keys() == second.keys()
    assert all(np.array_equal(first[name], second[name]) for name in first)
    assert not all(np.array_equal(first[name], other[name]) for name in first)


def test_the_recipe_decides_statistics_and_zero_starts() -> None:
    recipe = dataclasses.replace(RECIPES["quick"], zero_init=True)
    spec = fitted_spec(TINY, recipe, steps=1_000)
    assert spec.norm_momentum == pytest.approx(0.95)
    assert spec.zero_init
    assert fitted_spec(spec, recipe, steps=1_000) == spec
    arrays = arrays_of(ready_model(TINY, recipe, 10, 8, "float32", seed=0))
    zeros = [name for name, array in arrays.items() if "gamma" in name and not array.any()]
    assert len(zeros) == 3  # the last norm of each of three branches


def test_decoupled_decay_spares_batch_normalisation() -> None:
    recipe = dataclasses.replace(RECIPES["quick"], coupled=False)
    model = ready_model(TINY, recipe, 10, 8, "float32", seed=0)
    decayed = [
        variable.path
        for variable in model.trainable_variables
        if model.optimizer._use_weight_decay(variable)
    ]
    assert decayed
    assert all(path.endswith("kernel") for path in decayed)
