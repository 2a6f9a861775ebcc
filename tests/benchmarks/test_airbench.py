"""The record's script as a peer: what is replaced, what is refused, what is read."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from resnets.benchmarks import airbench
from resnets.errors import EngineError, SourceError, UsageError

_CELLS = (
    ("run", "epoch", "train_loss", "train_acc", "val_acc", "tta_val_acc", "total_time_seconds"),
    ("0", "0", "1.5000", "0.5000", "0.6000", "", "50.0000"),
    ("", "1", "1.2000", "0.8000", "0.9010", "", "100.5000"),
    ("", "eval", "1.2000", "0.8000", "0.9010", "0.9060", "110.0000"),
)
TABLE = "\n".join("|" + "|".join(f"  {cell:>8}  " for cell in row) + "|" for row in _CELLS)
FOUND = {"error": 0.099, "seconds": 100.5, "error_views": 0.094, "seconds_views": 110.0}


def test_lines_are_replaced_as_often_as_they_are_expected() -> None:
    changes = (("cuda", 2, "cpu"), ("seed()", 1, "seed({seed})"))
    assert airbench.substituted("cuda seed() cuda", changes, {"seed": 3}) == "cpu seed(3) cpu"
    with pytest.raises(UsageError, match="this 2 times, and holds it 1 times") as caught:
        airbench.substituted("cuda seed()", changes, {"seed": 3})
    assert caught.value.received == "cuda"
    assert airbench.COMMIT[:7] in caught.value.hint


def test_another_version_is_refused() -> None:
    with pytest.raises(UsageError, match="not the script that the changes were written") as caught:
        airbench.adapt("print('hello')", seed=0)
    assert str(caught.value.received).startswith("SHA-256 ")
    assert airbench.COMMIT in caught.value.hint


def test_the_script_is_read_from_a_file_or_named_as_missing(tmp_path: Path) -> None:
    (tmp_path / "script.py").write_text("text")
    assert airbench.script_of(tmp_path / "script.py") == "text"
    with pytest.raises(SourceError, match=r"there is no legacy/airbench94.py of commit") as caught:
        airbench.script_of(tmp_path / "nowhere")
    assert caught.value.received == str(tmp_path / "nowhere")
    assert "git clone" in caught.value.hint


def test_the_real_script_loses_all_that_needs_a_gpu() -> None:
    """Runs where AIRBENCH names a clone of the record's repository, and says so elsewhere."""
    place = os.environ.get("AIRBENCH")
    if not place:
        pytest.skip("no clone of cifar10-airbench: set AIRBENCH to its Git directory")
    script = airbench.adapt(airbench.script_of(Path(place)), seed=7, precision="bfloat16")
    compile(script, "adapted.py", "exec")
    assert "torch.manual_seed(7)" in script
    for gone in ("torch.cuda", ".half", "import torchvision", "range(25)"):
        assert gone not in script


def test_the_table_is_read() -> None:
    assert airbench.read_table(TABLE) == FOUND
    with pytest.raises(SourceError, match="has no row of an epoch") as caught:
        airbench.read_table("Traceback")
    assert caught.value.received == "Traceback"
    assert "prints" in caught.value.hint


def test_a_stand_in_is_run_and_read(tmp_path: Path) -> None:
    assert airbench.run(f"print('''{TABLE}''')", tmp_path, sys.executable) == FOUND
    with pytest.raises(EngineError, match="stopped with an error") as caught:
        airbench.run("raise ValueError('no such layer')", tmp_path, sys.executable)
    assert caught.value.received == "ValueError: no such layer"
    assert "adapted.py" in caught.value.hint


def test_pictures_are_written_by_split_and_thinned_evenly(tmp_path: Path) -> None:
    for split, count in (("train", 4), ("test", 2)):
        for name in ("cat", "dog"):
            folder = tmp_path / "source" / split / name
            folder.mkdir(parents=True)
            for number in range(count):
                level = 10 * number + (100 if name == "dog" else 0)
                Image.new("RGB", (32, 32), (level,) * 3).save(folder / f"{number}.png")
    airbench.write_pictures(tmp_path / "source", tmp_path / "out", {"train": 4})
    train, test = (np.load(tmp_path / "out" / f"{name}.npz") for name in ("train", "test"))
    assert (train["images"].shape, test["images"].shape) == ((4, 32, 32, 3), (4, 32, 32, 3))
    assert train["images"].dtype == np.uint8
    assert train["labels"].tolist() == [0, 0, 1, 1]
    assert test["images"][:, 0, 0, 0].tolist() == [0, 10, 100, 110]
    assert test["labels"].dtype == np.int64
