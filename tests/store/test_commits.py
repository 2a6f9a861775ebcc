"""Commits under kills, failing disks and damage, each worked through operation by operation."""

import errno
import os
import shutil
from pathlib import Path

import numpy as np
import pytest

from resnets.errors import DamageError, DivergenceError
from resnets.store import commits, documents, tensors
from resnets.store.commits import commit, newest

FILES = ("model.safetensors", "optimizer.safetensors", "state.json", "manifest.json")
HOW = ("deleted", "emptied", "halved", "cut", "longer", "flipped", "zeroed")


def holds(found, arrays, step):
    """All that was saved of a step is there, bit for bit."""
    assert found is not None
    assert (found.step, found.state) == (step, {"position": {"step": step}})
    for key, part in arrays(step).items():
        loaded = found.arrays(key)
        assert loaded.keys() == part.keys()
        for name, array in part.items():
            assert (loaded[name].dtype, loaded[name].shape) == (array.dtype, array.shape)
            assert loaded[name].tobytes() == array.tobytes()


def save(folder, arrays, step):
    return commit(folder, step, arrays(step), {"position": {"step": step}})


def test_the_order_of_the_protocol(tmp_path, disk, arrays):
    """Each file written and synced, the manifest last; rename; parent; only then old ones go."""
    for step in (1, 2):
        save(tmp_path, arrays, step)
    disk.reset()
    save(tmp_path, arrays, 3)
    temporary = f".tmp-3-{os.getpid()}"
    assert disk.log == [
        ("remove", temporary),
        ("make_folder", temporary),
        ("write", "model.safetensors"),
        ("sync", "model.safetensors"),
        ("write", "optimizer.safetensors"),
        ("sync", "optimizer.safetensors"),
        ("write", "state.json"),
        ("sync", "state.json"),
        ("write", "manifest.json"),
        ("sync", "manifest.json"),
        ("sync", temporary),
        ("rename", temporary),
        ("sync", tmp_path.name),
        ("rename", "step-000001"),
        ("remove", ".tmp-step-000001"),
    ]


def test_sync_reaches_the_disk(tmp_path, monkeypatch, arrays):
    """What the protocol calls sync is an fsync of the very file or folder."""
    synced = []
    real = os.fsync

    def watched(handle):
        synced.append(os.readlink(f"/proc/self/fd/{handle}").rsplit("/", 1)[-1])
        real(handle)

    if not Path("/proc/self/fd").is_dir():
        pytest.skip("only Linux tells which file a handle belongs to")
    monkeypatch.setattr(os, "fsync", watched)
    save(tmp_path, arrays, 3)
    assert synced == [*FILES, f".tmp-3-{os.getpid()}", tmp_path.name]


def test_the_newest_two_stay(tmp_path, arrays):
    for step in (5, 10, 1_000_000):
        save(tmp_path, arrays, step)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["step-000010", "step-1000000"]
    holds(newest(tmp_path), arrays, 1_000_000)


def test_the_manifest_says_sizes_digests_step_and_parent(tmp_path, arrays):
    save(tmp_path, arrays, 1)
    place = save(tmp_path, arrays, 7)
    said = documents.read(place / "manifest.json")
    assert (said["step"], said["parent"]) == (7, "step-000001")
    assert list(said["files"]) == list(FILES[:3])
    # sha256sum of {"position": {"step": 7}} as written: two spaces of indent and a newline.
    data = b'{\n  "position": {\n    "step": 7\n  }\n}\n'
    assert said["files"]["state.json"] == {
        "bytes": len(data),
        "sha256": "dc4875830013e41f6fd6c3cdd76d7cae562ec2a6300b78adc97d668b77bee4d7",
    }


def test_a_step_that_is_there_is_not_written_again(tmp_path, disk, arrays):
    place = save(tmp_path, arrays, 3)
    disk.reset()
    assert save(tmp_path, arrays, 3) == place
    assert disk.log == []


def test_a_damaged_step_is_put_aside_and_written_again(tmp_path, arrays, damage):
    place = save(tmp_path, arrays, 3)
    damage(place / "state.json", "cut")
    save(tmp_path, arrays, 3)
    holds(newest(tmp_path), arrays, 3)
    assert (tmp_path / "step-000003.bad").is_dir()


