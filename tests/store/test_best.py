"""The best weights under kills, failing disks and damage: a whole one is always there."""

import contextlib
import errno
import os

import numpy as np
import pytest

from resnets.errors import DamageError, DivergenceError
from resnets.store.best import find_best, keep_best


@pytest.fixture
def place(tmp_path):
    """Make a run with its best weights of some steps; give the two folders they live in."""

    def make(name, *steps):
        folders = tmp_path / name / "best", tmp_path / name / "checkpoints"
        folders[1].mkdir(parents=True)
        for step in steps:
            keep(folders, step)
        return folders

    return make


def keep(folders, step):
    arrays = {"w": np.full(4, step, np.float32)}
    keep_best(*folders, step, arrays, {"error": 1 / step})


def holds(found, step):
    assert found is not None
    assert (found.step, found.state) == (step, {"error": 1 / step})
    assert found.arrays("model")["w"].tolist() == [step] * 4


def test_two_files_and_no_more(place):
    folders = place("run", 1, 2)
    assert sorted(path.name for path in folders[0].iterdir()) == [
        "manifest.json",
        "model.safetensors",
    ]
    assert list(folders[1].iterdir()) == []
    holds(find_best(*folders), 2)


def test_none_before_the_first(place):
    assert find_best(*place("run")) is None


@pytest.mark.parametrize("when", ("before", "after", "torn"))
def test_a_kill_at_any_operation_leaves_the_old_or_the_new(place, disk, killed, when):
    seen = set()
    for stop_at in range(40):
        disk.reset()
        folders = place(str(stop_at), 1, 2)
        disk.reset(stop_at, when)
        try:
            keep(folders, 3)
        except killed:
            disk.reset()
            found = find_best(*folders)
            holds(found, found.step)
            assert found.damaged == ()
            seen.add(found.step)
            keep(folders, 4)
            holds(find_best(*folders), 4)
            assert list(folders[1].iterdir()) == []
        else:
            break
    else:
        pytest.fail("keeping has more operations than this test kills at")
    assert seen == {2, 3}


def test_a_second_kill_while_going_on_leaves_a_whole_one_too(place, disk, killed):
    for first in range(14):
        for second in range(0, 14, 3):
            disk.reset()
            folders = place(f"{first}-{second}", 2)
            for step, stop_at in ((3, first), (4, second)):
                disk.reset(stop_at)
                with contextlib.suppress(killed):
                    keep(folders, step)
                disk.reset()
                found = find_best(*folders)
                holds(found, found.step)


@pytest.mark.parametrize("code", (errno.ENOSPC, errno.EIO, errno.EACCES))
def test_a_failing_disk_leaves_the_old_one_where_it_was(place, disk, code):
    folders = place("run", 1)
    disk.failure = OSError(code, os.strerror(code))
    for stop_at in range(10):
        disk.reset(stop_at)
        with pytest.raises(OSError, match=os.strerror(code)):
            keep(folders, 2)
        disk.reset()
        found = find_best(*folders)
        holds(found, 1)
        assert found.path == folders[0]
        assert list(folders[1].iterdir()) == []


@pytest.mark.parametrize("how", ("deleted", "emptied", "cut", "flipped", "zeroed"))
@pytest.mark.parametrize("name", ("model.safetensors", "manifest.json"))
def test_damage_is_named(place, damage, name, how):
    folders = place("run", 1)
    damage(folders[0] / name, how)
    with pytest.raises(DamageError, match=f"best/{name} ") as caught:
        find_best(*folders)
    assert caught.value.received is not None
    assert "from a copy of the run" in caught.value.hint


def test_numbers_that_are_not_finite_are_not_kept(place):
    folders = place("run", 1)
    with pytest.raises(DivergenceError, match="of the best weights holds 1 numbers") as caught:
        keep_best(*folders, 2, {"w": np.array(-np.inf)}, {})
    assert caught.value.received == -np.inf
    assert "the last good state is kept" in caught.value.hint
    holds(find_best(*folders), 1)
