"""Where numbers come from: what is told is what is installed and what was typed."""

import datetime
import platform
import sys

import numpy as np
import PIL

from resnets.store import documents, provenance, versions


def test_the_command_is_the_one_that_was_typed():
    assert provenance()["command"] == sys.argv
    assert provenance(["resnets", "train", "caf\udce9"])["command"][2] == "caf\udce9"


def test_what_only_the_caller_knows_stands_beside():
    found = provenance(seed=3, engine="jax", device="CPU")
    assert (found["seed"], found["engine"], found["device"]) == (3, "jax", "CPU")
    assert found["python"] == platform.python_version()
    documents.render(found)


def test_settings_are_told_only_where_somebody_made_them(monkeypatch):
    for name in ("OMP_NUM_THREADS", "KERAS_BACKEND"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("TF_ENABLE_ONEDNN_OPTS", "0")
    found = provenance()["settings"]
    assert found["TF_ENABLE_ONEDNN_OPTS"] == "0"
    assert "OMP_NUM_THREADS" not in found


def test_versions_are_those_installed():
    found = versions()
    assert (found["numpy"], found["pillow"]) == (np.__version__, PIL.__version__)
    assert all(isinstance(number, str) for number in found.values())


def test_the_time_is_utc_to_the_second():
    told = datetime.datetime.fromisoformat(provenance()["time"])
    assert told.utcoffset() == datetime.timedelta(0)
    assert told.microsecond == 0
    assert abs(datetime.datetime.now(datetime.UTC) - told) < datetime.timedelta(minutes=1)
