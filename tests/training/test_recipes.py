"""Recipes as their papers have them, and the refusals."""

import dataclasses

import pytest

from resnets.durations import Duration
from resnets.errors import UnknownNameError, UsageError
from resnets.training.recipes import RECIPES, Recipe


def test_he2015_cifar_is_section_4_2() -> None:
    """SGD 0.1, momentum 0.9, decay 1e-4 on all weights, batch 128, 64k steps, drops at 32k, 48k."""
    recipe = RECIPES["he2015-cifar"]
    assert (recipe.learning_rate, recipe.momentum, recipe.nesterov) == (0.1, 0.9, False)
    assert (recipe.weight_decay, recipe.coupled, recipe.decays) == (1e-4, True, "all")
    assert (recipe.batch, recipe.drops) == (128, (32_000, 48_000))
    assert recipe.duration == Duration(64_000, "steps")
    assert recipe.augment.pad_crop * 32 == 4


def test_he2015_imagenet_is_section_3_4() -> None:
    recipe = RECIPES["he2015-imagenet"]
    assert (recipe.batch, recipe.duration.amount, recipe.learning_rate) == (256, 600_000, 0.1)
    # The shorter side is drawn from 256 to 480 and 224 are cut: these shares of its area.
    assert recipe.augment.scale_crop == pytest.approx(((224 / 480) ** 2, (224 / 256) ** 2))


@pytest.mark.parametrize("name", sorted(RECIPES))
def test_the_quick_twin_is_the_same_in_kind_but_short(name: str) -> None:
    recipe, quick = RECIPES[name], RECIPES[name].quick()
    assert quick.duration == Duration(40, "steps")
    assert (quick.optimizer, quick.schedule, quick.decays) == (
        recipe.optimizer,
        recipe.schedule,
        recipe.decays,
    )
    assert len(quick.drops) == len(recipe.drops)
    assert all(0 < drop < 40 for drop in quick.drops)


@pytest.mark.parametrize(
    ("field", "value"),
    (("batch", 0), ("learning_rate", 0.0), ("momentum", 1.0), ("weight_decay", -1.0),
     ("smoothing", 1.0), ("warmup", -1), ("drops", (5, 3)), ("norm_momentum", 1.5),
     ("held_out", 0.6), ("others", 0.0), ("rise", 1.0), ("growth", ((0.5, 1.0),)),
     ("growth", ((0.0, 0.5), (0.0, 1.0))), ("growth", ((0.0, 1.5),))),
)  # fmt: skip
def test_numbers_out_of_range_are_refused(field: str, value: object) -> None:
    with pytest.raises(UsageError, match=f"Recipe.{field} must be") as caught:
        dataclasses.replace(RECIPES["quick"], **{field: value})
    assert caught.value.received == value


def test_pictures_grow_with_the_share_of_the_run() -> None:
    recipe = dataclasses.replace(RECIPES["quick"], growth=((0.0, 0.5), (0.5, 0.75), (0.75, 1.0)))
    shares = (0.0, 0.49, 0.5, 0.74, 0.75, 1.0)
    assert [recipe.fraction_at(share) for share in shares] == [0.5, 0.5, 0.75, 0.75, 1.0, 1.0]
    assert recipe.work() == pytest.approx(0.5 * 0.25 + 0.25 * 0.5625 + 0.25)
    assert (RECIPES["quick"].fraction_at(0.3), RECIPES["quick"].work()) == (1.0, 1.0)


def test_a_recipe_of_before_these_fields_is_read_as_it_was() -> None:
    old = {
        "name": "quick", "about": "", "duration": {"amount": 8, "unit": "epochs"}, "batch": 128,
        "augment": {"flip": True, "pad_crop": 0.125},
    }  # fmt: skip
    recipe = Recipe.from_json(old)
    assert (recipe.net, recipe.held_out, recipe.growth, recipe.rise) == (None, 0.1, (), 0.25)
    assert not recipe.augment.flip_alternates


def test_adam_with_a_coupled_penalty_is_refused() -> None:
    with pytest.raises(UsageError, match=r"Recipe.coupled does not go with Adam") as caught:
        RECIPES["quick"].with_text({"optimizer": "adam"})
    assert "weight_decay=0.0005" in str(caught.value.received)
    assert "coupled=false" in caught.value.hint


def test_a_field_is_set_as_text() -> None:
    recipe = RECIPES["quick"].with_text({"learning_rate": "0.2", "augment.flip": "false"})
    assert (recipe.learning_rate, recipe.augment.flip) == (0.2, False)


def test_a_misspelt_field_is_refused_with_the_nearest() -> None:
    with pytest.raises(UnknownNameError, match="there is no field of Recipe") as caught:
        RECIPES["quick"].with_text({"learningrate": "0.2"})
    assert caught.value.hint == "did you mean learning_rate?"


def test_json_there_and_back() -> None:
    for recipe in RECIPES.values():
        assert Recipe.from_json(recipe.to_json()) == recipe
