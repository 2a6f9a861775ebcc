"""The training loop, from the first step to the last, with its saves and its ends."""

from __future__ import annotations

import dataclasses
import math
import time
from collections.abc import Sequence
from typing import Any

import keras
import numpy as np

from resnets.data import Batches, Feed
from resnets.errors import DivergenceError, StorageError
from resnets.store import Commit, RunFolder
from resnets.training.evaluation import cross_entropy, error_of, logits_of
from resnets.training.plan import Plan
from resnets.training.progress import Progress
from resnets.training.signals import Signals
from resnets.weights import arrays_of, optimizer_arrays, put_arrays, put_optimizer_arrays


@dataclasses.dataclass
class Position:
    """Where a training stands; whole, it goes into every checkpoint beside the arrays.

    Args:
        step: gradient steps done.
        loss_sum: sum of the losses of the epoch's steps so far.
        error_sum: the same of the errors.
        best: the best look at `val` so far: its error, loss and step; empty before the first.
            Where there is no `val`, the step of the last look alone.
        seconds: training time so far, without validation and without the first epoch.
        pictures: pictures trained on in that time.
    """

    step: int = 0
    loss_sum: float = 0.0
    error_sum: float = 0.0
    best: dict[str, float] = dataclasses.field(default_factory=dict)
    seconds: float = 0.0
    pictures: int = 0


