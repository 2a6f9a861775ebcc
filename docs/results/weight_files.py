"""Measure what becomes of hostile and damaged files of weights, and write the page about it.

    python docs/results/weight_files.py hostile mutations control

`hostile` gives the whole corpus to our reader, with a process for each HDF5 file; `mutations`
changes a sound file of each container 20,000 times; `control` gives the files that run code to
`pickle.load` and, where RESNETS_OLD_KERAS_PYTHON names a Python with Keras 3.8.0 and PyTorch, to
its `load_model`. Parts may be measured one by one; the page is made from all that is kept.
"""

from __future__ import annotations

import argparse
import collections
import datetime
import json
import os
import platform
import subprocess
import sys
import tempfile
from importlib.metadata import version
from pathlib import Path

HERE = Path(__file__).parent
HARNESS = HERE.parents[1] / "tests" / "weights" / "hostile"
KEPT, PAGE = HERE / "weight-files.json", HERE / "weight-files.md"
CONTAINERS = {
    "safetensors": "safetensors",
    "pth": "torch-zip",
    "th": "torch-legacy",
    "h5": "weights-h5",
    "keras": "keras",
}


def guarded(python: str, reader: str, *sources: str) -> list[dict]:
    """Run the guarded process; its results, the first being what it took when idle."""
    surroundings = os.environ | {"PYTHONPATH": str(HERE.parents[1] / "src")}
    with tempfile.TemporaryDirectory() as folder:
        command = [python, str(HARNESS / "guard.py"), folder, reader, *sources]
        subprocess.run(command, check=True, env=surroundings | {"KERAS_BACKEND": "torch"})
        lines = (Path(folder) / "results.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines]


def hostile() -> dict:
    """The corpus, and what it took to refuse it."""
    idle, *rows, end = guarded(sys.executable, "ours")
    refused = [row for row in rows if row["expected"] == "refused"]
    seconds = sorted(row["seconds"] for row in rows)
    slowest = max(rows, key=lambda row: row["seconds"])
    told = [r for r in refused if r["path"] in r["said"] and "(rule: " in r["said"]]
    return {
        "files": len(rows),
        "kinds": len({row["kind"] for row in rows}),
        "to be refused": len(refused),
        "refused": sum(row["verdict"] == "refused" for row in refused),
        "refused with file and rule": len(told),
        "read as they should be": sum(r["verdict"] == r["expected"] == "read" for r in rows),
        "events": sum(bool(row["events"]) for row in rows),
        "watched files touched": sum(bool(row["touched"]) for row in rows),
        "tracebacks": sum(row["verdict"] == "traceback" for row in rows),
        "hangs": sum(row["verdict"] == "hang" for row in rows),
        "files unchanged": end["files_unchanged"],
        "seconds, median": seconds[len(seconds) // 2],
        "seconds, slowest": slowest["seconds"],
        "slowest file": slowest["name"][5:],
        "MiB over idle": round((rows[-1]["peak"] - idle["idle"]) / 1024),
        "MiB of the HDF5 process over idle": round(
            (rows[-1]["peak_of_children"] - idle["idle_of_children"]) / 1024
        ),
        "by rule": dict(
            collections.Counter(
                row["said"].partition("(rule: ")[2].partition(")")[0] for row in refused
            ).most_common()
        ),
    }


def mutations() -> list[dict]:
    """20,000 changes to each container."""
    command = [sys.executable, str(HARNESS / "mutations.py"), "20000"]
    surroundings = os.environ | {"PYTHONPATH": str(HERE.parents[1] / "src")}
    done = subprocess.run(command, check=True, env=surroundings, capture_output=True, text=True)
    return [json.loads(line) for line in done.stdout.splitlines()]


def control() -> dict:
    """The readers that trust, on the files that run code."""
    sys.path.insert(0, str(HARNESS))
    import readers

    old = os.environ.get("RESNETS_OLD_KERAS_PYTHON")
    runs = {"pickle.load": guarded(sys.executable, "pickle", "torch")}
    if old:
        runs["keras 3.8.0 load_model"] = guarded(old, "keras", "keras")
    return {
        name: {
            "files": len(rows[1:-1]),
            "fired": sum(readers.fired(row) for row in rows[1:-1]),
            "kinds": " ".join(sorted({row["kind"] for row in rows[1:-1]})),
        }
        for name, rows in runs.items()
    }


def page(kept: dict) -> str:
    """The page, from what was measured."""
    lines = ["# Files of weights that are hostile or damaged", ""]
    lines += ["Made by `python docs/results/weight_files.py hostile mutations control`.", ""]
    for part, title in (
        ("hostile", "The hostile corpus"),
        ("control", "The same harness on readers that trust"),
        ("mutations", "20,000 changes to a sound file of each container"),
    ):
        if part in kept:
            lines += [f"## {title}", "", f"{kept[part]['on']}", ""]
            lines += TABLES[part](kept[part]["found"])
    return "\n".join(lines) + "\n"


def hostile_table(found: dict) -> list[str]:
    """What happened to the corpus."""
    lines = ["| what | figure |", "|---|---|"]
    lines += [f"| {what} | {value} |" for what, value in found.items() if what != "by rule"]
    lines += ["", "| rule | files refused by it |", "|---|---|"]
    return [*lines, *(f"| {rule} | {n} |" for rule, n in found["by rule"].items()), ""]


def control_table(found: dict) -> list[str]:
    """Who fired."""
    lines = ["| reader | files that run code in it | fired | kinds |", "|---|---|---|---|"]
    rows = ((name, *one.values()) for name, one in found.items())
    return [*lines, *(f"| {n} | {files} | {fired} | {k} |" for n, files, fired, k in rows), ""]


def mutations_table(found: list[dict]) -> list[str]:
    """What became of the arrays."""
    columns = ("refused", "same", "other numbers", "other names or shapes")
    lines = [f"| container | bytes | {' | '.join(columns)} | slowest, s |", "|---" * 7 + "|"]
    for row in found:
        counts = " | ".join(str(row.get(column, 0)) for column in columns)
        name = CONTAINERS[row["ending"]]
        lines.append(f"| {name} | {row['bytes']} | {counts} | {row['slowest']} |")
    return [*lines, ""]


TABLES = {"hostile": hostile_table, "control": control_table, "mutations": mutations_table}


def main() -> None:
    """Measure the parts that are asked for, keep them, and write the page."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parts = {"hostile": hostile, "mutations": mutations, "control": control}
    parser.add_argument("parts", nargs="+", choices=parts)
    kept = json.loads(KEPT.read_text(encoding="utf-8")) if KEPT.exists() else {}
    versions = ", ".join(f"{name} {version(name)}" for name in ("h5py", "numpy", "safetensors"))
    day = datetime.datetime.now(tz=datetime.UTC).date()
    for part in parser.parse_args().parts:
        on = f"{day}, two shared cores, AMD EPYC, {platform.system()}, Python "
        on += f"{platform.python_version()}, {versions}; n = 1."
        kept[part] = {"on": on, "found": parts[part]()}
        KEPT.write_text(json.dumps(kept, indent=1) + "\n", encoding="utf-8")
        PAGE.write_text(page(kept), encoding="utf-8")


if __name__ == "__main__":
    main()
