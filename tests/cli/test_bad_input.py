"""Every kind of bad input: one message, a hint, exit 2, no traceback, no run, no engine loaded."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from resnets.store import FORMAT

PROBE = Path(__file__).with_name("bad_input.py")


def pictures(folder: Path, count: int, level: int = 0) -> None:
    """Put so many pictures that differ into a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for number in range(count):
        pixels = np.full((16, 16, 3), (level + number) % 256, "uint8")
        Image.fromarray(pixels).save(folder / f"{number}.png")


def make_sources(place: Path) -> None:
    """Make one source, or run, for every case of the table below."""
    (place / "empty").mkdir()
    pictures(place / "one-class" / "cat", 4)
    for name, count in (("cat", 4), ("dog", 1)):
        pictures(place / "single" / name, count)
    for name in ("cat", "dog"):
        (place / "unreadable" / name).mkdir(parents=True)
        for number in range(6):
            (place / "unreadable" / name / f"{number}.jpg").write_bytes(b"not a picture at all")
        pictures(place / "good" / name, 6, level=100 * (name == "dog"))
        pictures(place / "stray" / "train" / name, 6, level=100 * (name == "dog"))
    pictures(place / "stray" / "val" / "bird", 2, level=50)
    (place / "broken.zip").write_bytes(b"PK\x03\x04 and then nothing of a zip")
    (place / "columns.csv").write_text("file,class\na.png,cat\n")
    (place / "missing.csv").write_text("image_path,label\ngone.png,cat\nlost.png,dog\n")
    (place / "file").write_text("")
    (place / "newer").mkdir()
    (place / "newer" / "state.json").write_text(json.dumps({"format": FORMAT + 1}))


# name: arguments, and what the message has to hold.
CASES: Mapping[str, tuple[list[str], list[str]]] = {
    "no such path": (["train", "nowhere"], ["nowhere"]),
    "an empty folder": (["train", "empty"], ["empty"]),
    "one class": (["train", "one-class"], ["cat"]),
    "a class with a single picture": (["train", "single"], ["dog"]),
    "every picture unreadable": (["train", "unreadable"], ["no picture can be read", "cat/0.jpg"]),
    "a broken zip": (["train", "broken.zip"], ["broken.zip"]),
    "a misspelt net": (["train", "good", "--model", "resnet-20"], ["resnet-20", "resnet20"]),
    "a misspelt recipe": (["train", "good", "--recipe", "quik"], ["quik", "quick"]),
    "a misspelt field": (["train", "good", "--set", "nesterof=1"], ["nesterof", "nesterov"]),
    "a misspelt field of a net": (["train", "good", "--set", "model.widht=8"], ["widht", "width"]),
    "a field without a value": (["train", "good", "--set", "batch"], ["batch"]),
    "a field with a flag": (["train", "good", "--set", "batch=3"], ["batch=3", "--batch"]),
    "a value that does not fit": (["train", "good", "--set", "nesterov=maybe"], ["maybe"]),
    "a net that cannot be": (["train", "good", "--set", "model.width=8"], ["16", "option A"]),
    "size 0": (["train", "good", "--size", "0"], ["0"]),
    "a size in words": (["train", "good", "--size", "big"], ["big"]),
    "epochs -3": (["train", "good", "--epochs", "-3"], ["-3"]),
    "epochs in words": (["train", "good", "--epochs", "many"], ["many"]),
    "batch 0": (["train", "good", "--batch", "0"], ["0"]),
    "a misspelt precision": (["train", "good", "--precision", "bf16"], ["bf16", "bfloat16"]),
    "a misspelt flag": (["train", "good", "--epoch", "3"], ["--epoch", "--epochs"]),
    "no source": (["train"], ["SOURCE"]),
    "val with an unknown class": (["train", "stray"], ["bird"]),
    "a CSV without its columns": (["train", "columns.csv"], ["image_path"]),
    "a CSV with missing files": (["train", "missing.csv"], ["gone.png"]),
    "more classes than pictures": (["train", "classes.npz"], ["a class has a single picture"]),
    "scaled floats": (["train", "floats.npz"], ["float"]),
    "an output below a file": (["train", "good", "--out", "file/runs"], ["file"]),
    "a name that is a path": (["train", "good", "--name", "a/b"], ["a/b"]),
    "evaluate on no run": (["evaluate", "good"], ["good"]),
    "predict on no run": (["predict", "good", "good/cat/0.png"], ["good"]),
    "resume on no run": (["resume", "good"], ["good"]),
    "resume on nothing": (["resume", "nowhere"], ["nowhere"]),
    "a run of a newer format": (["resume", "newer"], [str(FORMAT + 1)]),
    "a verb that is not there": (["trian", "good"], ["trian", "train", "evaluate", "doctor"]),
    "a misspelt net to show": (["show", "resnet-50"], ["resnet-50", "resnet50"]),
}  # fmt: skip

# Names that only a loaded engine could tell apart may load it; nothing else may.
MAY_LOAD_AN_ENGINE = {"a name that is a path"}


@pytest.fixture(scope="module")
def left(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, Any]]:
    place = tmp_path_factory.mktemp("bad")
    make_sources(place)
    np.savez(place / "classes.npz", x=np.zeros((3, 16, 16, 3), "uint8"), y=np.arange(3))
    np.savez(place / "floats.npz", x=np.random.rand(8, 16, 16, 3), y=np.arange(8) % 2)  # noqa: NPY002
    before = sorted(path for path in place.rglob("*"))
    order = sorted(CASES, key=lambda name: name in MAY_LOAD_AN_ENGINE)
    done = subprocess.run(
        [sys.executable, str(PROBE), str(place)],
        input=json.dumps([CASES[name][0] for name in order]),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    after = sorted(path for path in place.rglob("*") if path.name != "runs")
    assert after == before, "bad input left files behind"
    return dict(zip(order, json.loads(done.stdout), strict=True))


@pytest.mark.parametrize("name", sorted(CASES))
def test_it_is_refused_in_one_message(left: dict[str, dict[str, Any]], name: str) -> None:
    found = left[name]
    assert found["code"] == 2, found["err"]
    assert "Traceback" not in found["err"]
    assert found["out"] == ""
    message, _, hint = found["err"].partition("\nhint: ")
    assert hint.strip(), found["err"]
    assert message.count("error: ") == 1
    assert "(received: " in message
    for part in CASES[name][1]:
        assert part in found["err"], found["err"]


@pytest.mark.parametrize("name", sorted(set(CASES) - MAY_LOAD_AN_ENGINE))
def test_no_engine_was_loaded_for_it(left: dict[str, dict[str, Any]], name: str) -> None:
    assert left[name]["engines"] == []


def test_control_characters_of_a_name_do_not_reach_the_terminal(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, str(PROBE), str(tmp_path)],
        input=json.dumps([["train", "cat\x1b[2J"]]),
        capture_output=True,
        text=True,
        check=True,
    )
    (found,) = json.loads(done.stdout)
    assert "\x1b" not in found["err"]
    assert "cat\\x1b[2J" in found["err"]
