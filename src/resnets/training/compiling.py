"""From a spec and a recipe to a net that is ready to train."""

from __future__ import annotations

import dataclasses
from typing import Any

import keras

from resnets.models import NetSpec
from resnets.models.builder import build_spec
from resnets.training.losses import CrossEntropy
from resnets.training.muon import Muon
from resnets.training.optimizers import CoupledSGD, touched
from resnets.training.precision import POLICIES
from resnets.training.recipes import Recipe
from resnets.training.schedules import Knots, one_cycle, stairs


def schedule_of(recipe: Recipe, steps: int, depth: int) -> Knots:
    """Make the learning rate's course over a run.

    Args:
        recipe: with the batch and the learning rate that are used.
        steps: length of the run.
        depth: weighted layers of the net; deep ones warm up where the recipe says so.
    """
    if recipe.schedule == "one-cycle":
        return one_cycle(recipe.learning_rate, steps, recipe.rise)
    warmup = recipe.warmup if depth >= recipe.warmup_depth else 0
    return stairs(recipe.learning_rate, recipe.drops, 0.1, warmup, recipe.learning_rate / 10)


def optimizer_of(recipe: Recipe, schedule: Knots) -> keras.optimizers.Optimizer:
    """Make the optimizer that a recipe describes."""
    if recipe.optimizer == "adam":
        return keras.optimizers.Adam(schedule, weight_decay=recipe.weight_decay or None)
    if recipe.optimizer == "muon":
        return Muon(
            schedule,
            momentum=recipe.momentum,
            nesterov=recipe.nesterov,
            others=recipe.others,
            weight_decay=recipe.weight_decay or None,
        )
    return CoupledSGD(
        schedule,
        momentum=recipe.momentum,
        nesterov=recipe.nesterov,
        penalty=recipe.weight_decay if recipe.coupled else 0.0,
        touches=recipe.decays,
        weight_decay=None if recipe.coupled else recipe.weight_decay or None,
    )


def ready_model(
    spec: NetSpec,
    recipe: Recipe,
    steps: int,
    depth: int,
    precision: str,
    seed: int,
    recompute: bool = False,
) -> keras.Model:
    """Build a net from its seed and compile it; the same arguments give the same bits.

    Args:
        spec: the net.
        recipe: with the batch and the learning rate that are used.
        steps: length of the run.
        depth: weighted layers of the net.
        precision: a key of `POLICIES`.
        seed: of the weights.
        recompute: whether blocks are computed again in the backward pass.
    """
    keras.utils.set_random_seed(seed)
    policy = keras.config.dtype_policy()
    keras.config.set_dtype_policy(POLICIES[precision])
    try:
        fitted = fitted_spec(spec, recipe, steps)
        model = build_spec(fitted, recompute=recompute, any_side=bool(recipe.growth))
    finally:
        keras.config.set_dtype_policy(policy)
    optimizer = optimizer_of(recipe, schedule_of(recipe, steps, depth))
    if recipe.weight_decay and not recipe.coupled and recipe.decays == "kernels":
        spared = [v for v in model.trainable_variables if not touched(v, "kernels")]
        optimizer.exclude_from_weight_decay(var_list=spared)
    options: dict[str, Any] = {"jit_compile": keras.backend.backend() == "jax"}
    model.compile(
        optimizer=optimizer,
        loss=CrossEntropy(recipe.smoothing),
        metrics=[keras.metrics.SparseCategoricalAccuracy(name="accuracy")],
        **options,
    )
    model.optimizer.build(model.trainable_variables)
    return model


def fitted_spec(spec: NetSpec, recipe: Recipe, steps: int) -> NetSpec:
    """Give the spec what a recipe decides in it: the statistics' momentum, and zero starts."""
    return dataclasses.replace(
        spec,
        norm_momentum=recipe.statistics_momentum(steps),
        zero_init=recipe.zero_init,
    )
