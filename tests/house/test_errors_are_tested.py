"""Every class of error is met in a test that looks at the class, the value received, the hint."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import Any

ROOT = "ResnetsError"  # only its children are raised


def classes_of(tree: ast.Module) -> list[str]:
    """The error classes that errors.py defines."""
    return [node.name for node in tree.body if isinstance(node, ast.ClassDef)]


def met_whole(tree: ast.Module) -> Iterator[str]:
    """The errors that some test of a file expects by class and checks to the hint."""
    for function in ast.walk(tree):
        if not isinstance(function, ast.FunctionDef):
            continue
        text = ast.unparse(function)
        if not (("received" in text) and ("hint" in text)):
            continue
        for node in ast.walk(function):
            if isinstance(node, ast.Call) and ast.unparse(node.func).endswith("raises"):
                for name in ast.walk(node.args[0]):
                    if isinstance(name, ast.Name | ast.Attribute):
                        yield getattr(name, "id", getattr(name, "attr", ""))


def test_every_error_is_met_whole(package: list[Any], suite: list[Any]) -> None:
    (errors,) = (file for file in package if file.path == "errors.py")
    met = {name for file in suite for name in met_whole(file.tree)}
    assert set(classes_of(errors.tree)) - met - {ROOT} == set()


def test_every_error_is_raised_somewhere(package: list[Any]) -> None:
    (errors,) = (file for file in package if file.path == "errors.py")
    made = {
        ast.unparse(node.func).rpartition(".")[2]
        for file in package
        for node in ast.walk(file.tree)
        if isinstance(node, ast.Call)
    }
    assert set(classes_of(errors.tree)) - made - {ROOT} == set()
