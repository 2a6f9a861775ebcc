"""Files that are whole or old after a kill at any operation."""

import errno

import pytest

from resnets.store import durable


@pytest.mark.parametrize("when", ("before", "after", "torn"))
@pytest.mark.parametrize("stop_at", range(4))
def test_a_replaced_file_is_the_old_one_or_the_new_one(tmp_path, disk, killed, stop_at, when):
    path = tmp_path / "state.json"
    path.write_bytes(b"old")
    disk.reset(stop_at, when)
    with pytest.raises(killed):
        durable.replace(path, b"new bytes")
    renamed = stop_at > 2 or (stop_at == 2 and when == "after")
    assert path.read_bytes() == (b"new bytes" if renamed else b"old")


def test_the_order_of_a_replacement(tmp_path, disk):
    durable.replace(tmp_path / "a", b"1")
    assert [name for name, _ in disk.log] == ["write", "sync", "rename", "sync"]
    assert disk.log[-1] == ("sync", tmp_path.name)


def test_a_failed_replacement_leaves_the_old_file_alone(tmp_path, disk):
    path = tmp_path / "state.json"
    path.write_bytes(b"old")
    disk.failure = OSError(errno.ENOSPC, "No space left on device")
    disk.reset(1)
    with pytest.raises(OSError, match="No space left"):
        durable.replace(path, b"new")
    assert [entry.read_bytes() for entry in tmp_path.iterdir()] == [b"old"]


def test_removing_takes_whatever_is_there(tmp_path):
    (tmp_path / "folder" / "below").mkdir(parents=True)
    (tmp_path / "kept").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "kept")
    for name in ("folder", "link", "nothing"):
        durable.remove(tmp_path / name)
    assert [path.name for path in tmp_path.iterdir()] == ["kept"]


def test_a_folder_is_made_once(tmp_path):
    durable.make_folder(tmp_path / "a")
    with pytest.raises(FileExistsError):
        durable.make_folder(tmp_path / "a")


def test_append_and_cut(tmp_path):
    path = tmp_path / "log"
    durable.append(path, b"one\n")
    durable.append(path, b"two\n")
    durable.cut(path, 5)
    assert path.read_bytes() == b"one\nt"
