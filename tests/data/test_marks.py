"""Marks: equal while a file is untouched, another after every kind of change."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from resnets.data.marks import YOUNG, mark_below, mark_of, marks_of, settled


def longer(path: Path) -> None:
    path.write_bytes(path.read_bytes() + b"x")


def same_size(path: Path) -> None:
    path.write_bytes(path.read_bytes()[::-1])


def same_size_and_time(path: Path) -> None:
    facts = path.stat()
    path.write_bytes(path.read_bytes()[::-1])
    os.utime(path, ns=(facts.st_atime_ns, facts.st_mtime_ns))


def replaced(path: Path) -> None:
    facts = path.stat()
    other = path.with_name("other")
    other.write_bytes(path.read_bytes()[::-1])
    os.utime(other, ns=(facts.st_atime_ns, facts.st_mtime_ns))
    other.replace(path)


@pytest.mark.parametrize("change", (longer, same_size, same_size_and_time, replaced))
def test_every_change_shows(change: Callable[[Path], None], tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(b"one two")
    os.utime(path, ns=(10**18, 10**18))
    before = mark_of(path.stat())
    assert mark_of(path.stat()) == before
    change(path)
    assert mark_of(path.stat()) != before


def test_a_mark_holds_the_times_the_size_and_the_place(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(b"one")
    os.utime(path, ns=(7, 10**18))
    facts = path.stat()
    assert mark_of(facts)[1:] == (10**18, 3, facts.st_ino, facts.st_dev)


def test_what_is_not_there_is_never_settled(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"one")
    marks = marks_of(mark_below(str(tmp_path)), ["a", "b", "a\0b"])
    assert marks.shape == (3, 5)
    now = int(marks[0, :2].max()) + YOUNG + 1
    assert settled(marks, now).tolist() == [True, False, False]
    assert settled(marks, now - 1).tolist() == [False, False, False]


@pytest.mark.parametrize("column", (0, 1))
def test_the_younger_of_both_times_counts(column: int) -> None:
    marks = np.zeros((1, 5), np.int64)
    marks[0, column] = 10**18
    assert not settled(marks, 10**18 + YOUNG)[0]
    assert settled(marks, 10**18 + YOUNG + 1)[0]
