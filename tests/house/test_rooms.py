"""Imports run downhill: the table in docs/design.md, read and held against every import."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

ENGINES = {"keras", "tensorflow", "torch", "jax"}
FRONT_DOOR = "__init__"

# Free of Keras at import; some of them load it later, inside a function.
LIGHT = ("resnets", "resnets.data", "resnets.store", "resnets.reports", "resnets.models")
LIGHT += ("resnets.engine", "resnets.training", "resnets.blocks", "resnets.cli")
LIGHT += ("resnets.benchmarks", "resnets.weights", "resnets.weights.files")


@pytest.fixture(scope="session")
def above(root: Path) -> dict[str, set[str]]:
    """For each room of the table, the rooms that it may import."""
    allowed: dict[str, set[str]] = {}
    earlier: set[str] = set()
    for _, rooms, _ in rows(root):
        here: set[str] = set()
        for siblings in rooms.split("·"):
            before: set[str] = set()
            for room in re.findall(r"`(\w+)`", siblings):
                allowed[room] = earlier | before
                before.add(room)
            here |= before
        earlier |= here
    return allowed


@pytest.fixture(scope="session")
def keras_free(root: Path) -> set[str]:
    """The rooms that never import Keras or an engine, not even in a function."""
    found = (re.findall(r"`(\w+)`", rooms) for _, rooms, keras in rows(root) if keras == "never")
    return {room for line in found for room in line}


def rows(root: Path) -> Iterator[tuple[int, str, str]]:
    """Step, rooms and the word about Keras of each line of the table."""
    text = (root / "docs" / "design.md").read_text(encoding="utf-8")
    for step, rooms, _, keras in re.findall(r"^\| (\d+) \| (.*?) \| (.*) \| (.*) \|$", text, re.M):
        yield int(step), rooms, keras


def imports(tree: ast.Module, path: str) -> Iterator[tuple[int, str]]:
    """Every module that a file imports, at the top or in a function, with its line.

    `from resnets import engine` is an import of `resnets.engine`.
    """
    parents = ("resnets/" + path).removesuffix(".py").split("/")[:-1]
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            start = parents[: len(parents) - node.level + 1] if node.level else []
            module = ".".join([*start, *([node.module] if node.module else [])])
            if module == "resnets":
                yield from ((node.lineno, f"resnets.{alias.name}") for alias in node.names)
            else:
                yield node.lineno, module


def trespasses(file: Any, above: dict[str, set[str]], keras_free: set[str]) -> list[str]:
    """What a file imports though the table forbids it."""
    room = file.room
    found = []
    for line, module in imports(file.tree, file.path):
        top, _, rest = module.partition(".")
        target = rest.partition(".")[0]
        if top in ENGINES:
            forbidden = room in keras_free or (room == "lesson" and top != "keras")
        elif top != "resnets" or target == room:
            continue
        elif room == "lesson":
            forbidden = True
        elif target == "lesson":
            forbidden = room not in ("models", "cli")
        elif target in above:
            forbidden = target not in above[room]
        else:  # a name of the front door
            forbidden = room != "cli"
        if forbidden:
            found.append(f"{file.path}:{line} imports {module}")
    return found


def test_the_table_has_every_room(above: dict[str, set[str]], package: list[Any]) -> None:
    assert {file.room for file in package} == {*above, "lesson", FRONT_DOOR}


def test_steps_rise(root: Path) -> None:
    steps = [step for step, _, _ in rows(root)]
    assert steps == sorted(set(steps))


def test_the_table_is_read_as_it_is_meant(above: dict[str, set[str]]) -> None:
    step_0 = {"errors", "catalog", "spec", "durations", "engine"}
    assert above["errors"] == set()
    assert above["spec"] == {"errors", "catalog"}
    assert above["data"] == above["store"] == step_0
    assert above["reports"] == step_0 | {"data", "store"}


def test_imports_run_downhill(
    package: list[Any], above: dict[str, set[str]], keras_free: set[str]
) -> None:
    found = [
        trespass
        for file in package
        if file.room != FRONT_DOOR
        for trespass in trespasses(file, above, keras_free)
    ]
    assert found == []


@pytest.mark.parametrize(
    ("path", "text"),
    (
        ("data/x.py", "from resnets.models import build"),
        ("data/x.py", "from resnets import store"),
        ("data/x.py", "def f():\n    import keras"),
        ("data/x.py", "from ..training import Run"),
        ("spec.py", "from resnets.durations import Duration"),
        ("lesson.py", "from resnets.spec import Spec"),
        ("lesson.py", "import torch"),
        ("blocks/x.py", "from resnets.lesson import ResNet50"),
        ("training/x.py", "from resnets import train"),
        ("training/x.py", "import resnets"),
    ),
)
def test_a_trespass_is_found(
    path: str, text: str, above: dict[str, set[str]], keras_free: set[str], package: list[Any]
) -> None:
    file = type(package[0])(path, 1, ast.parse(text))
    assert len(trespasses(file, above, keras_free)) == 1


def test_engines_are_spoken_to_in_named_files_only(package: list[Any]) -> None:
    speakers = {
        file.path
        for file in package
        for _, module in imports(file.tree, file.path)
        if module.partition(".")[0] in ENGINES - {"keras"}
    }
    kernels = {f"kernels/{engine}.py" for engine in ENGINES - {"keras"}}
    peers = {f"benchmarks/{peer}.py" for peer in ("loaders", "matrix", "native", "runtimes")}
    assert speakers <= kernels | peers | {"training/devices.py"}
    for engine in ENGINES - {"keras"}:
        (own,) = (file for file in package if file.path == f"kernels/{engine}.py")
        used = {module.partition(".")[0] for _, module in imports(own.tree, own.path)} & ENGINES
        assert used <= {engine, "keras"}


@pytest.mark.parametrize("module", LIGHT)
def test_no_engine_is_loaded(module: str) -> None:
    program = f"import sys, {module}; print(*sorted({ENGINES!r} & set(sys.modules)))"
    done = subprocess.run(
        [sys.executable, "-c", program], check=False, capture_output=True, text=True
    )
    assert (done.returncode, done.stdout.strip()) == (0, ""), done.stderr


def test_tables_of_nets_and_recipes_load_no_engine() -> None:
    program = (
        "import sys, resnets; from resnets.models import FAMILIES, cost;"
        "from resnets.training import RECIPES; cost(FAMILIES['resnet20'].spec);"
        f"resnets.NetSpec, resnets.Recipe; print(*sorted({ENGINES!r} & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], check=False, capture_output=True, text=True
    )
    assert (done.returncode, done.stdout.strip()) == (0, ""), done.stderr
