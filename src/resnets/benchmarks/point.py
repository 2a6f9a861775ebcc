"""One point of a growth, in a process of its own: a net of some size, or so many pictures.

    python -m resnets.benchmarks.point POINT

POINT is a `Point` as JSON; the answer is one line of JSON. Memory is what the process took at most
above what it had before, so that the engine's own share does not count.
"""

from __future__ import annotations

import contextlib
import json
import os
import statistics
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from resnets.benchmarks.task import Task
from resnets.spec import Spec

Answer = TypeVar("Answer")


@dataclass(frozen=True)
class Point(Spec):
    """What grows, how far it has grown, and what stands still beside it.

    Args:
        axis: `depth`, `width`, `size`, `classes` or `pictures`.
        value: on the axis.
        net: its name in the table.
        size: side of the pictures, in pixels.
        batch: pictures a step.
        classes: K.
        width: channels of the first stage; 0 for the table's.
        archive: of the pictures, where they are what grows.
    """

    axis: str
    value: int
    net: str = "resnet20"
    size: int = 32
    batch: int = 16
    classes: int = 10
    width: int = 0
    archive: str = ""


class Stages:
    """Seconds and memory of one stage after another.

    Attributes:
        seconds: by stage.
        memory: by stage, the most bytes above those at the beginning.
    """

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}
        self.memory: dict[str, int] = {}
        self._base = _status("VmRSS")

    def take(self, name: str, work: Callable[[], Answer]) -> Answer:
        """Do the work of a stage and note what it took."""
        with contextlib.suppress(OSError):
            # Linux forgets its high-water mark. `getrusage` will not do: a process inherits there
            # what the one that started it had.
            Path("/proc/self/clear_refs").write_text("5")
        began = time.perf_counter()
        result = work()
        self.seconds[name] = time.perf_counter() - began
        self.memory[name] = max(0, _status("VmHWM") - self._base)
        return result

    def found(self) -> dict[str, Any]:
        """Give what was noted."""
        return {"seconds": self.seconds, "memory": self.memory, "peak": max(self.memory.values())}


def _status(name: str) -> int:
    """Read a number of bytes from Linux's account of this process; 0 elsewhere."""
    with contextlib.suppress(OSError):
        for line in Path("/proc/self/status").read_text().splitlines():
            if line.startswith(f"{name}:"):
                return int(line.split()[1]) * 1024
    return 0


def net_point(point: Point) -> dict[str, Any]:
    """Build a net and train it for a few steps.

    Returns:
        `seconds` (`build`, `first step`, which traces and compiles, and `step`), `memory` of the
        same, `peak`, `parameters`, `engine`, `steps` (how many were timed), `low` and `high` of a
        step.
    """
    from resnets import engine

    name = engine.require()
    import keras

    from resnets.benchmarks.ours import keras_work
    from resnets.benchmarks.worker import measure
    from resnets.models import build

    task = Task(
        "train", point.net, point.size, point.batch, "float32", "", "resnets", "", point.classes
    )
    wide: dict[str, Any] = {"width": point.width, "stem_width": point.width} if point.width else {}
    shape = (point.size, point.size, 3)
    keras.utils.set_random_seed(0)
    stages = Stages()
    net = stages.take("build", lambda: build(point.net, point.classes, shape, **wide))
    work = keras_work(task, net)
    stages.take("first step", work)
    seconds = stages.take("step", lambda: measure(work))["seconds"]
    stages.seconds["step"] = statistics.median(seconds)
    spread = {"steps": len(seconds), "low": min(seconds), "high": max(seconds)}
    return {**stages.found(), "parameters": net.count_params(), "engine": name, **spread}


def pictures_point(point: Point) -> dict[str, Any]:
    """Go the way from an archive to the first batch, as a training does, and note each stage.

    Returns:
        `seconds` and `memory` of `index`, `hash` (reading, SHA-256 and headers), `split`, `plan`,
        `decode`, `first batch` (colour statistics and shuffling before it), and of `again`, the
        index and the hashes once more, from the cache; `peak`.
    """
    from resnets.data import check_source, make_split, make_survey, open_source
    from resnets.training.plan import Request, choose_net_spec, fit_augment, fit_recipe
    from resnets.training.preparation import colour_statistics, decoded, training_batches
    from resnets.training.recipes import RECIPES

    stages = Stages()
    source = stages.take("index", lambda: open_source(point.archive))
    check_source(source)
    survey = stages.take("hash", lambda: make_survey(source))
    split = stages.take("split", lambda: make_split(source, survey))

    def planned() -> Any:
        request = Request()
        _, preprocess = choose_net_spec(request, source, split, survey, {})
        recipe = fit_augment(RECIPES["quick"], preprocess.shape, ())
        return preprocess, fit_recipe(recipe, request, len(split.train))

    preprocess, recipe = stages.take("plan", planned)
    train, _ = stages.take("decode", lambda: decoded(source, split, preprocess))

    def batched() -> Any:
        colour_statistics(train)
        return training_batches(source, train, recipe, 0).batch(0, 0)

    stages.take("first batch", batched)
    found = stages.found()
    stages.take("again", lambda: make_survey(open_source(point.archive)))
    return found


def main() -> None:
    """Do what the command line says."""
    # Whatever an engine prints goes to stderr: stdout carries the answer alone.
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    point = Point.from_json(json.loads(sys.argv[1]))
    found = pictures_point(point) if point.archive else net_point(point)
    print(json.dumps(found), file=answers, flush=True)


if __name__ == "__main__":
    main()
