"""One writer at a time, across processes and within one."""

import errno
import subprocess
import sys
from pathlib import Path

import pytest

from resnets.errors import LockedError, RunError
from resnets.store import lock

HOLD = """
import sys
from pathlib import Path
from resnets.store import lock
with lock.hold(Path(sys.argv[1])):
    print("held", flush=True)
    sys.stdin.read()
"""


def test_a_second_process_is_refused_until_the_first_dies(tmp_path):
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(tmp_path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert holder.stdout.readline() == "held\n"
        words = f"is being written to by process {holder.pid}"
        with pytest.raises(LockedError, match=words) as caught, lock.hold(tmp_path):
            pytest.fail("the lock was given twice")
        assert caught.value.received == str(holder.pid)
        assert caught.value.hint == "wait until it has finished, or stop it"
    finally:
        holder.kill()
        holder.communicate()
    with lock.hold(tmp_path):
        pass


def test_one_process_cannot_hold_it_twice(tmp_path):
    with (
        lock.hold(tmp_path),
        pytest.raises(LockedError, match="is being written to by process"),
        lock.hold(tmp_path),
    ):
        pytest.fail("the lock was given twice")


def test_it_is_given_back_after_an_error(tmp_path):
    for _ in range(2):
        with pytest.raises(ZeroDivisionError), lock.hold(tmp_path):
            _ = 1 / 0


def test_a_folder_that_cannot_be_written_is_named(tmp_path, monkeypatch):
    def refuse(*args, **options):
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(Path, "open", refuse)
    with pytest.raises(RunError, match="cannot be written") as caught, lock.hold(tmp_path):
        pytest.fail("the lock was given")
    assert caught.value.received == "Permission denied"
    assert "its disk is writable" in caught.value.hint
