"""The process that parses may take little; each limit is tried out in a process of its own."""

from __future__ import annotations

import signal
import subprocess
import sys

import pytest

from resnets.weights.limits import MEMORY, PACE, SECONDS, seconds

linux = pytest.mark.skipif(sys.platform != "linux", reason="only Linux has all these limits")


def run(body: str) -> subprocess.CompletedProcess[str]:
    program = f"from resnets.weights.limits import limit_process, make_room\n{body}"
    command = [sys.executable, "-c", program]
    return subprocess.run(command, check=False, capture_output=True, text=True, timeout=60)


@linux
@pytest.mark.parametrize(
    ("act", "error"),
    (
        ("open('/dev/null')", "Too many open files"),
        ("import socket; socket.socket()", "Too many open files"),
        (f"bytes({MEMORY} + (8 << 20))", "MemoryError"),
    ),
)
def test_what_is_out_of_reach(act: str, error: str) -> None:
    assert run(act).returncode == 0
    done = run(f"import socket\nlimit_process(0)\n{act}")
    assert (done.returncode, error in done.stderr) == (1, True), done.stderr


@linux
def test_room_for_the_largest_array_once_it_is_known() -> None:
    size = 64 << 20
    body = f"limit_process({size})\nmake_room({size})\nbytes({MEMORY} + 2 * {size})\nprint('yes')"
    assert run(body).stdout == "yes\n"


@linux
def test_a_file_may_not_grow() -> None:
    body = "import os, tempfile\nos.dup2(tempfile.TemporaryFile(buffering=0).fileno(), 1)\n"
    body += "limit_process(0)\nos.write(1, b'x')"
    assert run(body).returncode in (1, -signal.SIGXFSZ)


@linux
@pytest.mark.slow
def test_computing_for_ever_is_ended() -> None:
    assert run("limit_process(0)\nwhile True: pass").returncode in (
        -signal.SIGXCPU,
        -signal.SIGKILL,
    )


def test_larger_files_may_take_longer() -> None:
    assert [seconds(0), seconds(PACE), seconds(10 * PACE)] == [SECONDS, SECONDS + 1, SECONDS + 10]
