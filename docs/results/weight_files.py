"""Measure what becomes of hostile and damaged files of weights, and write the page about it.

    python docs/results/weight_files.py hostile mutations control

`hostile` gives the corpus to our reader, with a process for each HDF5 file (`--reader forked`: that
process is forked, which is quicker); `mutations` changes a sound file of each container `--count`
times; `control` gives the files that run code to `pickle.load` and, where RESNETS_OLD_KERAS_PYTHON
names a Python with Keras 3.8.0 and PyTorch, to its `load_model`. Parts, and with `--only` the
sources or endings of a part, may be measured one by one; the page is made from all that is kept.
"""

from __future__ import annotations

import argparse
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
        make = [sys.executable, str(HARNESS / "corpus.py"), folder, reader, *sources]
        subprocess.run(make, check=True, env=surroundings)
        command = [python, str(HARNESS / "guard.py"), folder, reader]
        subprocess.run(command, check=True, env=surroundings | {"KERAS_BACKEND": "torch"})
        lines = (Path(folder) / "results.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines]


def hostile(options: argparse.Namespace) -> dict:
    """The corpus by its sources, and what it took to refuse it."""
    return {source: one_source(source, options.reader) for source in options.only or SOURCES}


def one_source(source: str, reader: str) -> dict:
    """The files of one source."""
    idle, *rows, end = guarded(sys.executable, reader, source)
    refused = [row for row in rows if row["expected"] == "refused"]
    told = [r for r in refused if r["path"] in r["said"] and "(rule: " in r["said"]]
    slowest = max(rows, key=lambda row: row["seconds"])
    harm = [row for row in rows if row["events"] or row["touched"]]
    failed = [row for row in rows if row["verdict"] in ("traceback", "hang")]
    memory = (
        rows[-1]["peak"] - idle["idle"],
        rows[-1]["peak_of_children"] - idle["idle_of_children"],
    )
    return {
        "reader": reader,
        "files": len(rows),
        "to be refused": len(refused),
        "refused, file and rule named": len([r for r in told if r["verdict"] == "refused"]),
        "read, as it should be": sum(r["verdict"] == r["expected"] == "read" for r in rows),
        "with code, reads, writes, sockets or processes": len(harm) + (not end["files_unchanged"]),
        "tracebacks, hangs": len(failed),
        "slowest, s": f"{slowest['seconds']} ({slowest['name'][5:]})",
        "MiB over idle": round(memory[0] / 1024),
        "MiB over idle, HDF5 process": round(memory[1] / 1024),
        "kinds": sorted({row["kind"] for row in rows}),
    }


def mutations(options: argparse.Namespace) -> dict:
    """Changes to a sound file of each container."""
    command = [sys.executable, str(HARNESS / "mutations.py"), str(options.count), *options.only]
    surroundings = os.environ | {"PYTHONPATH": str(HERE.parents[1] / "src")}
    done = subprocess.run(command, check=True, env=surroundings, capture_output=True, text=True)
    rows = map(json.loads, done.stdout.splitlines())
    return {row.pop("ending"): {"changes": options.count, **row} for row in rows}


def control(options: argparse.Namespace) -> dict:
    """The readers that trust, on the files that run code."""
    sys.path.insert(0, str(HARNESS))
    import readers

    old = os.environ.get("RESNETS_OLD_KERAS_PYTHON")
    runs = {"pickle.load": guarded(sys.executable, "pickle", "torch")}
    if old:
        runs["keras 3.8.0 load_model"] = guarded(old, "keras", "keras")
    return {
        name: {
            "files that run code": len(rows[1:-1]),
            "fired": sum(readers.fired(row) for row in rows[1:-1]),
            "kinds": " ".join(sorted({row["kind"] for row in rows[1:-1]})),
        }
        for name, rows in runs.items()
    }


def page(kept: dict) -> str:
    """The page, from what was measured."""
    lines = ["# Files of weights that are hostile or damaged", ""]
    lines += ["Made by `python docs/results/weight_files.py hostile mutations control`, with", ""]
    lines[-1:] = ["`--reader forked` and `--count` where the table says so, part by part.", ""]
    for part, (title, columns) in PARTS.items():
        rows = kept.get(part, {})
        lines += [
            f"## {title}",
            "",
            f"| | {' | '.join(columns)} | on |",
            "|---" * (len(columns) + 2) + "|",
        ]
        for name, row in rows.items():
            values = " | ".join(str(row.get(column, 0)) for column in columns)
            lines.append(f"| {CONTAINERS.get(name, name)} | {values} | {row['on']} |")
        lines.append("")
    sources = kept.get("hostile", {})
    kinds = {kind for row in sources.values() for kind in row["kinds"]}
    files, refused = (sum(r[k] for r in sources.values()) for k in ("files", "to be refused"))
    lines += [f"The corpus: {files} files of {len(kinds)} kinds, {refused} to be refused.", ""]
    return "\n".join(lines)


SOURCES = ("torch", "hdf5", "keras", "safetensors", "any")
PARTS = {
    "hostile": (
        "The hostile corpus",
        (
            *("reader", "files", "to be refused", "refused, file and rule named"),
            *("read, as it should be", "with code, reads, writes, sockets or processes"),
            *("tracebacks, hangs", "slowest, s", "MiB over idle", "MiB over idle, HDF5 process"),
        ),
    ),
    "control": (
        "The same harness on readers that trust",
        ("files that run code", "fired", "kinds"),
    ),
    "mutations": (
        "Bits flipped, ends cut, lengths changed in a sound file",
        (
            *("changes", "bytes", "refused", "same", "other numbers", "other names or shapes"),
            "slowest",
        ),
    ),
}


def main() -> None:
    """Measure the parts that are asked for, keep them, and write the page."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parts = {"hostile": hostile, "mutations": mutations, "control": control}
    parser.add_argument("parts", nargs="+", choices=parts)
    parser.add_argument("--reader", default="ours", choices=("ours", "forked"))
    parser.add_argument("--count", type=int, default=20_000)
    parser.add_argument("--only", nargs="+", default=[])
    options = parser.parse_args()
    kept = json.loads(KEPT.read_text(encoding="utf-8")) if KEPT.exists() else {}
    day = datetime.datetime.now(tz=datetime.UTC).date()
    versions = ", ".join(f"{name} {version(name)}" for name in ("h5py", "numpy", "safetensors"))
    on = f"{day}, two shared Zen 3 cores, Python {platform.python_version()}, {versions}, n = 1"
    for part in options.parts:
        found = parts[part](options)
        kept[part] = kept.get(part, {}) | {name: row | {"on": on} for name, row in found.items()}
        KEPT.write_text(json.dumps(kept, indent=1) + "\n", encoding="utf-8")
        PAGE.write_text(page(kept), encoding="utf-8")


if __name__ == "__main__":
    main()
