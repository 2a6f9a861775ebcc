"""Trainings cut short and gone on with, bit for bit; what is measured; what is refused."""

from __future__ import annotations

import json
import math
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest

import resnets
from resnets import kernels
from resnets.errors import DivergenceError, EngineError, RunError, SourceError, StorageError
from resnets.store import RunFolder
from resnets.training import Run
from resnets.training.footprint import SHARE, footprint
from resnets.training.session import train

Read = Callable[[Path], dict[str, np.ndarray]]

KILLED = """
import json, os, signal, sys
import resnets, keras
class Killer(keras.callbacks.Callback):
    steps = 0
    def on_train_batch_end(self, batch, logs=None):
        self.steps += 1
        if self.steps == int(sys.argv[3]):
            os.kill(os.getpid(), signal.SIGKILL)
resnets.train("shapes", out=sys.argv[1], callbacks=[Killer()], **json.loads(sys.argv[2]))
"""


class Signal(keras.callbacks.Callback):
    """Sends a signal to this process after so many steps."""

    def __init__(self, number: int, at: int) -> None:
        super().__init__()
        self.number, self.left = number, at

    def on_train_batch_end(self, batch: int, logs: Any = None) -> None:
        self.left -= 1
        if self.left == 0:
            os.kill(os.getpid(), self.number)


def assert_equal(first: dict[str, np.ndarray], second: dict[str, np.ndarray]) -> None:
    assert first.keys() == second.keys()
    for name, array in first.items():
        assert np.array_equal(array, second[name]), name


@pytest.mark.core
@pytest.mark.parametrize("at", (3, 17))  # before the first checkpoint, and in the third epoch
def test_a_killed_run_goes_on_bit_for_bit(
    tmp_path: Path, run: Run, tiny: dict[str, Any], final_arrays: Read, at: int
) -> None:
    """SIGKILL in the middle of an epoch; every tensor of the end equals the undisturbed run's."""
    command = [sys.executable, "-c", KILLED, str(tmp_path), json.dumps(tiny), str(at)]
    killed = subprocess.run(command, check=False, env=os.environ | {"TF_CPP_MIN_LOG_LEVEL": "3"})
    assert killed.returncode == -signal.SIGKILL
    (path,) = tmp_path.iterdir()
    assert RunFolder.open(path).state["status"] == "running"
    resumed = resnets.resume(path, silent=True)
    assert resumed.state["status"] == "finished"
    assert_equal(final_arrays(run.path), final_arrays(path))
    errors = [[row["error"] for row in r.folder.rows()] for r in (run, resumed)]
    assert errors[0] == errors[1]


def test_sigterm_finishes_the_step_saves_and_leaves_with_143(
    tmp_path: Path, run: Run, tiny: dict[str, Any], final_arrays: Read
) -> None:
    with pytest.raises(SystemExit) as caught:
        train("shapes", out=tmp_path, callbacks=[Signal(signal.SIGTERM, 10)], **tiny)
    assert caught.value.code == 143
    (path,) = tmp_path.iterdir()
    folder = RunFolder.open(path)
    newest = folder.newest()
    assert newest is not None
    assert (newest.step, folder.state["status"]) == (10, "stopped")
    resnets.resume(path, silent=True)
    assert_equal(final_arrays(run.path), final_arrays(path))


def test_sigint_does_the_same_as_a_keyboard_interrupt(tmp_path: Path, tiny: dict[str, Any]) -> None:
    with pytest.raises(KeyboardInterrupt):
        train("shapes", out=tmp_path, callbacks=[Signal(signal.SIGINT, 2)], **tiny)
    (path,) = tmp_path.iterdir()
    newest = RunFolder.open(path).newest()
    assert newest is not None
    assert newest.step == 2


