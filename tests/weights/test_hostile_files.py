"""The hostile corpus in its guarded process, the readers that trust beside it, and mutations."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from resnets.weights.foreign import RULES

HOSTILE = Path(__file__).parent / "hostile"
CHECKED = ("pth", "keras")  # containers that hold a checksum of every byte that counts

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="watches Linux at work")


def surroundings(root: Path) -> dict[str, str]:
    return os.environ | {"PYTHONPATH": str(root / "src"), "KERAS_BACKEND": "torch"}


def guarded(root: Path, folder: Path, reader: str, *sources: str, python: str = "") -> list[Any]:
    """What the guarded process says of each file; the last line proves that it came to its end."""
    make = [sys.executable, str(HOSTILE / "corpus.py"), str(folder), reader, *sources]
    subprocess.run(make, check=True, env=surroundings(root))
    command = [python or sys.executable, str(HOSTILE / "guard.py"), str(folder), reader]
    done = subprocess.run(
        command, check=False, env=surroundings(root), capture_output=True, text=True, timeout=900
    )
    lines = (folder / "results.jsonl").read_text(encoding="utf-8").splitlines()
    assert done.returncode == 0, f"{lines[-1]}\n{done.stderr[-3000:]}"
    first, *rows, end = map(json.loads, lines)
    if not first["watches_reads"]:
        pytest.skip(f"{folder} lies on a file system that notes no reading")
    assert end == {"end": True, "files_unchanged": True}
    return rows


def shown(rows: list[Any]) -> list[tuple[str, ...]]:
    return [(row["name"], row["verdict"], row["said"], str(row["events"])) for row in rows]


def no_harm_was_done(rows: list[Any]) -> None:
    """Every file had its verdict, named with its rule, and nothing else happened meanwhile."""
    assert shown([row for row in rows if row["verdict"] != row["expected"]]) == []
    assert shown([row for row in rows if row["events"] or row["touched"]]) == []
    refused = [row for row in rows if row["expected"] == "refused"]
    for row in refused:
        rule = row["said"].partition("(rule: ")[2].partition(")")[0]
        assert rule in RULES, row["said"]
        assert row["said"].startswith(row["path"])
        assert "\nhint: " in row["said"]


@pytest.fixture(scope="module")
def judged(root: Path, tmp_path_factory: pytest.TempPathFactory) -> list[Any]:
    """The whole corpus, read by our reader, the process that parses HDF5 forked from one."""
    return guarded(root, tmp_path_factory.mktemp("hostile"), "forked")


def test_no_file_of_the_corpus_does_harm(judged: list[Any]) -> None:
    no_harm_was_done(judged)


def test_the_corpus_has_every_kind_and_five_hundred_files(judged: list[Any]) -> None:
    assert {row["kind"] for row in judged} == {f"A{number}" for number in range(1, 69)}
    assert sum(row["expected"] == "refused" for row in judged) >= 500
    assert sum(row["code"] for row in judged) >= 200


def fired(root: Path, rows: list[Any]) -> list[bool]:
    sys.path.insert(0, str(HOSTILE))
    try:
        import readers
    finally:
        sys.path.remove(str(HOSTILE))
    return [readers.fired(row) for row in rows]


def test_the_harness_sees_every_pickle_that_runs_code(root: Path, tmp_path: Path) -> None:
    rows = guarded(root, tmp_path, "pickle", "torch")
    assert {row["kind"] for row in rows} >= {"A39", "A40", "A41", "A45", "A46", "A53", "A67"}
    silent = [row for row, yes in zip(rows, fired(root, rows), strict=True) if not yes]
    assert shown(silent) == []


@pytest.mark.slow
def test_the_harness_sees_every_model_that_runs_code(root: Path, tmp_path: Path) -> None:
    python = os.environ.get("RESNETS_OLD_KERAS_PYTHON", "")
    if not python:
        pytest.skip("no Keras 3.8.0: RESNETS_OLD_KERAS_PYTHON names no Python that has it")
    rows = guarded(root, tmp_path, "keras", "keras", python=python)
    assert {row["kind"] for row in rows} == {"A2", "A3", "A5", "A23"}
    silent = [row for row, yes in zip(rows, fired(root, rows), strict=True) if not yes]
    assert shown(silent) == []


@pytest.mark.slow
def test_no_file_does_harm_with_a_process_for_each(root: Path, tmp_path: Path) -> None:
    no_harm_was_done(guarded(root, tmp_path, "ours"))


def mutations(root: Path, count: int) -> dict[str, Any]:
    done = subprocess.run(
        [sys.executable, str(HOSTILE / "mutations.py"), str(count)],
        check=False,
        env=surroundings(root),
        capture_output=True,
        text=True,
        timeout=1800,
    )
    assert done.returncode == 0, done.stderr[-3000:]  # a signal, a hang or a traceback
    rows = map(json.loads, done.stdout.splitlines())
    return {row.pop("ending"): row for row in rows}


@pytest.mark.parametrize("count", (100, pytest.param(20_000, marks=pytest.mark.slow)))
def test_changed_files_are_refused_or_the_same_where_there_is_a_checksum(
    root: Path, count: int
) -> None:
    found = mutations(root, count)
    assert found.keys() == {"safetensors", "pth", "th", "h5", "keras"}
    for ending, row in found.items():
        assert row["refused"] > 0.2 * count
        assert "refused without a word" not in row
        assert not any("other" in what for what in row if what.startswith("cut"))
        if ending in CHECKED:
            assert not any("other" in what for what in row), row
