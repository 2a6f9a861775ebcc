"""The verbs models, recipes and show against counts that are known."""

from collections.abc import Callable
from typing import Any

import pytest

from resnets.models import FAMILIES
from resnets.training import RECIPES

Call = Callable[..., tuple[int, str, str]]


def test_models_lists_every_net_with_its_counts(call_json: Callable[..., Any]) -> None:
    rows = {row["name"]: row for row in call_json("models")["models"]}
    assert list(rows) == list(FAMILIES)
    fields = {
        "name",
        "depth",
        "parameters",
        "trainable",
        "multiply-adds",
        "size",
        "classes",
        "source",
    }
    assert all(row.keys() == fields for row in rows.values())
    assert rows["resnet20"]["trainable"] == 269_722
    assert rows["resnet50"]["trainable"] == 25_557_032
    assert rows["resnet50"]["multiply-adds"] == pytest.approx(4.09e9, rel=0.005)
    assert (rows["resnet50"]["size"], rows["resnet50"]["classes"]) == ([224, 224], 1000)


def test_models_in_words(call: Call) -> None:
    code, out, _ = call("models")
    assert code == 0
    assert len(out.splitlines()) == len(FAMILIES) + 1
    assert "269,722" in out


def test_show_adds_up(call_json: Callable[..., Any]) -> None:
    found = call_json("show", "resnet50")
    blocks = found["blocks"]
    assert sum(block["parameters"] for block in blocks) == found["parameters"]
    assert sum(block["multiply-adds"] for block in blocks) == found["multiply-adds"]
    assert sum("_block" in block["name"] for block in blocks) == 16


def test_show_in_words(call: Call) -> None:
    code, out, _ = call("show", "resnet20")
    assert code == 0
    assert "269,722 parameters are trained" in out


def test_recipes_lists_all_with_their_fields(call: Call, call_json: Callable[..., Any]) -> None:
    assert [row["name"] for row in call_json("recipes")["recipes"]] == list(RECIPES)
    _, out, _ = call("recipes")
    assert "he2015-cifar: " in out
    assert "    drops = (32000, 48000)" in out
    assert "    duration = 64000 steps" in out
