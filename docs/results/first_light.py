"""Measure the first results: what `train` reaches on real pictures, with n and spread.

    python docs/results/first_light.py [--data ../shared/data] [--runs runs/results] [JOB ...]

Each row is one training in a process of its own, start included; rows that stand in
`first-light.csv` are not measured again, and the page is written anew from them.
"""

from __future__ import annotations

import argparse
import csv
import json
import statistics
import subprocess
import sys
import time
from pathlib import Path

HERE = Path(__file__).parent
FIELDS = (
    "job", "seed", "test_error", "test_error_new", "val_error", "seconds", "pictures_per_second",
    "bare_pictures_per_second", "epochs", "precision", "cpu", "date", "command",
)  # fmt: skip

# Arguments of `train` by job, with the seeds to run; {data} is where the shared pictures are.
JOBS = {
    "signs": (["{data}/signs"], (0, 1, 2)),
    "lesson": (["{data}/signs", "--model", "lesson", "--recipe", "lesson"], (0, 1, 2)),
    "digits": (["digits"], (0, 1, 2)),
    "cifar10": (["{data}/cifar10.zip", "--model", "resnet20", "--epochs", "8"], (0,)),
}

BARE = """
import json, statistics, sys, time
import numpy as np, resnets, keras
policy, batch, net = sys.argv[1], int(sys.argv[2]), sys.argv[3]
keras.config.set_dtype_policy(policy)
model = resnets.build(net, classes=10, input_shape=(32, 32, 3))
model.compile(keras.optimizers.SGD(0.1, momentum=0.9, nesterov=True),
              keras.losses.SparseCategoricalCrossentropy(from_logits=True),
              jit_compile=keras.backend.backend() == "jax")
x = np.random.default_rng(0).integers(0, 256, (batch, 32, 32, 3), "uint8")
y = np.arange(batch) % 10
for _ in range(5):
    model.train_on_batch(x, y)
times = []
for _ in range(60):
    start = time.perf_counter()
    model.train_on_batch(x, y)
    times.append(time.perf_counter() - start)
print(json.dumps(batch / statistics.median(times)))
"""


def resnets(*arguments: str) -> dict:
    """Run a verb with --json in a process of its own."""
    command = [sys.executable, "-c", "import resnets.cli; resnets.cli.main()", *arguments, "--json"]
    return json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout)


def bare_speed(plan: dict) -> float:
    """Measure the bare training step of a plan: net, batch and precision alone."""
    policy = {"float32": "float32"}.get(plan["precision"], f"mixed_{plan['precision']}")
    command = [sys.executable, "-c", BARE, policy, str(plan["batch"]), plan["net"]]
    return float(json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout))


def error_without_copies(run: Path) -> float | None:
    """Give the test error on pictures that have no byte-equal copy in train or val."""
    splits = json.loads((run / "data.json").read_text())["splits"]
    seen = {digest for part in ("train", "val") for _, _, digest in splits[part]}
    new = {path for path, _, digest in splits["test"] if digest not in seen}
    with (run / "predictions-test.csv").open(newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["path"] in new]
    return sum(row["right"] == "0" for row in rows) / len(rows) if rows else None


def measure(job: str, seed: int, data: Path, runs: Path) -> dict:
    """Train and judge one row."""
    arguments = [part.format(data=data) for part in JOBS[job][0]]
    began = time.perf_counter()
    trained = resnets("train", *arguments, "--seed", str(seed), "--out", str(runs))
    seconds = time.perf_counter() - began
    judged = resnets("evaluate", trained["run"])
    run = Path(trained["run"])
    origin = json.loads((run / "provenance.json").read_text())
    bare = [bare_speed(trained["plan"]) for _ in range(3)] if job == "cifar10" else []
    shown = " ".join(part.replace(str(data), "../shared/data") for part in arguments)
    return {
        "job": job,
        "seed": seed,
        "test_error": judged["error"],
        "test_error_new": error_without_copies(run),
        "val_error": trained["error"],
        "seconds": round(seconds, 1),
        "pictures_per_second": trained["pictures_per_second"],
        "bare_pictures_per_second": round(statistics.median(bare), 1) if bare else "",
        "epochs": trained["epochs"],
        "precision": trained["plan"]["precision"],
        "cpu": origin["machine"]["cpu"],
        "date": origin["time"][:10],
        "command": f"resnets train {shown} --seed {seed}",
    }


