"""What is remembered of pictures: nothing that has changed, and nothing from a file that is odd."""

from __future__ import annotations

import hashlib
import os
import shutil
import stat
import threading
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from resnets.data import cache, make_survey, marks, open_source
from resnets.data.cache import Memory, cache_folder
from resnets.data.decode import Limits
from resnets.data.sources import Source
from resnets.data.survey import known_digests

NAMES = ("a/1", "a/2", "b/1", "b/2")


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A cache folder of the test's own; files may be as young as they like."""
    monkeypatch.delenv("RESNETS_CACHE", raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "xdg"))
    monkeypatch.setattr(marks, "YOUNG", -(10**12))
    return tmp_path / "xdg" / "resnets"


@pytest.fixture
def folder(fill: Callable[..., Path]) -> Path:
    return fill({name: number for number, name in enumerate(NAMES)})


def known(source: Source) -> list[str]:
    """The paths of the pictures that would not be read again."""
    digests = known_digests(source)
    return [path for path, digest in zip(source.paths, digests, strict=True) if digest]


def truth(source: Source) -> list[str]:
    return [hashlib.sha256(source.read(n)).hexdigest() for n in range(len(source))]  # type: ignore[arg-type]


def test_an_unchanged_source_is_not_read_again(
    folder: Path, store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = make_survey(open_source(folder))
    source = open_source(folder)
    reads: list[int] = []
    monkeypatch.setattr(Source, "read", lambda self, index, limit=None: reads.append(index))
    again = make_survey(source)
    assert reads == []
    assert again.digests == first.digests
    assert again.sizes.tolist() == first.sizes.tolist()
    assert again.channels.tolist() == first.channels.tolist()
    assert again.bad == {}


def edited(root: Path) -> None:
    content = (root / "a/1").read_bytes()
    (root / "a/1").write_bytes(content[:-1] + b"x")


def edited_and_set_back(root: Path) -> None:
    facts = (root / "a/1").stat()
    edited(root)
    os.utime(root / "a/1", ns=(facts.st_atime_ns, facts.st_mtime_ns))


def replaced(root: Path) -> None:
    (root / "new").write_bytes((root / "b/1").read_bytes())
    (root / "new").replace(root / "a/1")


def swapped(root: Path) -> None:
    (root / "a/1").rename(root / "a/3")
    (root / "a/2").rename(root / "a/1")
    (root / "a/3").rename(root / "a/2")


def renamed(root: Path) -> None:
    (root / "a/1").rename(root / "a/0")


def added(root: Path) -> None:
    (root / "a/0").write_bytes((root / "a/1").read_bytes())


def removed(root: Path) -> None:
    (root / "a/1").unlink()


@pytest.mark.parametrize(
    ("change", "left"),
    (
        (edited, NAMES[1:]),
        (edited_and_set_back, NAMES[1:]),
        (replaced, NAMES[1:]),
        (swapped, NAMES[2:]),
        (renamed, NAMES[1:]),
        (added, NAMES),
        (removed, NAMES[1:]),
    ),
)
def test_a_change_of_a_folder_is_noticed(
    change: Callable[[Path], None], left: tuple[str, ...], folder: Path, store: Path
) -> None:
    make_survey(open_source(folder))
    change(folder)
    source = open_source(folder)
    assert known(source) == list(left)
    assert make_survey(source).digests == truth(source)
    assert known(source) == source.paths


@pytest.mark.parametrize("name", ("p.zip", "p.tar", "p.tar.gz"))
def test_a_change_of_an_archive_is_noticed(
    name: str, folder: Path, tmp_path: Path, store: Path, encode: Any, picture: Any
) -> None:
    kind = {"p.zip": "zip", "p.tar": "tar", "p.tar.gz": "gztar"}[name]
    shutil.make_archive(str(tmp_path / "p"), kind, folder)
    make_survey(open_source(tmp_path / name))
    assert known(open_source(tmp_path / name)) == list(NAMES)
    facts = (tmp_path / name).stat()
    (folder / "a/1").write_bytes(encode(picture(99)))
    shutil.make_archive(str(tmp_path / "p"), kind, folder)
    os.utime(tmp_path / name, ns=(facts.st_atime_ns, facts.st_mtime_ns))
    source = open_source(tmp_path / name)
    assert known(source) == []
    assert make_survey(source).digests == truth(source)


def test_an_archive_of_equal_times_is_known_by_its_checksums(
    folder: Path, tmp_path: Path, store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("resnets.data.archives.mark_of", lambda facts: (1, 1, 1, 1, 1))
    for number in (0, 1):
        with zipfile.ZipFile(tmp_path / "p.zip", "w") as archive:
            for name in NAMES:
                place = folder / ("b/1" if number and name == "a/1" else name)
                archive.writestr(name, place.read_bytes())
        source = open_source(tmp_path / "p.zip")
        assert known(source) == [[], list(NAMES[1:])][number]
        make_survey(source)


def test_a_picture_as_young_as_the_look_is_read_again(
    folder: Path, store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(marks, "YOUNG", 2 * 10**9)
    now = max((folder / name).stat().st_ctime_ns for name in NAMES)
    for later, left in ((10**9, []), (3 * 10**9, list(NAMES))):
        monkeypatch.setattr(cache.time, "time_ns", lambda later=later: now + later)
        make_survey(open_source(folder))
        assert known(open_source(folder)) == left


def test_bad_pictures_are_always_read_again(fill: Callable[..., Path], store: Path) -> None:
    source = open_source(fill({"a/1": 1, "a/2": b"text", "b/1": 2, "b/2": b""}))
    reasons = make_survey(source).bad
    assert known(source) == ["a/1", "b/1"]
    assert make_survey(source).bad == reasons
    assert set(reasons) == {1, 3}


def test_other_limits_are_another_question(folder: Path, store: Path) -> None:
    source = open_source(folder)
    make_survey(source)
    assert make_survey(source, Limits(side=13)).bad == dict.fromkeys(
        range(4), "12 x 12 pixels: a side is shorter than 13"
    )
    assert len(make_survey(source).bad) == 0


def damage_end(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-1] + b"?")


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-100])


