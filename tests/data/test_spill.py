"""Spills: pictures come back as they went or not at all, and no disk ends a process."""

from __future__ import annotations

import errno
import os
import resource
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pytest

from resnets.data import spill as module
from resnets.data.spill import Spill, file_system

SHAPE = (4, 6, 3)
SIZE = 4 * 6 * 3


def pictures(count: int) -> np.ndarray:
    return np.random.default_rng(3).integers(0, 256, (count, *SHAPE), np.uint8)


def back(spill: Spill, number: int) -> np.ndarray | None:
    into = np.zeros(SHAPE, np.uint8)
    return into if spill.read(number, into) else None


@pytest.fixture
def filled(tmp_path: Path) -> Spill:
    spill = Spill(SIZE, folder=tmp_path)
    assert all(spill.add(picture) for picture in pictures(5))
    return spill


def test_pictures_come_back_in_any_order(filled: Spill) -> None:
    assert len(filled) == 5
    for number in (3, 0, 4, 0, 2, 1):
        assert (back(filled, number) == pictures(5)[number]).all()
    assert back(filled, 5) is None


def test_the_file_has_no_name_and_its_folder_is_made_for_the_user_alone(tmp_path: Path) -> None:
    folder = tmp_path / "cache" / "resnets"
    spill = Spill(SIZE, folder=folder)
    assert spill.add(pictures(1)[0])
    assert list(folder.iterdir()) == []
    assert folder.stat().st_mode & 0o777 == 0o700


def test_room_is_counted_in_whole_pictures(tmp_path: Path) -> None:
    spill = Spill(SIZE, 3 * SIZE + 7, tmp_path)
    assert [spill.add(picture) for picture in pictures(5)] == [True, True, True, False, False]
    assert len(spill) == 3
    assert (back(spill, 2) == pictures(5)[2]).all()


def test_no_room_makes_no_folder(tmp_path: Path) -> None:
    spill = Spill(SIZE, SIZE - 1, tmp_path / "none")
    assert not spill.add(pictures(1)[0])
    assert not (tmp_path / "none").exists()


class Disk(NamedTuple):
    """What `fstatvfs` says of a disk with so many bytes free."""

    f_bavail: int
    f_frsize: int = 1


