"""The native PyTorch net is ours: the same weights give the same logits."""

from __future__ import annotations

import keras
import numpy as np
import pytest

from resnets.benchmarks.task import Task
from resnets.models import build, cost, spec_of

if keras.backend.backend() != "torch":
    pytest.skip("needs KERAS_BACKEND=torch", allow_module_level=True)

import torch

from resnets.benchmarks import native

pytestmark = pytest.mark.core

SMALL = {"classes": 5}
NETS = (
    ("resnet20", {"input_shape": (32, 32, 3)}),
    ("resnet50", {"input_shape": (64, 64, 3), "width": 8, "stem_width": 8}),
)


@pytest.mark.parametrize(("name", "fields"), NETS, ids=[row[0] for row in NETS])
def test_the_same_weights_give_the_same_logits(name: str, fields: dict) -> None:
    spec = spec_of(name, **SMALL, **fields)
    ours, theirs = build(spec), native.Net(spec).eval()
    pairs = list(zip(sorted_parameters(theirs), ours.weights, strict=True))
    for parameter, weight in pairs:
        value = np.array(keras.ops.convert_to_numpy(weight))
        if value.ndim == 4:
            value = value.transpose(3, 2, 0, 1)
        parameter.data.copy_(torch.from_numpy(value.T if value.ndim == 2 else value))
    assert sum(p.numel() for p, _ in pairs) == cost(spec).parameters
    pixels = np.random.default_rng(0).integers(0, 256, (2, *spec.input_shape), "uint8")
    wanted = ours.predict_on_batch(pixels)
    with torch.no_grad():
        got = theirs(torch.from_numpy(pixels)).numpy()
    assert np.abs(got - wanted).max() <= 2e-5 * np.abs(wanted).max()


def sorted_parameters(net: object) -> list:
    """Give weights in the order that Keras has: trained ones first come, statistics after."""
    found = []
    for module in net.modules():
        if isinstance(module, torch.nn.Conv2d):
            found.append(module.weight)
        elif isinstance(module, torch.nn.BatchNorm2d):
            found += [module.weight, module.bias, module.running_mean, module.running_var]
        elif isinstance(module, torch.nn.Linear):
            found += [module.weight, module.bias]
    return found


@pytest.mark.parametrize("job", ("train", "infer"))
def test_its_work_counts_pictures(job: str) -> None:
    task = Task(job, "resnet20", 16, 4, "float32", "eager", "PyTorch")
    assert native.prepare(task)() == 4
