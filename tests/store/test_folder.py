"""Run folders: made whole or not at all, numbered, opened with care, refused with reasons."""

import errno
import json
from pathlib import Path

import numpy as np
import pytest

from resnets.errors import DamageError, LockedError, RunError, UsageError
from resnets.store import FORMAT, RunFolder

DOCUMENTS = {"spec.json": {"name": "resnet20"}, "data.json": {"classes": ["a", "b"]}}


def test_a_new_run_is_whole(tmp_path):
    folder = RunFolder.create(tmp_path / "new" / "deep", "run", DOCUMENTS)
    assert folder.path == tmp_path / "new" / "deep" / "run"
    assert sorted(path.name for path in folder.path.iterdir()) == [
        "checkpoints",
        "data.json",
        "spec.json",
        "state.json",
    ]
    assert [path.name for path in folder.path.parent.iterdir()] == ["run"]
    again = RunFolder.open(folder.path)
    assert (again.name, again.read("spec.json")) == ("run", {"name": "resnet20"})
    assert (again.state["status"], again.state["format"]) == ("running", FORMAT)
    assert (again.newest(), again.best(), again.rows()) == (None, None, [])


def test_a_taken_name_is_numbered(tmp_path):
    names = [RunFolder.create(tmp_path, "run", DOCUMENTS).name for _ in range(3)]
    assert names == ["run", "run_2", "run_3"]


def test_a_name_that_is_taken_at_the_last_moment_is_numbered(tmp_path, disk, monkeypatch):
    from resnets.store import naming

    real = naming.candidates

    def slow(parent, name):
        for path in real(parent, name):
            if path.name == "run":
                (path / "of another process").mkdir(parents=True)
            yield path

    monkeypatch.setattr(naming, "candidates", slow)
    assert RunFolder.create(tmp_path, "run", DOCUMENTS).name == "run_2"
    assert (tmp_path / "run" / "of another process").is_dir()


@pytest.mark.parametrize("when", ("before", "after", "torn"))
def test_a_kill_while_it_is_made_leaves_no_half_of_a_run(tmp_path, disk, killed, when):
    for stop_at in range(40):
        parent = tmp_path / str(stop_at)
        disk.reset(stop_at, when)
        try:
            RunFolder.create(parent, "run", DOCUMENTS)
        except killed:
            disk.reset()
            if (parent / "run").exists():
                assert RunFolder.open(parent / "run").read("data.json") == DOCUMENTS["data.json"]
            with pytest.raises(RunError, match="run"):
                RunFolder.open(parent / "run_2")
            RunFolder.create(parent, "run", DOCUMENTS)
            assert not list(parent.glob(".tmp-*"))
        else:
            break
    assert stop_at == 12


def test_a_full_disk_leaves_nothing(tmp_path, disk):
    disk.failure = OSError(errno.ENOSPC, "No space left on device")
    for stop_at in range(11):
        disk.reset(stop_at)
        with pytest.raises(RunError, match="cannot be written") as caught:
            RunFolder.create(tmp_path, "run", DOCUMENTS)
        assert caught.value.received == "No space left on device"
        disk.reset()
        assert list(tmp_path.iterdir()) == []


def test_a_path_below_a_file_cannot_be_written(tmp_path):
    (tmp_path / "file").write_text("")
    for attempt in (
        RunFolder.check,
        lambda parent: RunFolder.create(parent, "run", DOCUMENTS),
    ):
        with pytest.raises(RunError, match="file/runs cannot be written") as caught:
            attempt(tmp_path / "file" / "runs")
        assert caught.value.received == "Not a directory"
        assert caught.value.hint == "choose another folder: --out"


def test_a_forbidden_folder_is_named_before_anything_is_done(tmp_path, disk):
    disk.failure = PermissionError(errno.EACCES, "Permission denied")
    disk.reset(0)
    with pytest.raises(RunError, match="runs cannot be written") as caught:
        RunFolder.check(tmp_path / "runs")
    assert caught.value.received == "Permission denied"