class Trainer:
    """Trains a compiled net by a plan and writes the run folder as it goes.

    Args:
        model: compiled with one metric, named `accuracy`.
        train: batches to train on.
        val: batches to choose by; they are only looked at.
        plan: how long, how often to look at `val`.
        folder: the run, locked by the caller.
        progress: where words and the bar go.
        callbacks: any Keras callbacks.
    """

    def __init__(
        self,
        model: keras.Model,
        train: Batches,
        val: Batches,
        plan: Plan,
        folder: RunFolder,
        progress: Progress,
        callbacks: Sequence[keras.callbacks.Callback] = (),
    ) -> None:
        self.model = model
        self.train = train
        self.val = val
        self.plan = plan
        self.folder = folder
        self.progress = progress
        self.callbacks = keras.callbacks.CallbackList(
            list(callbacks), model=model, epochs=math.ceil(plan.epochs), steps=plan.steps_per_epoch
        )
        self.position = Position()
        self.failures = 0

    def restore(self, commit: Commit) -> None:
        """Take over everything that a checkpoint holds."""
        put_arrays(self.model, commit.arrays("model"), str(commit.path))
        put_optimizer_arrays(self.model.optimizer, commit.arrays("optimizer"), str(commit.path))
        self.position = Position(**commit.state["position"])

    def run(self) -> None:
        """Train from where the position stands to the plan's last step.

        Raises:
            DivergenceError: a loss is not a finite number; the last checkpoint stays.
            StorageError: three saves in a row failed.
            KeyboardInterrupt: SIGINT came; the step was finished and saved.
            SystemExit: SIGTERM came; likewise, with code 143.
        """
        plan = self.plan
        first_epoch = self.position.step // plan.steps_per_epoch
        self.callbacks.on_train_begin()
        with (
            Signals() as signals,
            self.progress.bar(plan.steps, self.position.step),
            Feed(
                self.train,
                *divmod(self.position.step, plan.steps_per_epoch),
                count=max(0, plan.steps - self.position.step),
            ) as feed,
        ):
            began, waited, first = time.perf_counter(), feed.waited, self.position.step
            for epoch, index, pictures, labels in feed:
                if index == 0:
                    self.position.loss_sum = self.position.error_sum = 0.0
                    self.callbacks.on_epoch_begin(epoch)
                self._step(epoch, index, pictures, labels)
                last = self.position.step == plan.steps or self.model.stop_training
                ended = last or index + 1 == plan.steps_per_epoch
                if ended or signals.received is not None:
                    seconds = time.perf_counter() - began
                    # The first epoch compiles; it counts only where it is the whole training.
                    if epoch > first_epoch or plan.steps <= plan.steps_per_epoch:
                        self.position.seconds += seconds
                        self.position.pictures += (self.position.step - first) * plan.batch
                if ended:
                    self._end_epoch(epoch, index + 1, seconds, feed.waited - waited)
                    began, waited, first = time.perf_counter(), feed.waited, self.position.step
                if signals.received is not None:
                    self._save()
                    signals.leave()
                if self.model.stop_training:
                    break
        self.callbacks.on_train_end()

    def _step(self, epoch: int, index: int, pictures: np.ndarray, labels: np.ndarray) -> None:
        self.callbacks.on_train_batch_begin(index)
        logs = self.model.train_on_batch(pictures, labels, return_dict=True)
        loss = float(logs["loss"])
        if not math.isfinite(loss):
            self._stop_diverged(epoch, index, loss)
        self.position.step += 1
        self.position.loss_sum += loss
        self.position.error_sum += 1.0 - float(logs["accuracy"])
        self.callbacks.on_train_batch_end(index, logs)
        self.progress.advance(loss)

    def _stop_diverged(self, epoch: int, index: int, loss: float) -> None:
        step = self.position.step
        rate = _learning_rate(self.model, step)
        names = self.train.paths(epoch, index)
        row = {"step": step, "loss": repr(loss), "learning_rate": rate, "diverged": names}
        self._note(row)
        raise DivergenceError(
            f"the loss of step {step} is not a finite number, at learning rate {rate:.4g}, with "
            f"{len(names)} pictures, {names[0]} the first; metrics.jsonl names all",
            received=loss,
            hint="a lower learning rate: --set learning_rate=... (the last checkpoint is kept)",
        )

    def _end_epoch(self, epoch: int, steps: int, seconds: float, waited: float) -> None:
        """Write the epoch down, look at `val` when it is time, and save."""
        position, plan = self.position, self.plan
        row: dict[str, Any] = {
            "step": position.step,
            "epoch": epoch + 1,
            "loss": position.loss_sum / steps,
            "error": position.error_sum / steps,
            "learning_rate": _learning_rate(self.model, position.step - 1),
            "seconds": seconds,
            "waited": waited,
        }
        last = position.step == plan.steps or self.model.stop_training
        looked = last or (epoch + 1) % plan.validate_every == 0
        if looked:
            row |= self._look_at_val()
        self._note(row)
        self.progress.epoch(row, math.ceil(plan.epochs))
        logs = {key: row[key] for key in ("loss", "error", "val_loss", "val_error") if key in row}
        self.callbacks.on_epoch_end(epoch, logs)
        if self.model.stop_training and not looked:
            self._look_at_val()
            looked = True
        began = time.perf_counter()
        if looked:
            self._save()
            position.seconds += time.perf_counter() - began

    def _look_at_val(self) -> dict[str, float]:
        if self.val.pictures == 0:  # nothing to choose by: the newest weights are those to keep
            last: dict[str, float] = {"step": self.position.step}
            if self._kept(self.folder.keep_best, self.position.step, arrays_of(self.model), last):
                self.position.best = last
            return {}
        self.callbacks.on_test_begin()
        logits, labels = logits_of(self.model, self.val)
        found = {"val_error": error_of(logits, labels), "val_loss": cross_entropy(logits, labels)}
        self.callbacks.on_test_end(found)
        best = self.position.best
        score = (found["val_error"], found["val_loss"])
        if not best or score < (best["error"], best["loss"]):
            facts = {"step": self.position.step, "error": score[0], "loss": score[1]}
            if self._kept(self.folder.keep_best, self.position.step, arrays_of(self.model), facts):
                self.position.best = facts
        return found

    def _note(self, row: dict[str, Any]) -> None:
        try:
            self.folder.append(row)
        except OSError as error:
            self.progress.say(f"not written down at step {self.position.step}: {error}")

    def _save(self) -> None:
        arrays = {
            "model": arrays_of(self.model),
            "optimizer": optimizer_arrays(self.model.optimizer),
        }
        state = {"position": dataclasses.asdict(self.position)}
        self._kept(self.folder.commit, self.position.step, arrays, state)

    def _kept(self, write: Any, *what: Any) -> bool:
        """Write to the run folder; a full disk costs one save, and only three in a row the run."""
        try:
            write(*what)
        except OSError as error:
            self.failures += 1
            if self.failures == 3 or self.position.step == self.plan.steps:
                raise StorageError(
                    f"{self.folder.path} could not be written, three times in a row or at the end",
                    received=str(error),
                    hint="make room, then go on with: resnets resume",
                ) from error
            self.progress.say(f"not saved at step {self.position.step}: {error}")
            return False
        self.failures = 0
        return True


def _learning_rate(model: keras.Model, step: int) -> float:
    schedule = getattr(model.optimizer, "_learning_rate", None)
    if isinstance(schedule, keras.optimizers.schedules.LearningRateSchedule):
        return float(schedule(step))
    return float(model.optimizer.learning_rate)
