"""Every source file has a test file of its name, with tests in it, or is listed with the reason."""

from __future__ import annotations

import ast
from typing import Any

# Source files without a test file of their own, and where they are tested instead.
ELSEWHERE: dict[str, str] = {}


def expected(path: str) -> str:
    """The test file of a source file: data/decode.py -> data/test_decode.py."""
    folder, _, name = path.rpartition("/")
    stem = name.removesuffix(".py").replace("__init__", "init")
    return f"{folder}/test_{stem}.py" if folder else f"test_{stem}.py"


def only_hands_on(tree: ast.Module) -> bool:
    """Whether a file has no code of its own: imports, tables of names, and a lazy `__getattr__`."""
    public = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef
    return not any(isinstance(node, public) and node.name[:2] != "__" for node in tree.body)


def count_tests(tree: ast.Module) -> int:
    """How many tests a file has."""
    return sum(
        isinstance(node, ast.FunctionDef) and node.name.startswith("test_")
        for node in ast.walk(tree)
    )


def test_every_source_file_has_its_tests(package: list[Any], suite: list[Any]) -> None:
    tests = {file.path: count_tests(file.tree) for file in suite}
    missing = {
        file.path: expected(file.path)
        for file in package
        if not tests.get(expected(file.path))
        and file.path not in ELSEWHERE
        and not (file.path.endswith("__init__.py") and only_hands_on(file.tree))
    }
    assert missing == {}


def test_what_is_listed_is_there_and_has_no_tests_of_its_own(
    package: list[Any], suite: list[Any]
) -> None:
    files = {file.path for file in package}
    tests = {file.path for file in suite}
    assert set(ELSEWHERE) <= files
    assert {path for path in ELSEWHERE if expected(path) in tests} == set()
    assert all(len(reason) > 10 for reason in ELSEWHERE.values())


def test_no_test_file_is_empty(suite: list[Any]) -> None:
    named = [file for file in suite if file.path.rpartition("/")[2].startswith("test_")]
    assert [file.path for file in named if not count_tests(file.tree)] == []


def test_no_test_file_outlives_its_source(package: list[Any], suite: list[Any]) -> None:
    # Files in folders may also follow a question; those at the top are twins of step 0.
    twins = {expected(file.path) for file in package}
    assert [f.path for f in suite if f.path.startswith("test_") and f.path not in twins] == []
