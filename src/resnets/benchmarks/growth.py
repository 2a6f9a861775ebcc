"""Growth: how time and memory rise with depth, width, side, classes and the count of pictures."""

from __future__ import annotations

import contextlib
import dataclasses
import datetime
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from resnets import catalog
from resnets.benchmarks.archive import tiny_pictures
from resnets.benchmarks.point import Point
from resnets.benchmarks.rounds import SOURCE
from resnets.errors import printable
from resnets.models import cost, spec_of
from resnets.store import documents, machine, versions

JOB = "growth"
PATIENCE = 3600.0  # seconds that one point may take


@dataclass(frozen=True)
class Axis:
    """What grows, and what the costs are compared with.

    Args:
        points: from small to large.
        against: what there is more of; a cost that grows as fast as this has slope 1.
        words: what stands still.
    """

    points: tuple[Point, ...]
    against: str
    words: str


def _points(axis: str, values: Sequence[int], field: str = "", **fixed: Any) -> tuple[Point, ...]:
    return tuple(
        Point(axis, value, **(fixed | ({field: value} if field else {}))) for value in values
    )


_DEPTHS = (20, 32, 44, 56, 110, 1202)
AXES: Mapping[str, Axis] = {
    "depth": Axis(
        tuple(Point("depth", depth, f"resnet{depth}", batch=4) for depth in _DEPTHS),
        "layers in blocks",
        "the CIFAR nets of 20 to 1,202 layers, 32 px, batch 4",
    ),
    "width": Axis(
        _points("width", (16, 32, 64, 128, 256), "width", batch=8),
        "multiply-adds",
        "resnet20, channels of its first stage 16 to 256, 32 px, batch 8",
    ),
    "size": Axis(
        _points("size", (32, 64, 112, 224, 448), "size", net="resnet50", batch=4),
        "pixels",
        "resnet50, pictures of 32 to 448 px, batch 4",
    ),
    "classes": Axis(
        _points("classes", (2, 10, 100, 1_000, 10_000), "classes", net="resnet50", size=64),
        "classes",
        "resnet50, 2 to 10,000 classes, 64 px, batch 16",
    ),
    "pictures": Axis(
        _points("pictures", (1_000, 10_000, 100_000, 1_000_000)),
        "pictures",
        "zip archives of 1,000 to 1,000,000 JPEGs of 32 px in 10 classes",
    ),
}


def grow(
    axes: Sequence[str] = (),
    known: Sequence[Mapping[str, Any]] = (),
    *,
    say: Callable[[str], None] = print,
    keep: Callable[[list[dict[str, Any]]], None] = lambda points: None,
) -> list[dict[str, Any]]:
    """Measure every point that is not known yet; Ctrl-C keeps those that are finished.

    Args:
        axes: names of `AXES`; none for all.
        known: what earlier measurements found, on any machine.
        say: takes a line about each point.
        keep: takes all points after each new one.

    Returns:
        The known ones and the new ones. Each has `point`, `x` (where it stands on what its axis is
        compared with), what its process found or `failure`, and `cpu`, `cores`, `with`, `date`.

    Raises:
        UnknownNameError: there is no such axis.
    """
    for name in axes:
        catalog.look_up(AXES, name, "axis")
    points = [dict(found) for found in known]
    here = _here()
    done = {(found["cpu"], _name(found["point"])) for found in points if "failure" not in found}
    try:
        for name in axes or AXES:
            for point in AXES[name].points:
                if (here["cpu"], _name(point.to_json())) in done:
                    continue
                found = {"point": point.to_json(), "x": position(point), **measured(point), **here}
                points = [one for one in points if not _same(one, found)] + [found]
                keep(points)
                say(f"{name} {point.value:,}: {_words(found)}")
    except KeyboardInterrupt:
        say(f"interrupted: {len(points)} finished points are kept")
    return points


def position(point: Point) -> int:
    """Say how much there is of what the point's axis is compared with."""
    if point.axis == "width":
        width = {"width": point.width, "stem_width": point.width}
        return cost(spec_of(point.net, **width)).multiply_adds
    if point.axis == "depth":
        return point.value - 2  # 6n + 2: the first layer and the last one stand still
    return point.size**2 if point.axis == "size" else point.value


def measured(point: Point) -> dict[str, Any]:
    """Measure one point in a process of its own, or say why that failed."""
    with _material(point) as given:
        command = [sys.executable, "-m", "resnets.benchmarks.point", json.dumps(given.to_json())]
        variables = {**os.environ, "PYTHONPATH": str(SOURCE), "TF_CPP_MIN_LOG_LEVEL": "2"}
        if given.archive:  # a cache that no measurement before this one has written to
            variables |= {"XDG_CACHE_HOME": str(Path(given.archive).parent), "RESNETS_CACHE": "on"}
        try:
            done = subprocess.run(
                command,
                env=variables,
                capture_output=True,
                text=True,
                timeout=PATIENCE,
                check=False,
            )
        except subprocess.TimeoutExpired:
            return {"failure": f"no answer within {PATIENCE:.0f} s"}
    if done.returncode != 0:
        last = (done.stderr.strip() or "no word").splitlines()[-1]
        return {"failure": f"exit {done.returncode}: {printable(last, limit=200)}"}
    found: dict[str, Any] = json.loads(done.stdout)
    return found


@contextlib.contextmanager
def _material(point: Point) -> Iterator[Point]:
    """Give the point the archive that it is about, if it is about one."""
    if point.axis != "pictures":
        yield point
        return
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "pictures.zip"
        tiny_pictures(path, point.value, point.classes)
        yield dataclasses.replace(point, archive=str(path))


def _here() -> dict[str, Any]:
    facts, packages = machine(), versions()
    shown = ("resnets", "keras", "tensorflow", "tensorflow-cpu", "torch", "jax", "numpy", "pillow")
    return {
        "cpu": facts["cpu"],
        "cores": facts["cores"],
        "with": ", ".join(f"{one} {packages[one]}" for one in shown if one in packages),
        "date": datetime.datetime.now(datetime.UTC).date().isoformat(),
    }


def _name(point: Mapping[str, Any]) -> str:
    return json.dumps({**point, "archive": ""}, sort_keys=True)


def _same(one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    return one["cpu"] == other["cpu"] and _name(one["point"]) == _name(other["point"])


def _words(found: Mapping[str, Any]) -> str:
    if "failure" in found:
        return str(found["failure"])
    seconds = ", ".join(f"{stage} {value:.3g} s" for stage, value in found["seconds"].items())
    return f"{seconds}, {found['peak'] / 2**20:,.0f} MiB"


def read(folder: Path) -> list[dict[str, Any]]:
    """Read the points that an earlier measurement has kept in a folder, if any."""
    path = folder / f"{JOB}.json"
    return list(documents.read(path)["points"]) if path.exists() else []


def write(folder: Path, points: Sequence[Mapping[str, Any]]) -> None:
    """Keep the points in a folder, which is made where it is missing."""
    folder.mkdir(parents=True, exist_ok=True)
    documents.write(folder / f"{JOB}.json", {"points": list(points)})
