"""The verb predict: answers on stdout, what cannot be read on stderr, and exit 1 for it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
from PIL import Image

from resnets.training import Run

Call = Callable[..., tuple[int, str, str]]


def picture(path: Path) -> Path:
    Image.fromarray(np.full((16, 16, 3), 90, "uint8")).save(path)
    return path


def test_json_has_label_probability_and_top(call: Call, run: Run, tmp_path: Path) -> None:
    path = picture(tmp_path / "a.png")
    code, out, _ = call("predict", str(run.path), str(path), "--top", "2", "--json")
    found = json.loads(out)
    assert code == 0
    (answer,) = found["predictions"]
    assert answer["path"] == str(path)
    assert [answer["label"], answer["probability"]] == answer["top"][0]
    assert len(answer["top"]) == 2
    assert found["unreadable"] == []


def test_what_cannot_be_read_is_named_and_makes_it_exit_1(
    call: Call, run: Run, tmp_path: Path
) -> None:
    picture(tmp_path / "good.png")
    (tmp_path / "bad.png").write_bytes(b"nothing")
    code, out, err = call("predict", str(run.path), str(tmp_path))
    assert code == 1
    assert "good.png: " in out
    assert "not read: " in err
    assert "bad.png" in err


def test_class_names_are_escaped_wherever_they_are_shown(
    call: Call, run: Run, tmp_path: Path
) -> None:
    import shutil

    copy = tmp_path / "copy"
    shutil.copytree(run.path, copy)
    data = json.loads((copy / "data.json").read_text())
    data["classes"] = ["\x1b[2Ja", "\x1b[2Jb", "\x1b[2Jc", "\x1b[2Jd"]
    (copy / "data.json").write_text(json.dumps(data))
    code, out, err = call("predict", str(copy), str(picture(tmp_path / "a.png")))
    assert code == 0
    assert "\x1b" not in out + err
    assert "\\x1b[2J" in out