@pytest.mark.parametrize("when", ("before", "after", "torn"))
def test_a_kill_at_any_operation_leaves_the_newest_or_the_one_before(
    tmp_path, disk, killed, arrays, when
):
    seen = set()
    for stop_at in range(40):
        folder = tmp_path / str(stop_at)
        folder.mkdir()
        disk.reset()
        for step in (1, 2):
            save(folder, arrays, step)
        disk.reset(stop_at, when)
        try:
            save(folder, arrays, 3)
        except killed:
            disk.reset()
            found = newest(folder)
            holds(found, arrays, found.step)
            assert found.damaged == ()
            seen.add(found.step)
            # The next process goes on, whatever was left lying about, and clears it away.
            save(folder, arrays, 4)
            holds(newest(folder), arrays, 4)
            assert not list(folder.glob(".tmp-*"))
        else:
            break
    else:
        pytest.fail("a save has more operations than this test kills at")
    assert stop_at == 15
    assert seen == {2, 3}


@pytest.mark.parametrize("when", ("before", "after", "torn"))
def test_a_kill_within_the_first_save_leaves_nothing_or_a_whole_one(
    tmp_path, disk, killed, arrays, when
):
    for stop_at in range(13):
        folder = tmp_path / str(stop_at)
        folder.mkdir()
        disk.reset(stop_at, when)
        with pytest.raises(killed):
            save(folder, arrays, 1)
        disk.reset()
        found = newest(folder)
        if found is not None:
            holds(found, arrays, 1)


@pytest.mark.parametrize("code", (errno.ENOSPC, errno.EIO, errno.EACCES, errno.EMFILE))
@pytest.mark.parametrize("when", ("before", "torn"))
def test_a_failing_disk_costs_one_save(tmp_path, disk, arrays, code, when):
    disk.failure = OSError(code, os.strerror(code))
    save(tmp_path, arrays, 1)
    for stop_at in range(12):  # all operations up to the rename
        disk.reset(stop_at, when)
        with pytest.raises(OSError, match=os.strerror(code)):
            save(tmp_path, arrays, 2)
        disk.reset()
        holds(newest(tmp_path), arrays, 1)
        assert [path.name for path in tmp_path.iterdir()] == ["step-000001"]
    save(tmp_path, arrays, 2)
    holds(newest(tmp_path), arrays, 2)


def test_what_cannot_be_cleared_away_costs_nothing(tmp_path, disk, arrays):
    for step in (1, 2):
        save(tmp_path, arrays, step)
    disk.failure = OSError(errno.EACCES, "Permission denied")
    disk.reset(stop_at=13)  # the rename of the oldest
    save(tmp_path, arrays, 3)
    holds(newest(tmp_path), arrays, 3)
    disk.reset()
    save(tmp_path, arrays, 4)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["step-000003", "step-000004"]


@pytest.mark.parametrize("how", HOW)
@pytest.mark.parametrize("name", FILES)
def test_damage_is_named_put_aside_and_passed_over(tmp_path, arrays, damage, name, how):
    for step in (1, 2):
        save(tmp_path, arrays, step)
    damage(tmp_path / "step-000002" / name, how)
    found = newest(tmp_path)
    holds(found, arrays, 1)
    assert len(found.damaged) == 1
    assert str(tmp_path / "step-000002" / name) in found.damaged[0]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["step-000001", "step-000002.bad"]


def test_every_flipped_bit_of_a_manifest_is_seen(tmp_path, arrays):
    for step in (1, 2):
        save(tmp_path, arrays, step)
    path = tmp_path / "step-000002" / "manifest.json"
    whole = path.read_bytes()
    for place in range(0, len(whole), 7):
        bit = 1 << (place % 8)
        path.write_bytes(whole[:place] + bytes([whole[place] ^ bit]) + whole[place + 1 :])
        assert newest(tmp_path).step == 1
        (tmp_path / "step-000002.bad").rename(tmp_path / "step-000002")
    path.write_bytes(whole)
    holds(newest(tmp_path), arrays, 2)


