"""Measure what memory a training step takes, and what `--recompute` saves and costs.

    python docs/results/memory.py [--engine tensorflow=PYTHON ...] [--minutes M] [JOB ...]

The job `growth` measures the peak against the batch, for several nets; it is what the plan's rule
is fitted to. The job `recompute` measures peak and time of a step with and without, in rounds, the
order turned round in each. Every row is a process of its own; rows that stand in `memory.csv` are
not measured again, and the page is written anew from all of them.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import statistics
import subprocess
import sys
import time
from datetime import date
from pathlib import Path

HERE = Path(__file__).parent
FIELDS = (
    "job", "engine", "net", "side", "batch", "recompute", "round", "bytes", "seconds", "version",
    "cpu", "date",
)  # fmt: skip

# Net, side in pixels, batches.
GROWTH = (
    ("resnet50", 224, (4, 16)),
    ("resnet110", 32, (32, 128)),
    ("resnet18", 224, (8, 32)),
    ("resnet20", 32, (64, 256)),
    ("resnet18", 64, (16, 64)),
    ("lesson", 64, (16, 64)),
)
COST = (("resnet50", 224, 16), ("resnet110", 32, 128))
WAYS = ("nothing", "blocks", "stages")  # what is computed again in the backward pass
ROUNDS = 3  # of the first two ways; whole stages are measured in one

NUMBERS = ("bytes", "seconds")

HEAD = """# What memory a training step takes

Made by `python docs/results/memory.py` from `memory.csv`, which has the machine and the date of
each row. Every row is a process of its own that builds a net, compiles it as `train` does (recipe
`quick`, float32) and takes a few steps on one batch; its peak is what Linux counts as resident
(VmHWM), less what was resident when the engine had been loaded.

## Growth with the batch

*Picture* is the slope between the two batches, *kept* what `resnets.models.cost` counts for one
picture, *ratio* the first over the second. *Reckoned* are the measured peaks over what
`resnets.training.footprint` reckons, by which the plan goes; above 1 a step takes more. n = 1. The
second table is what fits all peaks of an engine best. TensorFlow's constants in the package are
near it, leaning to the safe side; for the other engines there were too few peaks to go by it.
"""

BETWEEN = """
## What recomputing saves and costs

Medians of n rounds, the order turned round in each. *Blocks* is what `--recompute` does. *Stages*
makes each stage one layer that recomputes as a whole; nothing in the package does that.
"""

CHILD = """
import itertools, json, statistics, sys, time
from pathlib import Path
import numpy as np
import resnets, keras
from resnets import engine
from resnets.blocks import Chain
from resnets.models import depth_of, spec_of
from resnets.store import machine
from resnets.training.compiling import ready_model
from resnets.training.recipes import RECIPES

task = json.loads(sys.argv[1])
def status(name):
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith(name):
            return int(line.split()[1]) * 1024

def staged(net):
    "Put the blocks of each stage into one layer, which recomputes as a whole."
    x = net.input
    for name, group in itertools.groupby(net.layers[1:], lambda layer: layer.name.split("_")[0]):
        layers = list(group)
        if name.startswith("stage"):
            for layer in layers:
                layer.recompute = False
            layers = [Chain(layers, name=name)]
            layers[0].recompute = True
        for layer in layers:
            x = layer(x)
    whole = keras.Model(net.input, x)
    whole.compile(net.optimizer, net.loss, jit_compile=net.jit_compile)
    return whole

side, batch = task["side"], task["batch"]
spec = spec_of(task["net"], classes=10, input_shape=(side, side, 3))
x = np.random.default_rng(0).integers(0, 256, (batch, side, side, 3), "uint8")
y = np.arange(batch) % 10
keras.ops.convert_to_numpy(keras.ops.ones(3) + 1)  # the engine is awake
Path("/proc/self/clear_refs").write_text("5")  # the peak begins anew, from here
before = status("VmRSS:")
again = task["recompute"] != "nothing"
model = ready_model(spec, RECIPES["quick"], 100, depth_of(spec), "float32", 0, recompute=again)
if task["recompute"] == "stages":
    model = staged(model)