def read(path: Path) -> list[dict]:
    """Read the rows measured so far."""
    if not path.exists():
        return []
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


def table_of(rows: list[dict]) -> str:
    """Make the table: a line a job and machine, mean and range over seeds."""
    lines = [
        "| command | n | test error % | on new ones % | val error % | seconds | pictures/s | on |",
        "|---|---|---|---|---|---|---|---|",
    ]
    groups: dict[tuple[str, str], list[dict]] = {}
    for row in rows:
        groups.setdefault((row["job"], row["cpu"]), []).append(row)
    for (_, cpu), members in groups.items():
        cells = [
            spread(members, name, 100) for name in ("test_error", "test_error_new", "val_error")
        ]
        cells += [spread(members, name, 1) for name in ("seconds", "pictures_per_second")]
        command = members[0]["command"].rsplit(" --seed", 1)[0]
        on = f"{cpu}, {members[0]['precision']}, {members[0]['date']}"
        lines.append(f"| `{command}` | {len(members)} | {' | '.join(cells)} | {on} |")
    return "\n".join(lines)


def page(rows: list[dict]) -> str:
    """Write the page from the rows."""
    lines = [
        "# First results",
        "",
        "Made by `python docs/results/first_light.py` from `first-light.csv`; each row there has",
        "its command. Errors are on `test`, chosen by `val`; mean, and lowest to highest in",
        "brackets. Seconds are of the whole command, start included, on two shared cores.",
        "",
        table_of(rows),
        "",
        "*New ones* are those without a byte-equal copy in train or val: the signs have 12",
        "test pictures with one, as they were published.",
    ]
    for row in rows:
        if row["bare_pictures_per_second"]:
            share = float(row["pictures_per_second"]) / float(row["bare_pictures_per_second"])
            lines += [
                "",
                f"The whole `{row['job']}` training ran at {share:.2f} of the bare step's speed:",
                f"{row['pictures_per_second']} of {row['bare_pictures_per_second']} pictures/s.",
                "The bare step is `train_on_batch` alone on one batch, the median of 60, three",
                "rounds after the training.",
            ]
    return "\n".join(lines) + "\n"


def spread(rows: list[dict], name: str, factor: float) -> str:
    """Give mean and range of a column."""
    values = [float(row[name]) * factor for row in rows if row[name] not in ("", None)]
    if not values:
        return ""
    mean = f"{statistics.mean(values):.4g}"
    return mean if len(values) == 1 else f"{mean} ({min(values):.4g} to {max(values):.4g})"


def main() -> None:
    """Measure what is missing and write the page."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("jobs", nargs="*", default=list(JOBS), metavar="JOB")
    parser.add_argument("--data", type=Path, default=Path("../shared/data"))
    parser.add_argument("--runs", type=Path, default=Path("runs/results"))
    options = parser.parse_args()
    table = HERE / "first-light.csv"
    for job in options.jobs:
        for seed in JOBS[job][1]:
            measured = {(row["job"], row["seed"]) for row in read(table)}
            if (job, str(seed)) in measured:
                continue
            row = measure(job, seed, options.data, options.runs)
            rows = [*read(table), row]  # read again: another job may have been measured meanwhile
            rows.sort(key=lambda row: (list(JOBS).index(row["job"]), int(row["seed"])))
            with table.open("w", newline="") as file:
                writer = csv.DictWriter(file, FIELDS)
                writer.writeheader()
                writer.writerows(rows)
    rows = read(table)
    (HERE / "first-light.md").write_text(page(rows))
    readme = HERE.parents[1] / "README.md"
    before, begin, rest = readme.read_text().partition("<!-- results -->\n")
    _, end, after = rest.partition("<!-- end of results -->\n")
    readme.write_text(f"{before}{begin}{table_of(rows)}\n{end}{after}")


if __name__ == "__main__":
    main()
