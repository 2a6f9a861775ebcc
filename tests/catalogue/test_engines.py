"""The same weights and pictures give the same logits and the same step on another engine."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import keras
import numpy as np
import pytest

import resnets

_PROBE = Path(__file__).with_name("engine_probe.py")
_OTHERS = {"torch": "RESNETS_TORCH_PYTHON", "jax": "RESNETS_JAX_PYTHON"}


@pytest.fixture(scope="module")
def probe(tmp_path_factory):
    """Give a function that runs the probe in a process of its own, once for each engine."""
    known: dict[tuple[str, str], dict[str, np.ndarray]] = {}

    def run(python: str, engine: str, group: str) -> dict[str, np.ndarray]:
        if (engine, group) not in known:
            out = tmp_path_factory.mktemp("probe") / "found.npz"
            source = str(Path(resnets.__file__).parents[1])
            done = subprocess.run(
                [python, str(_PROBE), group, str(out)],
                env={**os.environ, "KERAS_BACKEND": engine, "PYTHONPATH": source},
                capture_output=True,
                text=True,
                check=False,
            )
            assert done.returncode == 0, done.stderr
            with np.load(out) as archive:
                known[engine, group] = dict(archive)
        return known[engine, group]

    return run


@pytest.mark.parametrize("engine", tuple(_OTHERS))
@pytest.mark.parametrize("group", ("quick", pytest.param("whole", marks=pytest.mark.slow)))
def test_another_engine_gives_the_same_logits_and_step(engine, group, probe):
    here = keras.backend.backend()
    python = os.environ.get(_OTHERS[engine])
    if engine == here:
        pytest.skip(f"{engine} is the engine at hand")
    if not python:
        pytest.skip(f"MISSING: {_OTHERS[engine]}, the Python of an environment with {engine}")
    ours, theirs = probe(sys.executable, here, group), probe(python, engine, group)
    assert ours.keys() == theirs.keys()
    for name, value in ours.items():
        if name.endswith("logits"):
            np.testing.assert_allclose(value, theirs[name], rtol=0, atol=1e-4, err_msg=name)
            continue
        distance = np.linalg.norm(value - theirs[name])
        assert distance <= 1e-3 * np.linalg.norm(value), name
