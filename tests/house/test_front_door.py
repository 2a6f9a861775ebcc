"""The front door: the names promised are the names there, in the table, the types and the list."""

from __future__ import annotations

import ast
import importlib
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import resnets
from resnets.errors import EngineError

ROOMS = ("blocks", "data", "kernels", "models", "reports", "store", "training", "weights")


def typed_names(root: Path) -> dict[str, tuple[str, str]]:
    """What type checkers see: each name, the module it comes from, and its name there."""
    text = (root / "src" / "resnets" / "__init__.py").read_text(encoding="utf-8")
    (block,) = (node for node in ast.parse(text).body if isinstance(node, ast.If))
    return {
        alias.asname or alias.name: (node.module or "", alias.name)
        for node in block.body
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }


def test_names_are_sorted_and_the_same_in_all_three_places(root: Path) -> None:
    typed = typed_names(root)
    assert resnets.__all__ == sorted(resnets.__all__)
    assert set(resnets.__all__) == {*typed, "__version__"}
    assert {
        name: (f"resnets.{room}", there) for name, (room, there) in resnets._PLACES.items()
    } == typed
    assert dir(resnets) == resnets.__all__


@pytest.mark.parametrize("name", resnets.__all__)
def test_every_name_is_there(name: str, root: Path) -> None:
    found = getattr(resnets, name)
    if name != "__version__":
        module, there = typed_names(root)[name]
        assert found is getattr(importlib.import_module(module), there)


def test_load_opens_a_run() -> None:
    assert resnets.load is resnets.Run


def test_a_name_that_is_not_there_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="module 'resnets' has no attribute 'trian'"):
        resnets.trian  # noqa: B018


@pytest.mark.parametrize("room", ROOMS)
def test_every_room_lists_what_it_has(room: str) -> None:
    module: Any = importlib.import_module(f"resnets.{room}")
    names = getattr(module, "__all__", [name for name in vars(module) if name[0] != "_"])
    assert len(set(names)) == len(names) > 0
    for name in names:
        assert getattr(module, name) is not None


@pytest.mark.parametrize("name", sorted(resnets._NEED_ENGINE))
def test_without_an_engine_the_extra_to_install_is_named(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda module: None)
    monkeypatch.setenv("KERAS_BACKEND", "torch")
    monkeypatch.delitem(sys.modules, "keras", raising=False)
    with pytest.raises(EngineError, match="no engine to compute with is installed") as caught:
        getattr(resnets, name)
    assert caught.value.received == "torch"
    assert caught.value.hint == 'install it with: pip install "resnets[torch]"'


@pytest.mark.parametrize(("asked", "seen"), ((None, "1"), ("0", "0")))
def test_onednn_is_switched_on_unless_the_user_has_decided(asked: str | None, seen: str) -> None:
    environment = {k: v for k, v in os.environ.items() if k != "TF_ENABLE_ONEDNN_OPTS"}
    if asked is not None:
        environment["TF_ENABLE_ONEDNN_OPTS"] = asked
    program = "import resnets, os; print(os.environ['TF_ENABLE_ONEDNN_OPTS'])"
    done = subprocess.run(
        [sys.executable, "-c", program],
        check=False,
        env=environment,
        capture_output=True,
        text=True,
    )
    assert done.stdout.strip() == seen, done.stderr