times = []
for _ in range(task["steps"]):
    start = time.perf_counter()
    model.train_on_batch(x, y)
    times.append(time.perf_counter() - start)
found = {"bytes": status("VmHWM:") - before, "seconds": round(statistics.median(times[2:]), 4)}
versions = {"version": engine.version(keras.backend.backend()), "cpu": machine()["cpu"]}
print(json.dumps(found | versions))
"""


def measure(python: str, engine: str, task: dict) -> dict:
    """Take some training steps in a process of its own; give its peak and the median step."""
    variables = os.environ | {"KERAS_BACKEND": engine, "TF_CPP_MIN_LOG_LEVEL": "3"}
    command = [python, "-c", CHILD, json.dumps(task)]
    done = subprocess.run(command, check=True, stdout=subprocess.PIPE, env=variables)
    return json.loads(done.stdout.splitlines()[-1])


def tasks(job: str) -> list[dict]:
    """List the measurements of a job, in the order in which they are made."""
    if job == "growth":
        return [
            {"net": net, "side": side, "batch": batch, "recompute": what, "round": 0, "steps": 3}
            for net, side, batches in GROWTH
            for what in ("nothing", "blocks")
            for batch in batches
            if (net, what) != ("lesson", "blocks")
        ]
    return [
        {"net": net, "side": side, "batch": batch, "recompute": what, "round": turn, "steps": 4}
        for turn in range(ROUNDS)
        for net, side, batch in COST
        for what in (WAYS, WAYS[1::-1], WAYS[:2])[turn]
    ]


def main() -> None:
    """Measure what is missing and write the page."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("jobs", nargs="*", default=["growth", "recompute"], metavar="JOB")
    parser.add_argument("--engine", action="append", metavar="NAME=PYTHON")
    parser.add_argument("--minutes", type=float, default=1e9, help="begin nothing after these")
    options = parser.parse_args()
    began = time.monotonic()
    table = HERE / "memory.csv"
    for pair in options.engine or [f"tensorflow={sys.executable}"]:
        engine, _, python = pair.partition("=")
        for job in options.jobs:
            for task in tasks(job):
                key = {"job": job, "engine": engine} | {k: task[k] for k in FIELDS[2:7]}
                rows = read(table)
                if any(all(row[k] == str(v) for k, v in key.items()) for row in rows):
                    continue
                if time.monotonic() - began > options.minutes * 60:
                    print("more is left to measure", file=sys.stderr)
                    return
                row = key | measure(python, engine, task) | {"date": date.today().isoformat()}
                print(row, file=sys.stderr)
                with table.open("w", newline="") as file:
                    writer = csv.DictWriter(file, FIELDS)
                    writer.writeheader()
                    writer.writerows([*rows, row])
    (HERE / "memory.md").write_text(page(read(table)))


def page(rows: list[dict]) -> str:
    """Write the page from the rows."""
    lines = [HEAD, *growth_table(rows), "", *fits(rows)]
    if any(row["job"] == "recompute" for row in rows):
        lines += [BETWEEN, *cost_table(rows)]
    return "\n".join(lines) + "\n"


def fits(rows: list[dict]) -> list[str]:
    """Fit each engine's growth to its peaks: no share below 0, and least relative squares."""
    import numpy as np
    from scipy.optimize import nnls

    from resnets.models import cost, depth_of
    from resnets.training.footprint import AGAIN

    lines = [
        "| engine | n | base, MB | a layer, MB | a weight, bytes | factor | recomputing |",
        "|---|---|---|---|---|---|---|",
    ]
    for engine in dict.fromkeys(row["engine"] for row in rows):
        terms, peaks = [], []
        for row in rows:
            if row["engine"] != engine or row["job"] != "growth":
                continue
            spec, again = spec_in(row), row["recompute"] == "blocks"
            held = kept_bytes(spec, again) * int(row["batch"])
            layers = depth_of(spec) * (AGAIN if again else 1.0)
            fixed = [1e6, layers * 1e6, cost(spec).parameters]
            terms.append([*fixed, 0.0 if again else held, held if again else 0.0])
            peaks.append(int(row["bytes"]))
        sizes = np.array(peaks, float)
        found, _ = nnls(np.array(terms) / sizes[:, None], np.ones(len(sizes)))
        numbers = " | ".join(f"{number:.3g}" for number in found)
        lines.append(f"| {engine} | {len(peaks)} | {numbers} |")
    return lines


