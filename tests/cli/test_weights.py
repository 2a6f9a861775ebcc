"""The verbs import and weights: a file in, a run out, a file out, and every refusal."""

from __future__ import annotations

import json

import numpy as np
import pytest

from resnets.models import spec_of
from resnets.models.variables import variables_of
from resnets.weights.files import read_arrays
from resnets.weights.leaving import to_foreign
from resnets.weights.torch_writer import write_torch

SPEC = spec_of("resnet20", classes=3, blocks=(1, 1), shortcut="A-both")


@pytest.fixture
def file(tmp_path):
    arrays = {path: np.full(shape, 0.25, "float32") for path, shape in variables_of(SPEC).items()}
    write_torch(tmp_path / "small.th", to_foreign(arrays, SPEC, "akamaster"))
    return tmp_path / "small.th"


def test_in_and_out_again(call, file, tmp_path):
    code, out, err = call("import", str(file), "--out", str(tmp_path / "runs"))
    assert code == 0, err
    run = out.strip()
    assert run == str(tmp_path / "runs" / "resnet6.akamaster_small")
    assert "net     resnet6 as akamaster has it" in err
    assert "sees    32x32, the whole, bilinear" in err
    code, out, err = call("weights", run, "--to", "akamaster", "--out", str(tmp_path / "out.pth"))
    assert (code, out.strip()) == (0, str(tmp_path / "out.pth"))
    first, again = read_arrays(file).arrays, read_arrays(tmp_path / "out.pth").arrays
    assert {n: a.tobytes() for n, a in first.items()} == {n: a.tobytes() for n, a in again.items()}


def test_json(call, file, tmp_path):
    code, out, _ = call("import", str(file), "--out", str(tmp_path / "runs"), "--json")
    found = json.loads(out)
    assert code == 0
    assert (found["net"], found["classes"], found["library"]) == ("resnet6", 3, "akamaster")
    code, out, _ = call("weights", found["run"], "--to", "safetensors", "--json")
    assert json.loads(out)["file"] == f"{found['run']}.safetensors.safetensors"


@pytest.mark.parametrize(
    ("words", "message"),
    (
        (("--model", "resnet18"), "not those of resnet18"),
        (("--model", "resnet1"), "there is no net of this name"),
        (("--classes", "nowhere.txt"), "the file of classes cannot be read"),
        (("--preprocessing", "imagenet"), "there is no rule of this name"),
        (("--set", "norm_epsilon=-1"), "NetSpec.norm_epsilon must be above 0"),
        (("--channels", "2"), "'2' is not"),
        (("--size", "4"), "the size of the input is out of range"),
    ),
)
def test_what_does_not_fit_is_one_message_and_exit_2(call, file, tmp_path, words, message):
    code, out, err = call("import", str(file), "--out", str(tmp_path / "runs"), *words)
    assert (code, out) == (2, "")
    assert message in err
    assert err.count("hint:") == 1
    assert not (tmp_path / "runs").exists()


def test_a_library_without_an_equal_net_is_refused(call, file, tmp_path):
    _, out, _ = call("import", str(file), "--out", str(tmp_path / "runs"))
    code, out, err = call("weights", out.strip(), "--to", "torchvision")
    assert (code, out) == (2, "")
    assert "resnet6 has no equal in torchvision" in err
    assert "hint: safetensors" in err
