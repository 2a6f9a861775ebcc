"""A `.pth` written without PyTorch: read back by our reader, and by PyTorch where it is there."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
import zipfile
from pathlib import Path

import numpy as np
import pytest

from resnets.weights.files import read_arrays
from resnets.weights.torch_writer import write_torch

ARRAYS = {
    "conv1.weight": np.arange(24, dtype="float32").reshape(2, 3, 2, 2),
    "fc.bias": np.array([1.5, -2.5], "float32"),
    "scale": np.array(3.0, "float32"),
}


def test_our_reader_gives_back_what_was_written(tmp_path):
    write_torch(tmp_path / "net.pth", ARRAYS)
    found = read_arrays(tmp_path / "net.pth")
    assert found.container == "torch-zip"
    assert list(found.arrays) == list(ARRAYS)
    for name, array in ARRAYS.items():
        assert found.arrays[name].shape == array.shape
        assert found.arrays[name].tobytes() == array.tobytes()


def test_arrays_that_are_views_are_written_as_they_look(tmp_path):
    turned = np.arange(6, dtype="float32").reshape(2, 3).T
    write_torch(tmp_path / "net.pth", {"fc.weight": turned})
    found = read_arrays(tmp_path / "net.pth").arrays["fc.weight"]
    assert found.tolist() == [[0, 3], [1, 4], [2, 5]]


def test_the_same_arrays_give_the_same_bytes(tmp_path):
    for name in ("a.pth", "b.pth"):
        write_torch(tmp_path / name, ARRAYS)
    assert (tmp_path / "a.pth").read_bytes() == (tmp_path / "b.pth").read_bytes()


def test_the_members_are_those_of_pytorchs_own_files(tmp_path):
    write_torch(tmp_path / "net.pth", ARRAYS)
    with zipfile.ZipFile(tmp_path / "net.pth") as file:
        names = [name.removeprefix("archive/") for name in file.namelist()]
        assert file.read("archive/byteorder") == b"little"
    assert names == ["data.pkl", "byteorder", "data/0", "data/1", "data/2", "version"]


@pytest.mark.core
def test_pytorch_loads_it_with_weights_only(tmp_path: Path):
    if importlib.util.find_spec("torch") is None:
        pytest.skip("PyTorch is not installed")
    write_torch(tmp_path / "net.pth", ARRAYS)
    program = (
        "import sys, torch\n"
        "found = torch.load(sys.argv[1], weights_only=True)\n"
        "assert list(found) == ['conv1.weight', 'fc.bias', 'scale'], list(found)\n"
        "assert found['conv1.weight'][1, 2, 0, 1] == 21\n"
        "assert found['fc.bias'].tolist() == [1.5, -2.5] and found['scale'].item() == 3\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, str(tmp_path / "net.pth")], capture_output=True, check=False
    )
    assert done.returncode == 0, done.stderr.decode()
