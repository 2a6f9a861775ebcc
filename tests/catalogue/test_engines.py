"""The same weights and pictures give the same logits and the same step on another engine."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import keras
import numpy as np
import pytest

_PROBE = Path(__file__).with_name("engine_probe.py")
_OTHERS = {"torch": "RESNETS_TORCH_PYTHON", "jax": "RESNETS_JAX_PYTHON"}
# The nets that the probe knows; of the slow ones the deepest.
_NETS = (
    "resnet20",
    "resnext50_32x4d",
    pytest.param("resnet110v2", marks=pytest.mark.slow),
    pytest.param("resnet50", marks=pytest.mark.slow),
    pytest.param("resnet50d", marks=pytest.mark.slow),
    pytest.param("seresnet50", marks=pytest.mark.slow),
    pytest.param("lesson", marks=pytest.mark.slow),
)


def _run(python: str, engine: str, net: str, out: Path) -> dict[str, np.ndarray]:
    import resnets

    source = str(Path(resnets.__file__).parents[1])
    environment = {**os.environ, "KERAS_BACKEND": engine, "PYTHONPATH": source}
    done = subprocess.run(
        [python, str(_PROBE), net, str(out)],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    with np.load(out) as archive:
        return dict(archive)


@pytest.mark.parametrize("engine", tuple(_OTHERS))
@pytest.mark.parametrize("net", _NETS)
def test_another_engine_gives_the_same_logits_and_step(engine, net, tmp_path):
    here = keras.backend.backend()
    python = os.environ.get(_OTHERS[engine])
    if engine == here:
        pytest.skip(f"{engine} is the engine at hand")
    if not python:
        pytest.skip(f"MISSING: {_OTHERS[engine]}, the Python of an environment with {engine}")
    ours = _run(sys.executable, here, net, tmp_path / "ours.npz")
    theirs = _run(python, engine, net, tmp_path / "theirs.npz")
    assert ours.keys() == theirs.keys()
    np.testing.assert_allclose(ours.pop("logits"), theirs.pop("logits"), atol=1e-4)
    for name, step in ours.items():
        # Relative to the step as a whole: one number of it may be the difference of many.
        distance = np.linalg.norm(step - theirs[name])
        assert distance <= 1e-3 * np.linalg.norm(step) + 1e-8, name
