"""Starts: whole commands from a cold process to their end, beside Keras's own import."""

from __future__ import annotations

import subprocess
import sys

from resnets.benchmarks.task import Task, Work

CALL = "import sys, resnets.cli; resnets.cli.main(sys.argv[1:])"


def prepare(task: Task) -> Work:
    """Give one run of a command; `task.pictures` is a run folder and one of its pictures."""
    run, _, picture = task.pictures.partition("\n")
    commands = {
        "--help": ["-c", CALL, "--help"],
        "predict": ["-c", CALL, "predict", run, picture],
        "import keras": ["-c", "import keras"],
    }
    command = [sys.executable, *commands[task.variant or task.peer]]

    def work() -> int:
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        return 1

    return work
