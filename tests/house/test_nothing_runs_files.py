"""No line of the package hands a file to something that could run code from it or unpack it."""

from __future__ import annotations

import ast
from typing import Any

import pytest

MODULES = {"pickle", "marshal", "shelve", "dill", "cloudpickle", "joblib", "runpy", "yaml"}
BARE = {"eval", "exec", "__import__", "compile"}
METHODS = {"load_model", "model_from_json", "enable_unsafe_deserialization"}
METHODS |= {"extractall", "unpack_archive", "torch.load", "jit.load"}


def trespasses(tree: ast.Module) -> list[str]:
    """The calls and imports of a file that are not allowed anywhere in the package."""
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Import | ast.ImportFrom):
            names = [getattr(node, "module", None) or "", *(alias.name for alias in node.names)]
            wrong = {name.partition(".")[0] for name in names} & MODULES
        elif isinstance(node, ast.Call):
            called = ast.unparse(node.func)
            wrong = {called} & BARE
            wrong |= {m for m in METHODS if called == m or called.endswith(f".{m}")}
            pickled = (k for k in node.keywords if k.arg == "allow_pickle")
            wrong |= {"allow_pickle" for k in pickled if ast.unparse(k.value) != "False"}
        else:
            continue
        found += [f"line {node.lineno}: {name}" for name in sorted(wrong)]
    return found


def test_no_file_is_handed_to_what_could_run_it(package: list[Any]) -> None:
    found = {file.path: trespasses(file.tree) for file in package}
    assert {path: lines for path, lines in found.items() if lines} == {}


@pytest.mark.parametrize(
    "line",
    (
        "import pickle",
        "from pickle import loads",
        "import torch; torch.load('a')",
        "keras.models.load_model('a')",
        "keras.saving.load_model('a', safe_mode=True)",
        "np.load('a', allow_pickle=True)",
        "np.load('a', allow_pickle=flag)",
        "yaml.load('a'); import yaml",
        "eval('1')",
        "exec('1')",
        "zipfile.ZipFile('a').extractall()",
        "shutil.unpack_archive('a')",
    ),
)
def test_a_trespass_is_found(line: str) -> None:
    assert trespasses(ast.parse(line))


@pytest.mark.parametrize(
    "line",
    ("model.compile()", "np.load('a', allow_pickle=False)", "re.compile('a')"),
)
def test_other_lines_are_none(line: str) -> None:
    assert trespasses(ast.parse(line)) == []
