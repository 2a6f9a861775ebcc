"""Run command lines one after the other in one process, and tell how each left it."""

import contextlib
import io
import json
import os
import sys
import time

import resnets.cli


def run(arguments: list[str]) -> dict[str, object]:
    """Run one command line and tell its exit code, its words, its seconds, and Keras's presence."""
    out, err = io.StringIO(), io.StringIO()
    began = time.perf_counter()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        try:
            resnets.cli.main(arguments)
        except SystemExit as left:
            code = left.code
    return {
        "code": code,
        "out": out.getvalue(),
        "err": err.getvalue(),
        "seconds": time.perf_counter() - began,
        "engines": sorted({"keras", "tensorflow", "torch", "jax"} & sys.modules.keys()),
    }


os.chdir(sys.argv[1])
print(json.dumps([run(arguments) for arguments in json.load(sys.stdin)]))
