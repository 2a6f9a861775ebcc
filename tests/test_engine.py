"""The engine: found, chosen and named without being loaded."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
import types
from pathlib import Path

import pytest

from resnets import engine
from resnets.errors import EngineError, UnknownNameError


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> object:
    """A machine with the engines that a test says, no settings, and Keras not loaded."""

    def having(*names: str) -> None:
        monkeypatch.setattr(
            importlib.util, "find_spec", lambda module: object() if module in names else None
        )

    monkeypatch.delitem(sys.modules, "keras", raising=False)
    monkeypatch.setenv("KERAS_BACKEND", "")  # so that what a test sets is taken back
    monkeypatch.delenv("KERAS_BACKEND")
    monkeypatch.setenv("KERAS_HOME", str(tmp_path))
    return having


def test_engines_are_listed_best_first(machine) -> None:
    machine("jax", "torch")
    assert engine.installed() == ["torch", "jax"]


@pytest.mark.parametrize(
    ("present", "asked", "chosen"),
    (
        (("tensorflow", "torch", "jax"), None, "tensorflow"),
        (("torch", "jax"), None, "torch"),
        (("jax",), None, "jax"),
        (("tensorflow", "jax"), "jax", "jax"),
    ),
)
def test_what_is_chosen(machine, monkeypatch, present, asked, chosen) -> None:
    machine(*present)
    if asked:
        monkeypatch.setenv("KERAS_BACKEND", asked)
    assert engine.require() == chosen
    assert os.environ["KERAS_BACKEND"] == chosen  # which Keras then reads


def test_the_file_of_keras_is_heeded(machine, tmp_path: Path) -> None:
    machine("tensorflow", "jax")
    (tmp_path / "keras.json").write_text('{"backend": "jax"}')
    assert engine.configured() == "jax"
    assert engine.require() == "jax"


def test_the_file_of_keras_gives_way_to_what_is_installed(machine, tmp_path: Path) -> None:
    machine("torch")
    (tmp_path / "keras.json").write_text('{"backend": "jax"}')
    assert engine.require() == "torch"


@pytest.mark.parametrize("text", ("{", "[]", "{}", "null", '"jax"'))
def test_a_file_of_keras_that_says_nothing(machine, tmp_path: Path, text: str) -> None:
    (tmp_path / "keras.json").write_text(text)
    assert engine.configured() == "tensorflow"


def test_no_engine_at_all(machine) -> None:
    machine()
    with pytest.raises(EngineError, match="no engine to compute with is installed") as caught:
        engine.require()
    assert caught.value.received == "tensorflow"
    assert caught.value.hint == 'install it with: pip install "resnets[cpu]"'
    assert caught.value.exit_code == 2


def test_not_the_engine_that_was_asked_for(machine, monkeypatch) -> None:
    machine("tensorflow")
    monkeypatch.setenv("KERAS_BACKEND", "jax")
    with pytest.raises(EngineError, match="the engine jax is not installed") as caught:
        engine.require()
    assert caught.value.received == "jax"
    assert caught.value.hint == 'install it with: pip install "resnets[jax]"'


def test_an_engine_that_nobody_knows(machine, monkeypatch) -> None:
    machine("torch")
    monkeypatch.setenv("KERAS_BACKEND", "pytorch")
    with pytest.raises(
        UnknownNameError, match=r"no engine \(KERAS_BACKEND\) of this name"
    ) as caught:
        engine.require()
    assert caught.value.received == "pytorch"
    assert caught.value.hint == "did you mean torch?"


def test_what_keras_has_loaded_is_a_fact(machine, monkeypatch) -> None:
    machine()
    loaded = types.SimpleNamespace(backend=types.SimpleNamespace(backend=lambda: "jax"))
    monkeypatch.setitem(sys.modules, "keras", loaded)
    assert engine.require() == "jax"
    assert "KERAS_BACKEND" not in os.environ


@pytest.mark.parametrize(("before", "after"), ((None, "1"), ("0", "0"), ("1", "1")))
def test_onednn(monkeypatch, before: str | None, after: str) -> None:
    monkeypatch.setenv("TF_ENABLE_ONEDNN_OPTS", before or "")
    if before is None:
        monkeypatch.delenv("TF_ENABLE_ONEDNN_OPTS")
    engine.switch_on_onednn()
    assert os.environ["TF_ENABLE_ONEDNN_OPTS"] == after


def test_nothing_to_warn_of(monkeypatch) -> None:
    monkeypatch.setenv("TF_ENABLE_ONEDNN_OPTS", "1")
    monkeypatch.setattr(engine, "_TENSORFLOW_CAME_FIRST", False)
    assert engine.warnings() == []


def test_tensorflow_that_came_first_and_a_switch_that_is_off(monkeypatch) -> None:
    monkeypatch.setenv("TF_ENABLE_ONEDNN_OPTS", "0")
    monkeypatch.setattr(engine, "_TENSORFLOW_CAME_FIRST", True)
    first, second = engine.warnings()
    assert first.startswith("TensorFlow was imported before resnets")
    assert first.endswith("hint: import resnets first")
    assert second.startswith("TF_ENABLE_ONEDNN_OPTS=0 leaves oneDNN off")
    assert second.endswith("hint: unset it")


def test_versions_are_found_under_any_of_their_names(monkeypatch) -> None:
    versions = {"tensorflow-cpu": "2.21.0"}

    def version(name: str) -> str:
        if name not in versions:
            raise engine.importlib.metadata.PackageNotFoundError(name)
        return versions[name]

    monkeypatch.setattr(engine.importlib.metadata, "version", version)
    assert engine.version("tensorflow") == "2.21.0"
    assert engine.version("torch") == ""


@pytest.mark.parametrize(("first", "count"), ((True, 1), (False, 0)))
def test_who_came_first_is_seen_at_import(first: bool, count: int) -> None:
    stub = "sys.modules['tensorflow'] = types.ModuleType('tensorflow');" if first else ""
    program = f"import sys, types; {stub} from resnets import engine; print(len(engine.warnings()))"
    clean = {name: v for name, v in os.environ.items() if name != "TF_ENABLE_ONEDNN_OPTS"}
    done = subprocess.run(
        [sys.executable, "-c", program], check=False, env=clean, capture_output=True, text=True
    )
    assert done.stdout.strip() == str(count), done.stderr


def test_greetings_are_kept_off_stderr_and_errors_are_not() -> None:
    script = (
        "import os, resnets.engine as e\n"
        "with e.quietly(): os.write(2, b'greeting')\n"
        "os.write(2, b'word')\n"
        "with e.quietly(): raise ImportError('broken')\n"
    )
    environment = {k: v for k, v in os.environ.items() if k != "TF_CPP_MIN_LOG_LEVEL"}
    done = subprocess.run(
        [sys.executable, "-c", script], env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert "greeting" not in done.stderr
    assert done.stderr.startswith("word")
    assert "ImportError: broken" in done.stderr


def test_whoever_asked_for_the_logs_gets_them(
    capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TF_CPP_MIN_LOG_LEVEL", "0")
    with engine.quietly():
        os.write(2, b"greeting")
    assert capfd.readouterr().err == "greeting"
