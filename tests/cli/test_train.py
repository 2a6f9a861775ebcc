"""The verb train: its JSON, and what its flags become."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import resnets


def test_json_is_one_object_of_the_promised_fields(
    call_json: Callable[..., Any], tmp_path: Path
) -> None:
    small = ["--set", "model.blocks=[1,1,1]", "--set", "model.width=32"]
    found = call_json(
        "train", "shapes", "--size", "16x24", "--epochs", "1", "--batch", "64", "--name", "mine",
        "--seed", "3", "--recompute", "--out", str(tmp_path), *small,
    )  # fmt: skip
    assert found.keys() == {"run", "error", "epochs", "seconds", "pictures_per_second", "plan"}
    run = resnets.load(found["run"])
    assert run.path == tmp_path / "mine"
    assert found["error"] == run.state["best"]["error"]
    plan = found["plan"]
    assert {"net", "size", "recipe", "epochs", "batch", "precision"} <= plan.keys()
    assert (plan["size"], plan["batch"], plan["seed"]) == ([16, 24], 64, 3)
    assert plan["recompute"]
    assert (run.spec.input_shape, run.spec.width) == ((16, 24, 3), 32)


def test_the_plan_is_said_before_it_starts(
    call: Callable[..., tuple[int, str, str]], tmp_path: Path
) -> None:
    code, out, err = call(
        "train", "shapes", "--size", "16", "--epochs", "1", "--out", str(tmp_path),
        "--set", "model.blocks=[1,1,1]",
    )  # fmt: skip
    assert (code, out) == (0, "")
    words = [
        "data    shapes: 4 classes",
        "sees    16x16",
        "net     resnet20",
        "about ",
        "epoch   1/1",
    ]
    places = [err.index(word) for word in words]
    assert places == sorted(places)
    assert "done    val error" in err