def empty(path: Path) -> None:
    path.write_bytes(b"")


def text(path: Path) -> None:
    path.write_bytes(b"no cache at all" * 9)


def signed(path: Path, **changes: Any) -> None:
    """Write a file whose checksum is right, with other arrays in it."""
    stored = cache._read(path)
    cache._write(path, {**stored, **changes})


def foreign(path: Path) -> None:
    signed(path, key=np.frombuffer(b'{"format": 99}', np.uint8))


def pickled(path: Path) -> None:
    signed(path, digests=np.array([{"an": "object"}] * 4, object))


def fewer_paths(path: Path) -> None:
    signed(path, paths=np.frombuffer(b"a/1", np.uint8))


def other_marks(path: Path) -> None:
    signed(path, marks=np.zeros((4, 9), np.int64))


def folder_in_its_place(path: Path) -> None:
    path.unlink()
    path.mkdir()


def open_to_all(path: Path) -> None:
    path.chmod(0o666)


@pytest.mark.parametrize(
    "harm",
    (
        damage_end,
        cut,
        empty,
        text,
        foreign,
        pickled,
        fewer_paths,
        other_marks,
        folder_in_its_place,
        open_to_all,
    ),
)
def test_an_odd_file_costs_time_and_nothing_else(
    harm: Callable[[Path], None], folder: Path, store: Path
) -> None:
    source = open_source(folder)
    make_survey(source)
    (path,) = store.iterdir()
    harm(path)
    assert known(source) == []
    assert make_survey(source).digests == truth(source)


def test_a_folder_that_cannot_be_written_is_done_without(
    folder: Path, tmp_path: Path, store: Path
) -> None:
    store.parent.write_bytes(b"a file where the folder should be")
    source = open_source(folder)
    assert make_survey(source).digests == truth(source)
    assert known(source) == []


@pytest.mark.parametrize("word", ("off", "OFF", "0", "no"))
def test_it_can_be_switched_off(
    word: str, folder: Path, store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RESNETS_CACHE", word)
    make_survey(open_source(folder))
    assert not store.exists()


def test_without_a_folder_of_their_own_files_lie_at_home(
    folder: Path, tmp_path: Path, store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", "relative")
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    make_survey(open_source(folder))
    assert len(list((tmp_path / "home/.cache/resnets").iterdir())) == 1


def test_nobody_else_can_read_it(folder: Path, store: Path) -> None:
    make_survey(open_source(folder))
    (path,) = store.iterdir()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(store.stat().st_mode) == 0o700


def test_arrays_have_no_memory(store: Path) -> None:
    source = open_source("shapes")
    make_survey(source)
    memory = Memory(source, {})
    assert not memory.known.any()
    assert not store.exists()


def test_files_are_few_and_of_use(folder: Path, store: Path) -> None:
    source = open_source(folder)
    make_survey(source)
    (mine,) = store.iterdir()
    now = mine.stat().st_mtime
    for number in range(cache.MOST + 5):
        (store / f"{number:03}.cache").write_bytes(b"")
        os.utime(store / f"{number:03}.cache", (now, now - 1000 - number))
    (store / "old.cache").write_bytes(b"")
    os.utime(store / "old.cache", (now, now - cache.OLDEST - 5))
    for name, age in ((".tmp-dead", cache.LEFT + 5), (".tmp-alive", 5)):
        (store / name).write_bytes(b"")
        os.utime(store / name, (now, now - age))
    (store / "somebody's").write_bytes(b"")
    added(folder)
    make_survey(open_source(folder))
    left = {path.name for path in store.iterdir()}
    kept = {f"{number:03}.cache" for number in range(cache.MOST - 1)}
    assert left == {mine.name, ".tmp-alive", "somebody's"} | kept


def test_a_file_that_was_of_use_stays_longer(folder: Path, store: Path) -> None:
    make_survey(open_source(folder))
    (path,) = store.iterdir()
    os.utime(path, (1, 1))
    make_survey(open_source(folder))
    assert path.stat().st_mtime > 10**9


def test_two_at_once_leave_one_whole_file(folder: Path, store: Path) -> None:
    source = open_source(folder)
    expected = truth(source)
    found: list[list[str]] = []
    threads = [
        threading.Thread(target=lambda: found.append(make_survey(open_source(folder)).digests))
        for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [expected] * 8
    assert [path.suffix for path in store.iterdir()] == [".cache"]
    assert known(source) == list(NAMES)


def test_names_that_are_not_utf_8_are_known_again(folder: Path, store: Path) -> None:
    odd = os.fsdecode(b"caf\xe9\n")
    (folder / "a/1").rename(folder / "a" / odd)
    make_survey(open_source(folder))
    assert sorted(known(open_source(folder))) == sorted([f"a/{odd}", *NAMES[1:]])


@pytest.mark.parametrize(
    ("given", "folder"),
    (
        ("/scratch/me", "/scratch/me/resnets"),
        ("", "/house/.cache/resnets"),
        ("relative", "/house/.cache/resnets"),
    ),
)
def test_the_cache_folder(given: str, folder: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/house")
    monkeypatch.setenv("XDG_CACHE_HOME", given)
    assert cache_folder() == Path(folder)
