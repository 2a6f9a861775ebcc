"""The CIFAR speed record's own script as a peer: adapted to a CPU and our pictures, run, read.

Nothing of it is kept here but the lines that have to be replaced. Whoever measures fetches
github.com/KellerJordan/cifar10-airbench; `adapt` refuses any text but the one it knows.
"""

from __future__ import annotations

import hashlib
import os
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from resnets.data import Preprocess, open_source
from resnets.data.decode import Pixels
from resnets.data.preprocess import prepare_picture
from resnets.data.workers import spread
from resnets.errors import EngineError, SourceError, UsageError

COMMIT = "f1c599c4af24aca803e3e65a6a7e52a502e09d0e"
FILE = "legacy/airbench94.py"
SHA256 = "0b155e0ff0e696bc01ae136654ddae88a24cd053cd2b4313d44548c29ed6c91d"

# What takes the place of torchvision and of CUDA's clock; and a seed, which the record has none of.
_HEAD = """
import json
import time
import numpy

class T:
    @staticmethod
    def Normalize(mean, std):
        def normalize(images):
            shape = (1, -1, 1, 1)
            return (images - mean.to(images).view(shape)) / std.to(images).view(shape)
        return normalize

class Clock:
    def record(self):
        self.now = time.perf_counter()
    def elapsed_time(self, later):
        return 1e3 * (later.now - self.now)

torch.manual_seed({seed})
"""

# The text, how often it stands there, and what takes its place.
Change = tuple[str, int, str]
_CHANGES: tuple[Change, ...] = (
    ("import torchvision\nimport torchvision.transforms as T\n", 1, _HEAD),
    ("'train.pt' if train else 'test.pt'", 1, "'train.npz' if train else 'test.npz'"),
    (
        "torch.load(data_path, map_location=torch.device(gpu))",
        1,
        "{{k: torch.from_numpy(v) for k, v in numpy.load(data_path).items()}}",
    ),
    ("self.images.half()", 1, "self.images.to({dtype})"),
    ("net.half().cuda()", 1, "net.to({dtype})"),
    ("torch.cuda.Event(enable_timing=True)", 2, "Clock()"),
    ("    torch.cuda.synchronize()\n", 3, "    pass\n"),
    ("in (torch.half, torch.float)", 1, "in (torch.bfloat16, torch.float)"),
    (
        "    model = make_net()\n",
        1,
        "    model = make_net()\n    forward = torch.compile(model) if {compiled} else model\n",
    ),
    (
        "            outputs = model(inputs)\n",
        1,
        "            outputs = forward(inputs.contiguous(memory_format=torch.channels_last))\n",
    ),
    ("'train_epochs': 9.9,", 1, "'train_epochs': {epochs},"),
    ("range(25)", 1, "range(1)"),
)


def substituted(text: str, changes: Sequence[Change], values: Mapping[str, Any]) -> str:
    """Replace lines of a script, each as often as it is expected to stand there.

    Args:
        text: of the script.
        changes: what stands there, how often, and what takes its place, with {names} of values.
        values: by name.

    Raises:
        UsageError: a line stands there more or less often than expected.
    """
    for before, times, after in changes:
        found = text.count(before)
        if found != times:
            raise UsageError(
                f"the script should hold this {times} times, and holds it {found} times",
                received=before.strip().splitlines()[0],
                hint=f"take {FILE} of commit {COMMIT[:7]}, or mend the table of changes",
            )
        text = text.replace(before, after.format(**values))
    return text


def adapt(
    text: str, *, seed: int, precision: str = "float32", compiled: bool = False, epochs: float = 9.9
) -> str:
    """Adapt the record's script to a CPU: its device, precision and data, and a seed.

    What it computes stays: net, initial weights, augmentation, schedule, optimizer, averaging,
    views. Pictures come as `train.npz` and `test.npz`, in channels-last order.

    Args:
        text: of the script, as fetched.
        seed: of weights, order and augmentation.
        precision: "float32", or "bfloat16" where the CPU computes in it.
        compiled: whether training steps go through `torch.compile`.
        epochs: the record's 9.9; fewer for a short measurement of speed.

    Raises:
        UsageError: it is another script, or another version of it.
    """
    digest = hashlib.sha256(text.encode()).hexdigest()
    if digest != SHA256:
        raise UsageError(
            "this is not the script that the changes were written for",
            received=f"SHA-256 {digest[:12]}...",
            hint=f"take {FILE} of commit {COMMIT} from github.com/KellerJordan/cifar10-airbench",
        )
    values = {"seed": seed, "dtype": f"torch.{precision}", "compiled": compiled, "epochs": epochs}
    return substituted(text, _CHANGES, values)


