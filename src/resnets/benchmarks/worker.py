"""A peer's process: it prepares one task, works for a while, and prints the seconds it took.

    python -m resnets.benchmarks.worker CODE TASK

CODE is a module beside this one with `prepare(task) -> Work`, or with a `measure(task)` of its own
that gives the answer; TASK is a `Task` as JSON. The answer is one line of JSON: the pictures of a
repetition, the seconds of each, and the versions of the libraries that did it.
"""

from __future__ import annotations

import importlib
import json
import os
import sys
import time
from typing import Any

LIBRARIES = ("tensorflow", "torch", "jax", "keras", "onnxruntime", "openvino")
WARM = 3  # repetitions before the first that counts: compiling, caches, memory
FEWEST, MOST = 3, 50  # repetitions that count
LONG = 4.0  # seconds after which no more are begun


def measure(work: Any) -> dict[str, Any]:
    """Repeat the work, and time each repetition after the first few."""
    for _ in range(WARM):
        pictures = work()
    seconds: list[float] = []
    while len(seconds) < FEWEST or (sum(seconds) < LONG and len(seconds) < MOST):
        began = time.perf_counter()
        work()
        seconds.append(time.perf_counter() - began)
    return {"pictures": pictures, "seconds": seconds}


def main() -> None:
    """Do what the command line says."""
    # Whatever an engine prints goes to stderr: stdout carries the answer alone.
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    from resnets.benchmarks.peers import WITHOUT
    from resnets.benchmarks.task import Task

    # `import resnets` has set it, above this line; TensorFlow reads it when it is loaded.
    os.environ.pop(os.environ.get(WITHOUT, ""), None)

    code = importlib.import_module(f"resnets.benchmarks.{sys.argv[1]}")
    task = Task.from_json(json.loads(sys.argv[2]))
    found = code.measure(task) if hasattr(code, "measure") else measure(code.prepare(task))
    found["versions"] = {
        name: sys.modules[name].__version__ for name in LIBRARIES if name in sys.modules
    }
    print(json.dumps(found), file=answers, flush=True)


if __name__ == "__main__":
    main()
