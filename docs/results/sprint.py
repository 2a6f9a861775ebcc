"""Measure time to accuracy on CIFAR-10: the recipe `sprint-cifar` beside the speed record's script.

    python docs/results/sprint.py --record DIRECTORY [--runs 3] [--precision float32]
        [--python PYTHON] [--compiled] [--data ../shared/data/cifar10.zip] [--out runs/sprint]

DIRECTORY is a clone of github.com/KellerJordan/cifar10-airbench (its .git, or a bare one), or the
file itself; PYTHON one that has PyTorch. Both contestants train on all 50,000 training pictures and
choose nothing; every run is a process of its own, they take turns, and each row goes into
`sprint.jsonl` as soon as it is there, so that a series can be broken off and gone on with;
`sprint.md` is written from them.
"""

from __future__ import annotations

import argparse
import json
import os
import shlex
import statistics
import subprocess
import sys
import time
from pathlib import Path

from resnets.benchmarks import airbench
from resnets.store.machine import machine
from resnets.store.provenance import now, versions

HERE = Path(__file__).parent
ROWS = HERE / "sprint.jsonl"
PAGE = HERE / "sprint.md"
BAR = 0.8  # of the record's seconds


def resnets(*arguments: str) -> dict:
    """Run a verb with --json in a process of its own."""
    command = [sys.executable, "-c", "import resnets.cli; resnets.cli.main()", *arguments, "--json"]
    return json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout)


def ours(seed: int, options: argparse.Namespace) -> dict:
    """Train by the recipe and judge with one view and with six.

    Seconds are those of all epochs, tracing included, as the record's are; with views, those of
    answering about the test pictures six times are added.
    """
    arguments = ["train", str(options.data), "--recipe", "sprint-cifar", "--seed", str(seed)]
    arguments += ["--precision", options.precision]
    began = time.perf_counter()
    trained = resnets(*arguments, "--out", str(options.out / "runs"))
    wall = time.perf_counter() - began
    rows = (Path(trained["run"]) / "metrics.jsonl").read_text().splitlines()
    seconds = sum(json.loads(row)["seconds"] for row in rows)
    plain = resnets("evaluate", trained["run"])
    began = time.perf_counter()
    views = resnets("evaluate", trained["run"], "--views", "shift")
    looked = time.perf_counter() - began
    return {
        "error": plain["error"],
        "seconds": round(seconds, 1),
        "error_views": views["error"],
        "seconds_views": round(seconds + looked, 1),
        "wall": round(wall, 1),
        "command": "resnets " + shlex.join(arguments),
    }


def record(seed: int, options: argparse.Namespace) -> dict:
    """Run the record's script, adapted; see `resnets.benchmarks.airbench`."""
    folder = options.out / "record"
    if not (folder / "cifar10" / "train.npz").exists():
        airbench.write_pictures(options.data, folder / "cifar10")
    script = airbench.adapt(
        airbench.script_of(options.record),
        seed=seed,
        precision=options.precision,
        compiled=options.compiled,
    )
    began = time.perf_counter()
    found = airbench.run(script, folder, options.python)
    return {
        **found,
        "wall": round(time.perf_counter() - began, 1),
        "command": f"{airbench.FILE} of commit {airbench.COMMIT}, adapted"
        + (", steps compiled" if options.compiled else ""),
    }


CONTESTANTS = {"record": record, "sprint-cifar": ours}


def rows_of(path: Path) -> list[dict]:
    """Read the rows measured so far."""
    return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []


def libraries(python: str) -> dict[str, str]:
    """Tell the versions in a contestant's own Python."""
    code = (
        "import json; from resnets.store.provenance import versions; print(json.dumps(versions()))"
    )
    source = str(Path(airbench.__file__).parents[2])
    variables = {**os.environ, "PYTHONPATH": source}
    done = subprocess.run([python, "-c", code], env=variables, check=True, stdout=subprocess.PIPE)
    return json.loads(done.stdout)


def page(rows: list[dict]) -> str:
    """Write the page from the rows: each machine and precision by itself."""
    lines = [
        "# Time to accuracy",
        "",
        "Made by `python docs/results/sprint.py` from `sprint.jsonl`; each row there has its",
        "command, versions and machine. Both contestants train on the 50,000 training pictures and",
        "choose nothing. Errors are on the 10,000 test pictures, in percent; *views*: averaged",
        "over six views of each. Seconds are those of training; with views, of answering about",
        "these too, for ours with the start of the process.",
    ]
    kinds = dict.fromkeys((row["machine"]["cpu"], row["precision"]) for row in rows)
    for cpu, precision in kinds:
        lines += ["", f"## {cpu}, {precision}", "", "```text", summary(rows, cpu, precision), "```"]
    return "\n".join(lines) + "\n"


def summary(rows: list[dict], cpu: str, precision: str) -> str:
    """Say mean, spread and n of both, and the ratios of their mean seconds."""
    lines, means = [], {}
    for name in CONTESTANTS:
        mine = [
            row
            for row in rows
            if (row["contestant"], row["machine"]["cpu"], row["precision"])
            == (name, cpu, precision)
        ]
        if not mine:
            continue
        for what, unit in (
            ("error", 100),
            ("seconds", 1),
            ("error_views", 100),
            ("seconds_views", 1),
        ):
            values = [row[what] * unit for row in mine]
            means[name, what] = statistics.mean(values)
            lines.append(
                f"{name:13} {what:14} {means[name, what]:8.2f}  "
                f"({min(values):.2f} to {max(values):.2f}, n = {len(values)})"
            )
    for what in ("seconds", "seconds_views"):
        if all((name, what) in means for name in CONTESTANTS):
            ratio = means["sprint-cifar", what] / means["record", what]
            lines.append(f"ratio of {what}: {ratio:.3f} (the bar is {BAR})")
    return "\n".join(lines)


def main() -> None:
    """Measure what is missing, and say how the two stand."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--record", type=Path, required=True)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--precision", default="float32", choices=("float32", "bfloat16"))
    parser.add_argument("--python", default=sys.executable)
    parser.add_argument("--compiled", action="store_true")
    parser.add_argument("--data", type=Path, default=Path("../shared/data/cifar10.zip"))
    parser.add_argument("--out", type=Path, default=Path("runs/sprint"))
    options = parser.parse_args()
    here, own = machine(), versions()
    theirs = libraries(options.python)
    for seed in range(options.runs):
        order = list(CONTESTANTS)[:: 1 if seed % 2 == 0 else -1]
        for name in order:
            wanted = (name, seed, here["cpu"], options.precision)
            done = {
                (row["contestant"], row["seed"], row["machine"]["cpu"], row["precision"])
                for row in rows_of(ROWS)
            }
            if wanted in done:
                continue
            row = {
                "contestant": name,
                "seed": seed,
                "precision": options.precision,
                "date": now(),
                **CONTESTANTS[name](seed, options),
                "versions": own if name == "sprint-cifar" else theirs,
                "machine": here,
            }
            with ROWS.open("a") as file:
                file.write(json.dumps(row) + "\n")
            print(json.dumps(row), file=sys.stderr)
    PAGE.write_text(page(rows_of(ROWS)))
    print(summary(rows_of(ROWS), here["cpu"], options.precision))


if __name__ == "__main__":
    main()
