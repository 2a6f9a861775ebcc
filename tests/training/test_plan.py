"""The rules that choose, at the values where they turn."""

import numpy as np
import pytest

from resnets.durations import Duration
from resnets.errors import UnknownNameError, UsageError
from resnets.training.plan import (
    Request,
    choose_batch,
    choose_epochs,
    choose_net,
    fit_augment,
    fit_recipe,
)
from resnets.training.recipes import RECIPES


@pytest.mark.parametrize(
    ("pictures", "side", "net", "changes"),
    (
        (50_000, 32, "resnet20", {}),
        (864, 40, "resnet20", {}),
        (864, 64, "resnet20", {"stem_stride": 2, "stem_width": 24, "width": 24}),
        (864, 96, "resnet20", {"stem_stride": 2, "stem_width": 24, "width": 24}),
        (5_000, 97, "resnet18", {}),
        (49_999, 500, "resnet18", {}),
        (50_000, 500, "resnet50", {}),
    ),
)
def test_the_net_follows_side_and_number(
    pictures: int, side: int, net: str, changes: dict[str, int]
) -> None:
    assert choose_net(pictures, side) == (net, changes)


def test_epochs_fall_with_the_root_of_the_pictures() -> None:
    assert [choose_epochs(n) for n in (1, 100, 864, 45_000, 1_281_167)] == [100, 100, 34, 8, 8]


def test_the_batch_is_halved_until_an_epoch_has_25_steps() -> None:
    quick = RECIPES["quick"]
    assert [choose_batch(quick, n) for n in (3_200, 3_199, 1_599, 864, 20)] == [128, 64, 32, 32, 20]


def test_the_learning_rate_of_sgd_follows_the_root_of_the_batch() -> None:
    quick = RECIPES["quick"]
    fitted = fit_recipe(quick, Request(batch=32), pictures=1_000)
    assert fitted.batch == 32
    assert fitted.learning_rate == pytest.approx(quick.learning_rate / 2)
    adam = fit_recipe(RECIPES["lesson"], Request(batch=64), pictures=1_000)
    assert adam.learning_rate == RECIPES["lesson"].learning_rate


def test_the_papers_lengths_stay_the_papers() -> None:
    fitted = fit_recipe(RECIPES["he2015-cifar"], Request(), pictures=45_000)
    assert (fitted.batch, fitted.duration) == (128, Duration(64_000, "steps"))


def test_a_length_that_was_asked_for_is_taken() -> None:
    assert fit_recipe(RECIPES["quick"], Request(epochs=3), 864).duration == Duration(3, "epochs")
    assert fit_recipe(RECIPES["quick"], Request(minutes=2), 864).duration == Duration(2, "minutes")


def test_what_has_a_left_and_a_right_is_not_mirrored_by_quick() -> None:
    grey, quick = (32, 32, 1), RECIPES["quick"]
    assert not fit_augment(quick, grey, ()).augment.flip
    assert fit_augment(quick, grey, ["augment.flip"]).augment.flip
    assert fit_augment(quick, (32, 32, 3), ()).augment.flip
    assert fit_augment(RECIPES["he2015-cifar"], grey, ()).augment.flip


def test_crops_of_larger_pictures_differ_in_scale_unless_a_crop_was_typed() -> None:
    def crops(side: int, *typed: str) -> tuple[object, ...]:
        augment = fit_augment(RECIPES["quick"], (side, side, 3), typed).augment
        return augment.pad_crop, augment.scale_crop, augment.aspect

    assert crops(40) == (0.125, None, 4 / 3)
    assert crops(41) == (0.0, (0.6, 1.0), 1.2)
    assert crops(64, "augment.aspect") == (0.0, (0.6, 1.0), 4 / 3)
    assert crops(64, "augment.pad_crop") == (0.125, None, 4 / 3)


def test_a_batch_cannot_hold_more_than_there_is() -> None:
    assert fit_recipe(RECIPES["quick"], Request(batch=128), pictures=10).batch == 10


@pytest.mark.parametrize(
    ("field", "value"),
    (("epochs", -3.0), ("epochs", 0.0), ("minutes", 0.0), ("batch", 0), ("seed", -1), ("size", 0),
     ("size", (32, 4))),
)  # fmt: skip
def test_numbers_out_of_range_are_refused(field: str, value: object) -> None:
    with pytest.raises(UsageError, match=f"{field} must be") as caught:
        Request(**{field: value})
    assert caught.value.received == value
    assert f"leave {field} out to have it chosen" in caught.value.hint


def test_two_lengths_are_refused() -> None:
    with pytest.raises(UsageError, match="epochs and minutes are two lengths") as caught:
        Request(epochs=2, minutes=1)
    assert caught.value.received == "epochs=2 minutes=1"


@pytest.mark.parametrize(
    ("field", "value", "near"),
    (
        ("model", "resnet-20", "resnet20"),
        ("recipe", "quik", "quick"),
        ("precision", "bf16", "bfloat16"),
    ),
)
def test_misspelt_names_are_refused_with_the_nearest(field: str, value: str, near: str) -> None:
    with pytest.raises(UnknownNameError) as caught:
        Request(**{field: value})
    assert caught.value.received == value
    assert near in caught.value.hint


def test_statistics_average_over_a_fiftieth_of_the_run() -> None:
    quick = RECIPES["quick"]
    found = [quick.statistics_momentum(steps) for steps in (100, 500, 1_000, 5_000, 64_000)]
    assert np.allclose(found, [0.9, 0.9, 0.95, 0.99, 0.99])
    assert RECIPES["he2015-cifar"].statistics_momentum(100) == 0.9