def test_never_more_than_it_leaves_free_and_nothing_after_a_picture_left_out(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    spill, total = Spill(SIZE, folder=tmp_path), [10 * SIZE + 1]
    monkeypatch.setattr(module.os, "fstatvfs", lambda _: Disk(total[0] - len(spill) * SIZE))
    added = [spill.add(picture) for picture in pictures(7)]
    assert added == [True, True, True, True, True, False, False]
    total[0] = 1000 * SIZE  # somebody tidied up: the sixth place stays that of the sixth picture
    assert not spill.add(pictures(8)[7])
    assert len(spill) == 5


@pytest.mark.parametrize("fault", (errno.ENOSPC, errno.EDQUOT, errno.EIO, errno.EFBIG, None))
def test_a_write_that_fails_gives_the_room_back(
    fault: int | None, filled: Spill, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def write(number: int, data: Any, place: int) -> int:
        if fault is not None:
            raise OSError(fault, os.strerror(fault))
        return SIZE - 1  # as a disk does that has room for a part

    number = filled._file
    assert number is not None
    with monkeypatch.context() as patch:
        patch.setattr(module.os, "pwrite", write)
        assert not filled.add(pictures(6)[5])
    assert len(filled) == 0
    with pytest.raises(OSError, match="Bad file descriptor"):
        os.fstat(number)
    assert back(filled, 0) is None
    assert not filled.add(pictures(6)[5])


def change(filled: Spill, what: Callable[[int], Any]) -> None:
    assert filled._file is not None
    what(filled._file)


def test_a_picture_that_changed_on_the_disk_does_not_come_back(filled: Spill) -> None:
    change(filled, lambda file: os.pwrite(file, b"\0", 2 * SIZE + 50))
    assert pictures(5)[2].ravel()[50] != 0
    assert back(filled, 2) is None
    assert (back(filled, 3) == pictures(5)[3]).all()


def test_a_file_that_became_shorter(filled: Spill) -> None:
    change(filled, lambda file: os.ftruncate(file, 4 * SIZE + 10))
    assert (back(filled, 3) == pictures(5)[3]).all()
    assert back(filled, 4) is None


def test_a_disk_that_cannot_be_read(filled: Spill, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: Any) -> int:
        raise OSError(errno.EIO, "Input/output error")

    monkeypatch.setattr(module.os, "preadv", fail)
    assert back(filled, 0) is None
    monkeypatch.undo()
    assert (back(filled, 0) == pictures(5)[0]).all()


@pytest.mark.parametrize("kind", ("tmpfs", "ramfs", "nfs4", "fuse.sshfs"))
def test_memory_and_what_is_far_away_is_no_disk(
    kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "file_system", lambda _: kind)
    assert not Spill(SIZE, folder=tmp_path).add(pictures(1)[0])


def test_a_folder_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    spill = Spill(SIZE, folder=tmp_path / "file" / "below")
    assert not spill.add(pictures(1)[0])
    assert len(spill) == 0


def test_a_user_without_a_home(monkeypatch: pytest.MonkeyPatch) -> None:
    def homeless() -> Path:
        raise RuntimeError("Could not determine home directory.")

    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    monkeypatch.setattr(module.Path, "home", homeless)
    assert not Spill(SIZE).add(pictures(1)[0])


def test_a_system_without_reads_by_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(module.os, "preadv")
    assert not Spill(SIZE, folder=tmp_path).add(pictures(1)[0])


def test_the_file_system_is_found_by_its_device(tmp_path: Path) -> None:
    device = tmp_path.stat().st_dev
    here, table = f"{os.major(device)}:{os.minor(device)}", tmp_path / "mounts"
    row = "36 35 {} /a /b rw,noatime {}- {} /dev/root rw\n"
    rows = [row.format("99999:1", "", "ext4"), row.format(here, "master:1 shared:2 ", "btrfs")]
    table.write_text("short\n" + "".join(rows))
    assert file_system(tmp_path, table) == "btrfs"
    table.write_text(rows[0])
    assert file_system(tmp_path, table) == ""
    assert file_system(tmp_path, tmp_path / "none") == ""


def run(script: str, folder: Path, **options: Any) -> subprocess.CompletedProcess[str]:
    start = f"""
import os, resource, signal, sys
from pathlib import Path
import numpy as np
from resnets.data.spill import Spill
spill = Spill({SIZE}, folder=Path(sys.argv[1]))
pictures = np.random.default_rng(3).integers(0, 256, (50, *{SHAPE}), np.uint8)
into = np.zeros({SHAPE}, np.uint8)
"""
    command = [sys.executable, "-c", start + script, str(folder)]
    return subprocess.run(command, capture_output=True, text=True, check=False, **options)


def test_a_killed_process_leaves_nothing_behind(tmp_path: Path) -> None:
    done = run(
        "assert all(map(spill.add, pictures)), 'add'\nos.kill(os.getpid(), signal.SIGKILL)",
        tmp_path,
    )
    assert (done.returncode, done.stderr) == (-signal.SIGKILL, "")
    assert list(tmp_path.iterdir()) == []


def test_a_forked_process_reads_too_and_its_end_takes_nothing_away(tmp_path: Path) -> None:
    script = """
assert all(map(spill.add, pictures)), 'add'
child = os.fork()
for number in range(50):
    assert spill.read(number, into) and (into == pictures[number]).all(), number
if child:
    assert os.waitpid(child, 0)[1] == 0, 'child'
    assert spill.read(7, into) and (into == pictures[7]).all(), 'after'
    print('read')
"""
    done = run(script, tmp_path)
    assert (done.returncode, done.stdout) == (0, "read\n"), done.stderr


def test_a_real_limit_in_the_middle_of_a_picture(tmp_path: Path) -> None:
    most = 3 * SIZE + SIZE // 2
    done = run(
        "print([spill.add(p) for p in pictures[:6]], len(spill))",
        tmp_path,
        preexec_fn=(lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))),
    )
    assert done.stdout == "[True, True, True, False, False, False] 0\n", done.stderr
