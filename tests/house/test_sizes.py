"""Files stay below 400 lines, functions below 60, and nothing is a drawer."""

from __future__ import annotations

import ast
from typing import Any

FILE_LINES = 400
FUNCTION_LINES = 60
WALK_LINES = 60
DRAWERS = {"utils", "util", "helpers", "helper", "common", "misc", "tools", "shared"}


def test_no_file_is_too_long(package: list[Any], suite: list[Any]) -> None:
    files = [*package, *suite]
    assert {file.path: file.lines for file in files if file.lines > FILE_LINES} == {}


def test_no_function_is_too_long(package: list[Any], suite: list[Any]) -> None:
    long = {}
    for file in (*package, *suite):
        for node in ast.walk(file.tree):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                lines = (node.end_lineno or node.lineno) - node.lineno + 1
                if lines > FUNCTION_LINES:
                    long[f"{file.path}:{node.name}"] = lines
    assert long == {}


def test_nothing_is_a_drawer(package: list[Any], suite: list[Any]) -> None:
    names = {part.removesuffix(".py") for f in (*package, *suite) for part in f.path.split("/")}
    bare = {name.strip("_").removeprefix("test_") for name in names}
    assert bare & DRAWERS == set()


def test_the_walk_is_one_page(root: Any) -> None:
    text = (root / "examples" / "walk.py").read_text(encoding="utf-8")
    assert text.count("\n") <= WALK_LINES


def test_no_lambda_layer_and_no_pickle(package: list[Any]) -> None:
    banned = []
    for file in package:
        for node in ast.walk(file.tree):
            named = getattr(node, "attr", getattr(node, "id", None))
            if named in ("Lambda", "pickle"):
                banned.append(f"{file.path}:{node.lineno}")
    assert banned == []


def test_docstrings_leave_defaults_to_the_signature(package: list[Any]) -> None:
    phrase = "efaults to"
    assert [file.path for file in package if any(phrase in text for text in file.docstrings)] == []
