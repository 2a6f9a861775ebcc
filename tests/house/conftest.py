"""What the tests of the house read: its source files, its tests, its documents."""

from __future__ import annotations

import ast
from dataclasses import dataclass, field
from pathlib import Path

import pytest


@dataclass(frozen=True)
class File:
    """A Python file, read.

    Args:
        path: as POSIX text, from the folder it was listed from.
        lines: how many.
        tree: parsed.
    """

    path: str
    lines: int
    tree: ast.Module = field(repr=False)

    @property
    def caption(self) -> str:
        """The first line of the first docstring, or an empty text."""
        return (ast.get_docstring(self.tree) or "").partition("\n")[0]

    @property
    def module(self) -> str:
        """Its dotted name within the package; empty for the front door."""
        return self.path.removesuffix(".py").replace("/", ".").removesuffix("__init__").rstrip(".")

    @property
    def docstrings(self) -> list[str]:
        """All docstrings of the file."""
        holders = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
        nodes = (node for node in ast.walk(self.tree) if isinstance(node, holders))
        return [text for node in nodes if (text := ast.get_docstring(node))]

    @property
    def room(self) -> str:
        """The folder below the package, or the file's own name where it lies beside them."""
        return self.path.partition("/")[0].removesuffix(".py")


def read_files(folder: Path) -> list[File]:
    """Read every Python file below a folder, sorted by path."""
    found = []
    for path in sorted(folder.rglob("*.py")):
        text = path.read_text(encoding="utf-8")
        found.append(File(path.relative_to(folder).as_posix(), text.count("\n"), ast.parse(text)))
    return found


@pytest.fixture(scope="session")
def package(root: Path) -> list[File]:
    """The files of `src/resnets`."""
    return read_files(root / "src" / "resnets")


@pytest.fixture(scope="session")
def suite(root: Path) -> list[File]:
    """The files of `tests`."""
    return read_files(root / "tests")


@pytest.fixture(scope="session")
def texts(root: Path) -> dict[str, str]:
    """Every text file of the repository that is written by hand, by its path."""
    places = ["*", "src/**/*", "tests/**/*", "docs/**/*", "examples/**/*", ".ci/*"]
    paths = {path for place in places for path in root.glob(place) if path.is_file()}
    kinds = {"", ".py", ".md", ".toml", ".txt", ".cff", ".csv", ".json", ".html"}
    return {
        path.relative_to(root).as_posix(): path.read_text(encoding="utf-8")
        for path in sorted(paths)
        if path.suffix in kinds and path.name != ".coverage" and "__pycache__" not in path.parts
    }