def spec_in(row: dict) -> object:
    """Give the spec of the net that a row measured."""
    from resnets.models import spec_of

    side = int(row["side"])
    return spec_of(row["net"], classes=10, input_shape=(side, side, 3))


def growth_table(rows: list[dict]) -> list[str]:
    """Make a line for each net: its growth with the batch, beside what is reckoned."""
    from resnets.training.footprint import footprint

    lines = [
        "| engine | net | px | again | batches | MB | picture, MB | kept, MB | ratio | reckoned |",
        "|---|---|---|---|---|---|---|---|---|---|",
    ]
    groups: dict[tuple[str, ...], list[dict]] = {}
    for row in rows:
        if row["job"] == "growth":
            key = tuple(row[name] for name in ("engine", "net", "side", "recompute"))
            groups.setdefault(key, []).append(row)
    for (engine, net, side, again), members in groups.items():
        if len(members) < 2:
            continue
        spec = spec_in(members[0])
        step = footprint(spec, engine, "float32", "sgd", recompute=again == "blocks")
        batches = [int(row["batch"]) for row in members]
        peaks = [int(row["bytes"]) for row in members]
        growth = (peaks[-1] - peaks[0]) / (batches[-1] - batches[0])
        kept = kept_bytes(spec, again == "blocks")
        shares = [peak / step.needed(batch) for peak, batch in zip(peaks, batches, strict=True)]
        cells = [
            engine, net, side, again, " ".join(map(str, batches)),
            " ".join(f"{peak / 1e6:.0f}" for peak in peaks), f"{growth / 1e6:.2f}",
            f"{kept / 1e6:.2f}", f"{growth / kept:.2f}",
            " ".join(f"{share:.2f}" for share in shares),
        ]  # fmt: skip
        lines.append("| " + " | ".join(cells) + " |")
    return lines


def kept_bytes(spec: object, recompute: bool) -> int:
    """Give what the arithmetic counts for one picture in float32."""
    from resnets.models import cost

    counted = cost(spec)
    return 4 * (counted.kept_recomputing() if recompute else counted.kept)


def cost_table(rows: list[dict]) -> list[str]:
    """Make a line for each net and way: medians, beside the net that recomputes nothing."""
    lines = [
        "| engine | net | px | batch | again | n | peak, GB | of it | step, s | times |",
        "|---|---|---|---|---|---|---|---|---|---|",
    ]
    groups: dict[tuple[str, ...], dict[str, list[dict]]] = {}
    for row in rows:
        if row["job"] == "recompute":
            key = tuple(row[name] for name in ("engine", "net", "side", "batch"))
            groups.setdefault(key, {}).setdefault(row["recompute"], []).append(row)
    for key, ways in groups.items():
        found = {
            way: [statistics.median(float(row[name]) for row in members) for name in NUMBERS]
            for way, members in ways.items()
        }
        for way, (peak, seconds) in found.items():
            first_peak, first_seconds = found["nothing"]
            numbers = f"{peak / 1e9:.2f} | {peak / first_peak:.2f} | {seconds:.3f}"
            line = f"| {' | '.join(key)} | {way} | {len(ways[way])} | {numbers} "
            lines.append(f"{line}| {seconds / first_seconds:.2f} |")
    return lines


def read(path: Path) -> list[dict]:
    """Read the rows measured so far."""
    if not path.exists():
        return []
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


if __name__ == "__main__":
    main()
