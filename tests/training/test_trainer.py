"""The loop: callbacks, early stops, the end that was reached before."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import keras
import pytest

import resnets
from resnets.training import Run


class Recorder(keras.callbacks.Callback):
    """Writes down every call and its logs."""

    def __init__(self, stop_after: int = 99) -> None:
        super().__init__()
        self.calls: list[str] = []
        self.logs: list[dict[str, float]] = []
        self.stop_after = stop_after

    def on_train_begin(self, logs: Any = None) -> None:
        self.calls.append("train begins")

    def on_epoch_begin(self, epoch: int, logs: Any = None) -> None:
        self.calls.append(f"epoch {epoch} begins")

    def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
        self.calls.append(f"batch {batch}")

    def on_test_end(self, logs: Any = None) -> None:
        self.calls.append("val seen")

    def on_epoch_end(self, epoch: int, logs: Any = None) -> None:
        self.calls.append(f"epoch {epoch} ends")
        self.logs.append(dict(logs))
        self.model.stop_training = epoch + 1 >= self.stop_after

    def on_train_end(self, logs: Any = None) -> None:
        self.calls.append("train ends")


def test_keras_callbacks_are_called_in_keras_order(tmp_path: Path, tiny: dict[str, Any]) -> None:
    recorder = Recorder()
    resnets.train("shapes", out=tmp_path, callbacks=[recorder], **{**tiny, "epochs": 2})
    epoch = [f"batch {number}" for number in range(7)] + ["val seen"]
    assert recorder.calls == [
        "train begins",
        "epoch 0 begins",
        *epoch,
        "epoch 0 ends",
        "epoch 1 begins",
        *epoch,
        "epoch 1 ends",
        "train ends",
    ]
    assert recorder.logs[0].keys() == {"loss", "error", "val_loss", "val_error"}


def test_a_callback_may_stop_the_training(tmp_path: Path, tiny: dict[str, Any]) -> None:
    run = resnets.train("shapes", out=tmp_path, callbacks=[Recorder(stop_after=2)], **tiny)
    assert run.state["status"] == "finished"
    assert [row["epoch"] for row in run.folder.rows()] == [1, 2]
    newest = run.folder.newest()
    assert newest is not None
    assert newest.step == 14


def test_a_run_killed_after_its_last_save_has_no_step_left(run: Run, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(run.path, copy)
    resnets.load(copy).folder.set_state("running")
    resumed = resnets.resume(copy, silent=True)
    assert resumed.state["status"] == "finished"
    newest, before = resumed.folder.newest(), run.folder.newest()
    assert newest is not None
    assert before is not None
    assert newest.step == before.step
    assert resumed.folder.rows() == run.folder.rows()


@pytest.mark.core
def test_the_bookkeeping_adds_up(run: Run) -> None:
    """An epoch's error is the mean of its steps: a multiple of 1 / (steps · batch)."""
    steps, batch = run.plan["steps_per_epoch"], run.plan["batch"]
    for row in run.folder.rows():
        wrong = row["error"] * steps * batch
        assert wrong == pytest.approx(round(wrong), abs=1e-2)
        assert 0 <= row["waited"] <= row["seconds"]