def test_checking_leaves_nothing_behind(tmp_path):
    RunFolder.check(tmp_path / "not" / "yet" / "there")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ("", "a/b", "..", ".hidden", "a\nb"))
def test_a_name_that_is_no_folder_name_is_refused(tmp_path, name):
    with pytest.raises(UsageError, match="a run's name must be one plain folder name") as caught:
        RunFolder.create(tmp_path, name, DOCUMENTS)
    assert caught.value.received == name
    assert list(tmp_path.iterdir()) == []


def test_what_is_no_run_is_refused(tmp_path):
    with pytest.raises(RunError, match=r"there is no run at .*gone") as caught:
        RunFolder.open(tmp_path / "gone")
    assert caught.value.received == str(tmp_path / "gone")
    assert "name a folder that resnets train has made" in caught.value.hint
    (tmp_path / "file").write_text("")
    for path in (tmp_path, tmp_path / "file"):
        with pytest.raises(RunError, match="is no run folder") as caught:
            RunFolder.open(path)
        assert caught.value.received == str(path)


def test_the_folder_of_runs_is_no_run_but_names_one(tmp_path):
    RunFolder.create(tmp_path, "run", DOCUMENTS)
    with pytest.raises(RunError, match="is no run folder") as caught:
        RunFolder.open(tmp_path)
    assert caught.value.hint == f"it holds runs; name one: {tmp_path / 'run'}"


@pytest.mark.parametrize("made", (FORMAT + 1, "2", None))
def test_a_newer_format_is_refused(tmp_path, made):
    folder = RunFolder.create(tmp_path, "run", DOCUMENTS)
    (folder.path / "state.json").write_text(json.dumps({"format": made}))
    with pytest.raises(RunError, match="was made by a newer version") as caught:
        RunFolder.open(folder.path)
    assert caught.value.received == made
    assert caught.value.hint == "update resnets: pip install --upgrade resnets"


def test_a_broken_state_is_damage(tmp_path):
    folder = RunFolder.create(tmp_path, "run", DOCUMENTS)
    (folder.path / "state.json").write_text("{")
    with pytest.raises(DamageError, match=r"state.json is no JSON"):
        RunFolder.open(folder.path)


def test_the_state_is_replaced_whole(tmp_path):
    folder = RunFolder.create(tmp_path, "run", DOCUMENTS)
    folder.set_state("stopped", "the disk is full")
    assert (folder.state["status"], folder.state["reason"]) == ("stopped", "the disk is full")
    folder.set_state("finished", best={"error": 0.25})
    assert (folder.state["reason"], folder.state["best"]) == ("", {"error": 0.25})


def test_a_document_that_cannot_be_written_is_said(tmp_path, disk):
    folder = RunFolder.create(tmp_path, "run", DOCUMENTS)
    disk.failure = OSError(errno.EROFS, "Read-only file system")
    disk.reset(0)
    with pytest.raises(RunError, match="run cannot be written") as caught:
        folder.write("evaluation-test.json", {})
    assert caught.value.received == "Read-only file system"


def test_rows_commits_and_best_go_through_it(tmp_path):
    folder = RunFolder.create(tmp_path, "run", DOCUMENTS)
    weights = {"w": np.ones(2, np.float32)}
    with folder.lock():
        for step in (1, 2):
            folder.append({"step": step})
            folder.commit(step, {"model": weights}, {"step": step})
        folder.keep_best(2, weights, {"error": 0.5})
        with pytest.raises(LockedError, match="is being written to"), folder.lock():
            pytest.fail("the lock was given twice")
    folder.rewind(1)
    assert folder.rows() == [{"step": 1}]
    assert folder.newest().path == folder.path / "checkpoints" / "step-000002"
    assert folder.best().path == folder.path / "best"
    assert folder.best().state == {"error": 0.5}


def test_a_relative_path_becomes_a_whole_one(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert RunFolder.create(Path("runs"), "run", DOCUMENTS).path == tmp_path / "runs" / "run"
    assert RunFolder.open("runs/run").path == tmp_path / "runs" / "run"
    assert repr(RunFolder.open("runs/run")).startswith("RunFolder('")
