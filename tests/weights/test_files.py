"""The one door: content decides, the look comes before the arrays, a refusal is one message."""

from __future__ import annotations

import hashlib
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import save

from resnets.errors import UsageError, WeightsError
from resnets.weights.files import read_arrays

SOUND = save({"a": np.ones((2, 3), np.float32)})


def test_the_ending_says_nothing(tmp_path: Path) -> None:
    for name in ("a.safetensors", "a.pth", "a.keras", "a"):
        (tmp_path / name).write_bytes(SOUND)
        foreign = read_arrays(tmp_path / name)
        assert foreign.container == "safetensors"
        assert foreign.sha256 == hashlib.sha256(SOUND).hexdigest()
        assert foreign.arrays["a"].tolist() == [[1, 1, 1], [1, 1, 1]]


def test_a_refusal_is_one_message(tmp_path: Path) -> None:
    path = tmp_path / "a.pth"
    path.write_bytes(b"<!DOCTYPE html>")
    with pytest.raises(WeightsError) as caught:
        read_arrays(str(path))
    assert str(caught.value).startswith(
        f"{path} is refused: it is a web page (rule: known container)"
    )
    assert caught.value.received == b"<!DOCTYPE html>"
    assert "browser" in caught.value.hint
    assert caught.value.__cause__ is None


def test_what_a_look_raises_goes_on_to_the_caller(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(SOUND)

    def look(shapes: object) -> None:
        assert shapes == {"a": (2, 3)}
        raise UsageError("another net", received=1, hint="none")

    with pytest.raises(UsageError, match="another net"):
        read_arrays(path, look)


@pytest.mark.parametrize("change", (b"x" * len(SOUND), SOUND[:-4], SOUND + b"\0", SOUND))
def test_a_file_that_changes_after_it_was_looked_at(tmp_path: Path, change: bytes) -> None:
    path = tmp_path / "a"
    path.write_bytes(SOUND)
    with pytest.raises(WeightsError, match="changed while it was read"):
        read_arrays(path, lambda shapes: path.write_bytes(change) and None)


def test_too_little_memory_is_a_refusal(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(SOUND)

    def look(shapes: object) -> None:
        raise MemoryError

    with pytest.raises(WeightsError, match="not enough memory"):
        read_arrays(path, look)


def test_reading_loads_no_engine_and_no_h5py(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(SOUND)
    program = (
        "import sys; from resnets.weights.files import read_arrays; read_arrays(sys.argv[1]);"
        "print(*sorted({'keras', 'tensorflow', 'torch', 'jax', 'h5py'} & set(sys.modules)))"
    )
    command = [sys.executable, "-c", program, str(tmp_path / "a")]
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    assert (done.returncode, done.stdout.strip()) == (0, ""), done.stderr
