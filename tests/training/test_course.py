"""The plan as it is measured, and as it is said."""

import dataclasses

import pytest

from resnets.models import spec_of
from resnets.training import course
from resnets.training.course import make_plan, plan_sentences
from resnets.training.plan import Plan, Request
from resnets.training.preparation import prepare
from resnets.training.recipes import RECIPES

PLAN = Plan(
    net="resnet20",
    size=(32, 32),
    recipe="quick",
    epochs=48.0,
    steps=1296,
    steps_per_epoch=27,
    batch=32,
    precision="float32",
    validate_every=2,
    seed=3,
    engine="tensorflow",
    device="Some CPU",
    seconds=97.4,
)


def test_the_plan_in_words() -> None:
    recipe = dataclasses.replace(RECIPES["quick"], learning_rate=0.1)
    spec = spec_of("resnet20", classes=6, input_shape=(64, 64, 3), width=24, mean=(0.3, 0.4, 0.5))
    assert plan_sentences(PLAN, recipe, spec) == [
        "net     resnet20 (20 layers, width 24)",
        "recipe  quick: 48 epochs of 27 steps, batch 32, learning rate 0.1, seed 3",
        "        pictures change by flip True, pad_crop 0.125",
        "with    tensorflow on Some CPU, float32",
        "about   97 s, from a few measured steps",
    ]


def test_the_plan_says_what_is_computed_twice() -> None:
    plan = dataclasses.replace(PLAN, recompute=True)
    line = plan_sentences(plan, RECIPES["quick"], spec_of("resnet20"))[3]
    words = "with    tensorflow on Some CPU, float32, computing blocks again in the backward pass"
    assert line == words


def test_the_plan_of_grey_pictures_has_no_word_of_their_mean() -> None:
    spec = spec_of("resnet20", classes=10, input_shape=(16, 16, 1), mean=(0.3,), std=(0.2,))
    assert plan_sentences(PLAN, RECIPES["lesson"], spec)[0] == "net     resnet20 (20 layers)"


def test_long_times_are_told_in_minutes_and_hours() -> None:
    def about(seconds: float) -> str:
        plan = dataclasses.replace(PLAN, seconds=seconds)
        return plan_sentences(plan, RECIPES["quick"], spec_of("resnet20"))[-1]

    assert about(600).startswith("about   10 min,")
    assert about(9_000).startswith("about   2.5 h,")


def test_the_faster_precision_is_taken_and_the_other_is_told(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A processor that has bfloat16 may still be slower in it."""
    seconds = {"float32": 0.5, "mixed_bfloat16": 2.0}
    monkeypatch.setattr(
        course, "seconds_per_step", lambda net, _: seconds[net.layers[1].dtype_policy.name]
    )
    tiny = {"model.width": "4", "model.stem_width": "4", "model.blocks": "[1,1,1]"}
    request = Request(model="resnet20", epochs=1)
    setup = prepare("shapes", request, tiny, False, print)
    plan, net = make_plan(setup, request, ("bfloat16", "float32"), "Some CPU")
    assert (plan.precision, plan.slower) == ("float32", (("bfloat16", 4.0),))
    assert net.layers[1].dtype_policy.name == "float32"
    assert plan_sentences(plan, setup.recipe, setup.spec)[3] == (
        "with    tensorflow on Some CPU, float32 (bfloat16: 4.00 times as long)"
    )
    seconds["mixed_bfloat16"] = 0.25
    plan, net = make_plan(setup, request, ("bfloat16", "float32"), "Some CPU")
    assert (plan.precision, plan.slower) == ("bfloat16", (("float32", 2.0),))
    assert net.layers[1].dtype_policy.name == "mixed_bfloat16"