def script_of(place: Path) -> str:
    """Read the script: from the file itself, or from a Git directory that has the commit.

    Raises:
        SourceError: neither is there.
    """
    if place.is_file():
        return place.read_text()
    command = ["git", "--git-dir", str(place), "show", f"{COMMIT}:{FILE}"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise SourceError(
            f"there is no {FILE} of commit {COMMIT[:7]} there",
            received=str(place),
            hint="git clone --bare https://github.com/KellerJordan/cifar10-airbench",
        )
    return done.stdout


def write_pictures(source: Any, folder: Path, limits: Mapping[str, int] | None = None) -> None:
    """Write the pictures as the script reads them: decoded by the one decoder, (N, 32, 32, 3).

    Args:
        source: anything that `open_source` takes, with the splits train and test.
        folder: that `train.npz` and `test.npz` go into.
        limits: how many of a split at most, drawn evenly, by its name; for short measurements.
    """
    opened = open_source(source)
    shape = Preprocess(32, 32)
    folder.mkdir(parents=True, exist_ok=True)

    def read(index: int) -> Pixels:
        return prepare_picture(opened.read(index), shape, opened.paths[index])

    for place, name in ((0, "train"), (2, "test")):
        indices = np.flatnonzero(opened.given == place)
        wanted = min(len(indices), (limits or {}).get(name, len(indices)))
        indices = indices[np.linspace(0, len(indices) - 1, wanted).astype(int)]
        images = np.stack(list(spread(read, indices.tolist())))
        np.savez(
            folder / f"{name}.npz",
            images=images,
            labels=opened.labels[indices].astype(np.int64),
            classes=np.arange(len(opened.classes)),
        )


def run(script: str, folder: Path, python: str) -> dict[str, float]:
    """Run an adapted script and read what it printed.

    Args:
        script: the text; it looks for its pictures in `cifar10` below the folder.
        folder: to work in; the script is left there as `adapted.py`.
        python: of an environment that has PyTorch.

    Returns:
        As `read_table` gives.

    Raises:
        EngineError: the script failed; its last words are told.
    """
    path = folder / "adapted.py"
    path.write_text(script)
    done = subprocess.run(
        [python, path.name], cwd=folder, env=dict(os.environ), capture_output=True, text=True,
        check=False,
    )  # fmt: skip
    if done.returncode != 0:
        raise EngineError(
            "the record's script stopped with an error",
            received=(done.stderr.strip() or "no word").splitlines()[-1],
            hint=f"look at {path}, and whether {python} has PyTorch",
        )
    return read_table(done.stdout)


def read_table(printed: str) -> dict[str, float]:
    """Read the record's table: run, epoch, train_loss, train_acc, val_acc, tta_val_acc, seconds.

    Its `val` is the test split; it chooses nothing by it. Its seconds are those of training, and
    in the last row of the evaluation with views too; neither has the evaluation of each epoch.

    Returns:
        `error` and `seconds` after the last epoch; `error_views` and `seconds_views` with views.

    Raises:
        SourceError: there is no such table.
    """
    rows = [
        [cell.strip() for cell in line.strip("|").split("|")]
        for line in printed.splitlines()
        if line.startswith("|")
    ]
    epochs = [row for row in rows if len(row) == 7 and row[1].isdigit()]
    ends = [row for row in rows if len(row) == 7 and row[1] == "eval"]
    if not epochs or not ends:
        raise SourceError(
            "the record's table has no row of an epoch or of the evaluation",
            received=printed[:80],
            hint="look at what the adapted script prints",
        )
    return {
        "error": round(1 - float(epochs[-1][4]), 4),
        "seconds": float(epochs[-1][6]),
        "error_views": round(1 - float(ends[-1][5]), 4),
        "seconds_views": float(ends[-1][6]),
    }
