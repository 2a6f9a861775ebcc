"""A run, read: its net with the best weights, its judgement of pictures, its answers."""

from __future__ import annotations

import csv
import dataclasses
import os
from collections.abc import Iterable
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from resnets import catalog, engine
from resnets.data import SPLITS, Pictures, Preprocess, open_source, reopen
from resnets.errors import RunError, SourceError, printable
from resnets.models import NetSpec, build, fold
from resnets.reports import confusion
from resnets.store import RunFolder
from resnets.training.evaluation import (
    Judgement,
    answer,
    judge,
    logits_of,
    probabilities_of,
)
from resnets.training.prediction import Answers, Prediction, read_pictures
from resnets.training.preparation import looking_batches
from resnets.training.views import VIEWS
from resnets.weights.formats import FORMATS, write_weights

if TYPE_CHECKING:
    import keras

BATCH = 64  # pictures at a time when answering
MANY = 5_000  # pictures from which on a net that is folded first is sooner done (docs/log.md)


class Run:
    """A run folder opened for reading.

    Args:
        path: the run folder.

    Raises:
        RunError: the folder is no run, or was made by a newer version.
    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self.folder = RunFolder.open(Path(path))
        self.path = self.folder.path
        data = self.folder.read("data.json")
        self.classes: tuple[str, ...] = tuple(data["classes"])
        self.preprocess = Preprocess.from_json(data["preprocess"])
        self.spec = NetSpec.from_json(self.folder.read("spec.json"))
        self.plan: dict[str, Any] = self.folder.read("recipe.json")["plan"]

    def __repr__(self) -> str:
        return f"Run({str(self.path)!r})"

    @property
    def state(self) -> dict[str, Any]:
        """Status (running, finished, stopped) and, at the end, the best error and the speed."""
        return self.folder.state

    @cached_property
    def model(self) -> keras.Model:
        """The net with the best weights by `val`: uint8 (N, H, W, C) in, float32 logits out.

        Raises:
            RunError: nothing was saved yet.
        """
        arrays, where = self._arrays()
        with engine.quietly():
            from resnets.weights import put_arrays

        model = build(self.spec)
        put_arrays(model, arrays, where)
        return model

    def _arrays(self) -> tuple[dict[str, np.ndarray], str]:
        """Give the best weights, and the folder that they are in."""
        best = self.folder.best()
        if best is None:
            raise RunError(
                f"{self.path} has no weights yet",
                received=self.state["status"],
                hint=f"train it further: resnets resume {self.path}",
            )
        return best.arrays("model"), str(best.path)

    def _net_for(self, pictures: int) -> keras.Model:
        """Give the net, folded where there are so many pictures that it pays."""
        return self._folded if pictures >= MANY else self.model

    @cached_property
    def _folded(self) -> keras.Model:
        return fold(self.model)

    def predict(self, pictures: Any, top: int = 5) -> Answers:
        """Answer what pictures show.

        Args:
            pictures: a path, an array (H, W[, C]) of uint8, or a list of these. A folder stands for
                every picture below it.
            top: how many labels to give for each, at most K.

        Returns:
            Predictions in order, and the pictures that could not be read with the reason.
        """
        names, arrays, unreadable = read_pictures(pictures, self.preprocess)
        predictions: list[Prediction] = []
        net = self._net_for(len(arrays))
        for start in range(0, len(arrays), BATCH):
            batch = np.stack(arrays[start : start + BATCH])
            rows = probabilities_of(answer(net, batch, BATCH if len(arrays) > 1 else 1))
            for name, row in zip(names[start : start + BATCH], rows, strict=True):
                order = np.argsort(-row, kind="stable")[: max(1, top)]
                likely = tuple((self.classes[place], float(row[place])) for place in order)
                predictions.append(Prediction(name, *likely[0], likely))
        return Answers(tuple(predictions), tuple(unreadable))

    def evaluate(self, source: Any = None, split: str = "test", views: str = "one") -> Judgement:
        """Judge the net on labelled pictures and leave table, figures and JSON in the run.

        Args:
            source: pictures from elsewhere, their classes matched by name; left out, the run's own.
            split: `train`, `val` or `test`; a source without splits is taken whole.
            views: `one`, each picture as it is; `mirror` or `shift` average the answers about two
                or six views of it, at two or six times the work.

        Raises:
            SourceError: the split is empty, or a class is unknown to the net.
            UnknownNameError: there is no such split, or no such kind of views.
        """
        catalog.look_up(VIEWS, views, "kind of views")
        catalog.look_up(dict.fromkeys(SPLITS), split, "split")
        opened, indices, labels = self._labelled(source, split)
        pictures = Pictures(opened, indices, self.preprocess)
        if len(pictures) == 0:
            raise SourceError(
                f"the split {split} has no picture that can be read",
                received=str(opened.origin or opened.name),
                hint="choose another one: --split",
            )
        opened = dataclasses.replace(opened, labels=labels)
        net = self._net_for(len(pictures))
        logits, truth = logits_of(net, looking_batches(opened, pictures, BATCH), views)
        judgement = dataclasses.replace(
            judge(logits, truth, self.classes),
            unreadable=tuple((opened.paths[index], why) for index, why in pictures.bad.items()),
        )
        name = split if source is None else f"{opened.name}-{split}"
        name = name if views == "one" else f"{name}-{views}"
        paths = [opened.paths[index] for index in pictures.indices]
        self._write(name, judgement, paths, logits, truth)
        return judgement

    def write_weights(self, to: str, file: str | os.PathLike[str] | None = None) -> Path:
        """Write the best weights as another library reads them.

        Args:
            to: a key of `weights.formats.FORMATS`, or "keras" or "h5": this very model, or its
                weights alone, as Keras saves them.
            file: None for the run's name beside the run, with the format's own ending.

        Returns:
            The file.

        Raises:
            UnknownNameError: there is no such format.
            UsageError: the library has no equal net, with what differs; or it cannot be written.
        """
        own = {"keras": ".keras", "h5": ".weights.h5"}
        endings = {**own, **{name: ending for name, (ending, _) in FORMATS.items()}}
        ending = catalog.look_up(endings, to, "format")
        path = Path(file) if file else self.path.with_name(f"{self.path.name}.{to}{ending}")
        if to == "keras":
            self.model.save(path)
        elif to == "h5":
            self.model.save_weights(path)
        else:
            write_weights(path, self._arrays()[0], self.spec, to)
        return path

    def _labelled(self, source: Any, split: str) -> tuple[Any, np.ndarray, np.ndarray]:
        """Give a source, the pictures of it to judge, and all its labels in the net's order."""
        if source is None:
            opened, parts, _ = reopen(self.folder.read("data.json"), splits=(split,))
            return opened, getattr(parts, split), opened.labels
        opened = open_source(source)
        unknown = sorted(set(opened.classes) - set(self.classes))
        if unknown:
            raise SourceError(
                f"the net knows no class of this name; it knows {len(self.classes)}",
                received=unknown[0],
                hint="class folders are matched by name; rename or leave out what was not trained",
            )
        places = np.array([self.classes.index(name) for name in opened.classes], dtype=np.int64)
        given = opened.given
        chosen = given == SPLITS.index(split) if (given >= 0).any() else np.ones(len(given), bool)
        return opened, np.flatnonzero(chosen), places[opened.labels]

    def _write(
        self,
        name: str,
        judgement: Judgement,
        paths: list[str],
        logits: np.ndarray,
        truth: np.ndarray,
    ) -> None:
        figures = self.path / "figures"
        confusion(judgement.confusion, self.classes, figures, name=f"confusion-{name}")
        facts = dataclasses.asdict(judgement) | {"confusion": judgement.confusion.tolist()}
        self.folder.write(f"evaluation-{name}.json", {"split": name, **facts})
        probabilities = probabilities_of(logits)
        rows = zip(paths, truth, logits.argmax(axis=1), probabilities, strict=True)
        with (self.path / f"predictions-{name}.csv").open(
            "w", newline="", encoding="utf-8"
        ) as file:
            table = csv.writer(file)
            table.writerow(["path", "label", "answer", "right", *map(printable, self.classes)])
            table.writerows(_table_rows(rows, self.classes))


def load(path: str | os.PathLike[str]) -> Run:
    """Open a run folder for answers and judgement.

    Args:
        path: the folder that `train` printed.

    Raises:
        RunError: the folder is no run, or was made by a newer version.
    """
    return Run(path)


def _table_rows(rows: Iterable[Any], classes: tuple[str, ...]) -> Iterable[list[Any]]:
    for path, label, chosen, probabilities in rows:
        names = printable(path), printable(classes[label]), printable(classes[chosen])
        yield [*names, int(label == chosen), *(f"{p:.6f}" for p in probabilities)]
