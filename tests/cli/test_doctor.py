"""The verb doctor: what is here, and what is missing."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import keras

UNSET = ("KERAS_BACKEND", "KERAS_HOME", "TF_ENABLE_ONEDNN_OPTS")
SCRIPT = "import resnets.cli; resnets.cli.main({!r})"
HIDE = """
import importlib.util, sys
real = importlib.util.find_spec
importlib.util.find_spec = lambda name, *rest: (
    None if name in ("tensorflow", "torch", "jax") else real(name, *rest))
"""


def test_it_tells_engine_device_and_versions(call_json: Callable[..., Any]) -> None:
    found = call_json("doctor")
    assert found["engine"] == keras.backend.backend()
    assert found["versions"]["keras"] == keras.__version__
    assert found["machine"]["cores"] >= 1
    assert found["onednn"] == os.environ["TF_ENABLE_ONEDNN_OPTS"]
    assert found["extras"].keys() == {"cpu", "gpu", "torch", "jax", "peers", "dev"}


def python(script: str, **environment: str) -> subprocess.CompletedProcess[str]:
    clean = {k: v for k, v in os.environ.items() if k not in UNSET}
    return subprocess.run(
        [sys.executable, "-c", script],
        env=clean | environment,
        capture_output=True,
        text=True,
        check=False,
    )


def test_without_an_engine_it_says_what_to_install() -> None:
    done = python(HIDE + SCRIPT.format(["doctor"]))
    assert done.returncode == 0, done.stderr
    assert "no engine to compute with is installed" in done.stderr
    assert 'missing   pip install "resnets[cpu]"' in done.stdout


def test_without_an_engine_a_verb_that_needs_one_exits_2() -> None:
    done = python(HIDE + SCRIPT.format(["train", "shapes"]))
    assert done.returncode == 2
    assert "error: no engine to compute with is installed" in done.stderr
    assert 'hint: install it with: pip install "resnets[cpu]"' in done.stderr


def test_it_warns_when_onednn_was_switched_off() -> None:
    done = python(SCRIPT.format(["doctor"]), TF_ENABLE_ONEDNN_OPTS="0")
    assert done.returncode == 0, done.stderr
    assert "oneDNN    off" in done.stdout
    assert "leaves oneDNN off, which costs a residual net half its speed" in done.stderr


def test_it_warns_when_tensorflow_came_first() -> None:
    blocker = "import sys, types; sys.modules['tensorflow'] = types.ModuleType('tensorflow')\n"
    done = python(blocker + "import resnets.engine\nprint(resnets.engine.warnings())")
    assert done.returncode == 0, done.stderr
    assert "TensorFlow was imported before resnets" in done.stdout