@pytest.mark.core
def test_recompute_is_obeyed_by_resume_and_ends_with_the_same_net(
    tmp_path: Path,
    run: Run,
    tiny: dict[str, Any],
    final_arrays: Read,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with pytest.raises(SystemExit):
        train(
            "shapes", out=tmp_path, recompute=True, callbacks=[Signal(signal.SIGTERM, 10)], **tiny
        )
    (path,) = tmp_path.iterdir()
    assert resnets.load(path).plan["recompute"]
    twice, recompute = [], kernels.recompute
    monkeypatch.setattr(kernels, "recompute", lambda *a: twice.append(1) or recompute(*a))
    resnets.resume(path, silent=True)
    assert twice
    first, second = final_arrays(run.path), final_arrays(path)
    assert first.keys() == second.keys()
    if keras.backend.backend() != "jax":
        assert_equal(first, second)  # XLA alone sums in another order when it fuses otherwise
    assert resnets.load(path).spec == run.spec


@pytest.mark.core
def test_the_same_seed_gives_the_same_bits(
    tmp_path: Path, run: Run, tiny: dict[str, Any], final_arrays: Read
) -> None:
    again = train("shapes", out=tmp_path, **tiny)
    assert_equal(final_arrays(run.path), final_arrays(again.path))
    other = train("shapes", out=tmp_path, seed=1, **tiny)
    first, second = final_arrays(run.path), final_arrays(other.path)
    kernel = next(name for name in first if name.endswith("head/kernel"))
    assert not np.array_equal(first[kernel], second[kernel])


def test_a_batch_that_does_not_fit_is_told_of_before_the_first_step(
    tmp_path: Path,
    run: Run,
    tiny: dict[str, Any],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    plan = run.plan
    step = footprint(run.spec, plan["engine"], plan["precision"], "sgd", recompute=False)
    free = math.ceil(step.needed(20) / SHARE)  # bytes, room for 20 pictures
    monkeypatch.setattr("resnets.training.course.free_memory_of", lambda here: free)
    options = {**tiny, "epochs": 1, "batch": None, "silent": False}
    found = train("shapes", out=tmp_path, **options)
    assert found.plan["batch"] == 16
    words = capsys.readouterr().err
    assert words.index("memory  batch 16: 32 would need about") < words.index("net     resnet20")


def test_the_run_says_what_was_decided(run: Run) -> None:
    documents = run.folder.read("recipe.json")
    assert documents["recipe"]["name"] == run.plan["recipe"] == "quick"
    assert run.plan["steps"] == run.plan["steps_per_epoch"] * 3
    assert run.plan["engine"] == keras.backend.backend()
    assert run.plan["device"]
    assert run.spec.blocks == (1, 1, 1)
    # 3 epochs of 7 steps are a short run: its statistics average over 10 steps, not over 100.
    assert run.spec.norm_momentum == pytest.approx(0.9)
    assert run.path.name == "resnet20.quick_shapes_s0"
    assert {"spec.json", "recipe.json", "data.json", "provenance.json"} <= {
        path.name for path in run.path.iterdir()
    }


def test_rows_and_curves_are_left(run: Run) -> None:
    rows = run.folder.rows()
    assert [row["epoch"] for row in rows] == [1, 2, 3]
    assert all({"loss", "error", "val_error", "learning_rate"} <= row.keys() for row in rows)
    assert run.state["best"]["error"] == min(row["val_error"] for row in rows)
    for ending in ("svg", "png"):
        assert (run.path / "figures" / f"curves.{ending}").stat().st_size > 1_000


def test_a_finished_run_is_left_as_it_is(run: Run, capsys: pytest.CaptureFixture[str]) -> None:
    before = (run.path / "metrics.jsonl").read_bytes()
    assert resnets.resume(run.path).path == run.path
    assert "is finished already" in capsys.readouterr().err
    assert (run.path / "metrics.jsonl").read_bytes() == before


def test_a_loss_that_is_not_finite_stops_the_run(tmp_path: Path, tiny: dict[str, Any]) -> None:
    settings = {**tiny["settings"], "learning_rate": "1e30"}
    with pytest.raises(
        DivergenceError, match=r"the loss of step \d+ is not a finite number"
    ) as caught:
        train("shapes", out=tmp_path, **{**tiny, "settings": settings})
    assert not np.isfinite(caught.value.received)
    assert "learning rate" in caught.value.what
    assert "lower learning rate" in caught.value.hint
    (path,) = tmp_path.iterdir()
    folder = RunFolder.open(path)
    assert folder.state["status"] == "stopped"
    row = folder.rows()[-1]
    assert len(row["diverged"]) == tiny["batch"]
    assert all(name for name in row["diverged"])


def test_three_failed_saves_in_a_row_end_the_run(
    tmp_path: Path, tiny: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*args: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(RunFolder, "commit", full)
    monkeypatch.setattr(RunFolder, "keep_best", full)
    with pytest.raises(StorageError, match="could not be written, three times in a row") as caught:
        train("shapes", out=tmp_path, **tiny)
    assert "No space left on device" in str(caught.value.received)
    assert caught.value.exit_code == 74
    assert "make room" in caught.value.hint


def test_minutes_become_steps(tmp_path: Path, tiny: dict[str, Any]) -> None:
    found = train("shapes", out=tmp_path, **{**tiny, "epochs": None, "minutes": 0.02})
    assert found.plan["steps"] >= 1
    assert found.state["status"] == "finished"


def test_another_engine_may_not_go_on(run: Run, tmp_path: Path) -> None:
    import shutil

    copy = tmp_path / "copy"
    shutil.copytree(run.path, copy)
    documents = json.loads((copy / "recipe.json").read_text())
    documents["plan"]["engine"] = "abacus"
    (copy / "recipe.json").write_text(json.dumps(documents))
    RunFolder.open(copy).set_state("stopped")
    with pytest.raises(RunError, match="was started with another engine") as caught:
        resnets.resume(copy, silent=True)
    assert caught.value.received == keras.backend.backend()
    assert "KERAS_BACKEND=abacus" in caught.value.hint


def test_arrays_are_trained_on_and_asked_for_again(tmp_path: Path, tiny: dict[str, Any]) -> None:
    generator = np.random.default_rng(0)
    pictures = generator.integers(0, 256, (80, 16, 16, 3), "uint8")
    labels = np.repeat(np.arange(2), 40)
    pictures[labels == 1, :8] //= 4
    options = {**tiny, "batch": 16, "epochs": 1}
    stop = Signal(signal.SIGTERM, 1)
    with pytest.raises(SystemExit):
        train((pictures, labels), out=tmp_path, callbacks=[stop], **options)
    (path,) = tmp_path.iterdir()
    with pytest.raises(SourceError, match="arrays in memory"):
        resnets.resume(path, silent=True)
    assert resnets.resume(path, (pictures, labels), silent=True).state["status"] == "finished"


def test_tensorboard_that_is_not_installed_is_said(tmp_path: Path, tiny: dict[str, Any]) -> None:
    import importlib.util

    if importlib.util.find_spec("tensorboard"):
        found = train("shapes", out=tmp_path, tensorboard=True, **tiny)
        assert list((found.path / "tensorboard").rglob("events*"))
        return
    with pytest.raises(
        EngineError, match="TensorBoard was asked for and is not installed"
    ) as caught:
        train("shapes", out=tmp_path, tensorboard=True, **tiny)
    assert caught.value.received == "tensorboard=True"
    assert caught.value.hint == "pip install tensorboard"


LIMITED = """
import resource, sys
import keras, numpy as np
import resnets
keras.Sequential([keras.layers.Dense(1)]).predict(np.zeros((2, 2)), verbose=0)
with open("/proc/self/status") as status:
    used = next(int(line.split()[1]) * 1024 for line in status if line.startswith("VmData"))
resource.setrlimit(resource.RLIMIT_DATA, (used + 1024 * 2**20,) * 2)
small = {"model.blocks": "[1,1,1]"}  # with a stride in its stem: its step fits beside the pictures
resnets.train(sys.argv[1], size=96, epochs=0.05, batch=32, out=sys.argv[2], settings=small)
print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024)
"""


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="Linux says what a process has taken")
def test_pictures_larger_than_memory_are_trained_on(shared_file, tmp_path: Path) -> None:
    """45,000 pictures of 96 pixels are 1.24 GB decoded; the process may take 1.07 GB more."""
    archive = str(shared_file("data/cifar10.zip"))
    child = subprocess.run(
        [sys.executable, "-c", LIMITED, archive, str(tmp_path)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert child.returncode == 0, child.stderr
    (run,) = tmp_path.iterdir()
    assert resnets.load(run).state["status"] == "finished"
    assert int(child.stdout.splitlines()[-1]) <= 2 * 2**30


@pytest.mark.slow
@pytest.mark.core
def test_growth_whitening_muon_and_no_val_go_on_bit_for_bit(
    tmp_path: Path, final_arrays: Read
) -> None:
    """Stopped while the pictures are small; the end equals the undisturbed run's."""
    options = {
        "recipe": "sprint-cifar",
        "size": 16,
        "epochs": 2,
        "batch": 64,
        "silent": True,
        "settings": {"model.widths": "[4,8,8]"},
    }
    whole = train("shapes", out=tmp_path / "whole", **options)
    with pytest.raises(SystemExit):
        train("shapes", out=tmp_path / "cut", callbacks=[Signal(signal.SIGTERM, 5)], **options)
    (path,) = (tmp_path / "cut").iterdir()
    resumed = resnets.resume(path, silent=True)
    assert resumed.state["status"] == "finished"
    assert_equal(final_arrays(whole.path), final_arrays(path))
    # All of train is trained on, nothing is chosen by, and the last weights are those kept.
    assert whole.plan["net"] == "sprint8"
    assert whole.folder.read("data.json")["splits"]["val"] == []
    assert whole.state["best"] == {"step": whole.plan["steps"]}
    assert not any("val_error" in row for row in whole.folder.rows())
    assert 0 <= whole.evaluate().error <= 1