def test_a_file_of_the_commit_before_is_damage(tmp_path, arrays):
    for step in (1, 2):
        save(tmp_path, arrays, step)
    name = "model.safetensors"
    shutil.copy(tmp_path / "step-000001" / name, tmp_path / "step-000002" / name)
    found = newest(tmp_path)
    assert found.step == 1
    assert "has not the SHA-256 of its manifest" in found.damaged[0]


def test_a_commit_under_the_name_of_another_is_damage(tmp_path, arrays):
    save(tmp_path, arrays, 1)
    shutil.copytree(tmp_path / "step-000001", tmp_path / "step-000009")
    found = newest(tmp_path)
    assert found.step == 1
    assert "step-000009 holds another step than its name says" in found.damaged[0]


def test_when_none_is_whole_that_is_said_once(tmp_path, arrays, damage):
    """The second time there is no commit at all, and a run begins at step 0."""
    for step in (1, 2):
        damage(save(tmp_path, arrays, step) / "state.json", "cut")
    with pytest.raises(DamageError, match=r"none of the 2 checkpoints in .* is whole") as caught:
        newest(tmp_path)
    assert "step-000002/state.json has" in str(caught.value.received)
    assert "resume again to begin at step 0" in caught.value.hint
    assert newest(tmp_path) is None


def test_the_same_name_is_put_aside_twice(tmp_path, arrays, damage):
    for _ in range(2):
        damage(save(tmp_path, arrays, 2) / "state.json", "cut")
        with pytest.raises(DamageError, match="none of the 1 checkpoints"):
            newest(tmp_path)
    names = sorted(path.name for path in tmp_path.iterdir())
    assert names == ["step-000002.bad", "step-000002.bad_2"]


def test_a_folder_that_cannot_be_written_can_still_be_read(tmp_path, disk, arrays, damage):
    for step in (1, 2):
        save(tmp_path, arrays, step)
    damage(tmp_path / "step-000002" / "state.json", "cut")
    disk.failure = OSError(errno.EROFS, "Read-only file system")
    disk.reset(stop_at=0)
    holds(newest(tmp_path), arrays, 1)
    assert (tmp_path / "step-000002").is_dir()


def test_a_file_that_changes_after_it_was_checked_is_damage(tmp_path, arrays, damage):
    save(tmp_path, arrays, 1)
    found = newest(tmp_path)
    damage(found.path / "model.safetensors", "flipped")
    with pytest.raises(DamageError, match=r"model.safetensors has not the SHA-256") as caught:
        found.arrays("model")
    assert len(str(caught.value.received)) == 64
    assert "use an earlier checkpoint" in caught.value.hint


def test_leftovers_are_no_commits(tmp_path, arrays):
    for name in (".tmp-9-77", "step-9", "step-000009.bad", "best", "step-0000009"):
        (tmp_path / name).mkdir()
    assert newest(tmp_path) is None
    save(tmp_path, arrays, 1)
    holds(newest(tmp_path), arrays, 1)
    assert not (tmp_path / ".tmp-9-77").exists()
    assert (tmp_path / "step-000009.bad").exists()


def test_numbers_that_are_not_finite_are_not_saved(tmp_path, arrays):
    save(tmp_path, arrays, 1)
    wrong = {"model": {"w": np.array([1.0, np.inf, np.nan], np.float32)}}
    with pytest.raises(DivergenceError, match="the array w of model holds 2 numbers") as caught:
        commit(tmp_path, 2, wrong, {})
    assert caught.value.received == np.inf
    assert "the last good state is kept" in caught.value.hint
    assert [path.name for path in tmp_path.iterdir()] == ["step-000001"]


def test_a_run_without_its_empty_folder_is_no_trouble(tmp_path, arrays):
    assert newest(tmp_path / "checkpoints") is None
    save(tmp_path / "checkpoints", arrays, 1)
    holds(newest(tmp_path / "checkpoints"), arrays, 1)


def test_two_are_kept():
    assert commits.KEPT == 2
    assert tensors.unpack(tensors.pack({}, "nothing"), "nothing") == {}
