"""Who is there, by what is installed."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from resnets.benchmarks import JOBS
from resnets.benchmarks.peers import PEERS, WITHOUT, Peer, environment

ABSENT = Peer("x", "", ("train",), "native", ("there_is_no_such_module",), "pip install x")


def test_a_python_of_another_environment_stands_in(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    assert Peer("x", "", ("load",), "loaders", ("PIL",), "").python == sys.executable
    assert ABSENT.python is None
    other = tmp_path / "python"
    monkeypatch.setenv("RESNETS_THERE_IS_NO_SUCH_MODULE_PYTHON", str(other))
    assert ABSENT.python is None
    other.touch()
    assert ABSENT.python == str(other)


def test_stock_keras_runs_as_it_comes_and_ours_with_what_we_set() -> None:
    here = {"TF_ENABLE_ONEDNN_OPTS": "1", "KERAS_BACKEND": "jax", "HOME": "/x"}
    by_name = {(peer.name, peer.variant): peer for peer in PEERS}
    stock = environment(by_name["stock Keras", "tensorflow"], "src", here)
    ours = environment(by_name["resnets", "tensorflow"], "src", here)
    assert stock[WITHOUT] == "TF_ENABLE_ONEDNN_OPTS"
    assert WITHOUT not in ours
    assert ours["TF_ENABLE_ONEDNN_OPTS"] == "1"
    assert stock["KERAS_BACKEND"] == ours["KERAS_BACKEND"] == "tensorflow"
    assert ours["PYTHONPATH"] == "src"


def test_every_job_has_us_and_someone_else() -> None:
    for job in JOBS:
        names = {peer.name for peer in PEERS if job in peer.jobs}
        assert "resnets" in names
        assert len(names) >= 2
