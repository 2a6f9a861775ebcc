"""The verb evaluate: the figures in JSON and in words are the same."""

from collections.abc import Callable
from typing import Any

from resnets.training import Run


def test_json_has_the_promised_fields(call_json: Callable[..., Any], run: Run) -> None:
    found = call_json("evaluate", str(run.path), "--split", "val")
    assert found.keys() == {
        "run", "split", "views", "pictures", "error", "top5_error", "balanced_error", "loss", "ece",
    }  # fmt: skip
    assert (found["split"], found["error"]) == ("val", run.state["best"]["error"])
    assert found["views"] == "one"
    assert found["top5_error"] is None  # of four classes, five answers are all


def test_words_hold_the_error(call: Callable[..., tuple[int, str, str]], run: Run) -> None:
    code, out, _ = call("evaluate", str(run.path), "--split", "val")
    assert code == 0
    assert f"val error {run.state['best']['error'] * 100:.1f} % of 65 pictures" in out
    assert out.count("\n") == 5  # four classes and all


def test_views_reach_the_evaluation(call_json: Callable[..., Any], run: Run) -> None:
    found = call_json("evaluate", str(run.path), "--split", "val", "--views", "mirror")
    assert found["views"] == "mirror"
    assert found["error"] == run.evaluate(split="val", views="mirror").error
