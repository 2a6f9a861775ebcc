"""Our nets beside the block of torchvision's design, written again in plain PyTorch."""

from __future__ import annotations

import keras
import numpy as np
import pytest

if keras.backend.backend() != "torch":
    pytest.skip("needs KERAS_BACKEND=torch", allow_module_level=True)

import torch
from torch import nn

from resnets.models import build

pytestmark = pytest.mark.core


class _Block(nn.Module):
    """Convolutions with norms, a projection where the shape changes, the sum, the rectifier."""

    def __init__(self, channels_in, rows, stride, groups):
        super().__init__()
        self.convs, self.norms = nn.ModuleList(), nn.ModuleList()
        strided = 0 if len(rows) == 2 else 1
        for number, (kernel, channels) in enumerate(rows):
            before = rows[number - 1][1] if number else channels_in
            self.convs.append(
                nn.Conv2d(
                    before,
                    channels,
                    kernel,
                    stride if number == strided else 1,
                    kernel // 2,
                    groups=groups if number == 1 else 1,
                    bias=False,
                )
            )
            self.norms.append(nn.BatchNorm2d(channels))
        self.project = None
        if stride > 1 or channels_in != rows[-1][1]:
            self.project = nn.Conv2d(channels_in, rows[-1][1], 1, stride, bias=False)
            self.project_norm = nn.BatchNorm2d(rows[-1][1])

    def forward(self, x):
        y = x
        for number, (conv, norm) in enumerate(zip(self.convs, self.norms, strict=True)):
            y = norm(conv(y))
            if number < len(self.convs) - 1:
                y = torch.relu(y)
        shortcut = x if self.project is None else self.project_norm(self.project(x))
        return torch.relu(y + shortcut)


class _Net(nn.Module):
    def __init__(self, rows_of, blocks, groups):
        super().__init__()
        self.conv, self.norm = nn.Conv2d(3, 64, 7, 2, 3, bias=False), nn.BatchNorm2d(64)
        self.blocks, channels = nn.ModuleList(), 64
        for stage, count in enumerate(blocks):
            rows = rows_of(64 * 2**stage)
            for number in range(count):
                stride = 2 if stage and not number else 1
                self.blocks.append(_Block(channels, rows, stride, groups))
                channels = rows[-1][1]
        self.head = nn.Linear(channels, 10)

    def forward(self, x):
        x = torch.relu(self.norm(self.conv(x)))
        x = nn.functional.max_pool2d(x, 3, 2, 1)
        for block in self.blocks:
            x = block(x)
        return self.head(x.mean((2, 3)))


def _pairs(net, twin):
    """Pair our convolutions and norms with theirs, in the order in which both are called."""
    stem = net.get_layer("stem")
    yield stem.steps[0], twin.conv
    yield stem.steps[1], twin.norm
    ours = [layer for layer in net.layers if "_block" in layer.name]
    for block, theirs in zip(ours, twin.blocks, strict=True):
        steps = {step.name: step for step in block.branch.steps}
        for number, (conv, norm) in enumerate(zip(theirs.convs, theirs.norms, strict=True), 1):
            yield steps[f"conv{number}"], conv
            yield steps[f"norm{number}"], norm
        if theirs.project is not None:
            yield block.shortcut.steps[0], theirs.project
            yield block.shortcut.steps[1], theirs.project_norm
    yield net.get_layer("head"), twin.head


def _array(parameter):
    return parameter.detach().numpy()


def _copy(net, twin):
    for ours, theirs in _pairs(net, twin):
        if isinstance(theirs, nn.Conv2d):
            ours.kernel.assign(_array(theirs.weight).transpose(2, 3, 1, 0))
        elif isinstance(theirs, nn.Linear):
            ours.set_weights([_array(theirs.weight).T, _array(theirs.bias)])
        else:
            nn.init.uniform_(theirs.weight, 0.5, 1.5)
            nn.init.uniform_(theirs.running_var, 0.5, 1.5)
            parts = (theirs.weight, theirs.bias, theirs.running_mean, theirs.running_var)
            ours.set_weights([_array(part) for part in parts])


@pytest.mark.parametrize(
    ("name", "rows_of", "groups"),
    (
        ("resnet18", lambda width: [(3, width), (3, width)], 1),
        ("resnet50", lambda width: [(1, width), (3, width), (1, 4 * width)], 1),
        ("resnext50_32x4d", lambda width: [(1, 2 * width), (3, 2 * width), (1, 4 * width)], 32),
    ),
)
def test_the_same_weights_give_the_same_logits(name, rows_of, groups):
    torch.manual_seed(0)
    blocks, side = (1, 2, 1, 1), 63  # an odd side tells symmetric padding from any other
    twin = _Net(rows_of, blocks, groups).eval()
    net = build(
        name, classes=10, input_shape=(side, side, 3), blocks=blocks, mean=(0.0,), std=(1.0,)
    )
    _copy(net, twin)
    pixels = np.random.default_rng(0).integers(0, 256, (2, side, side, 3), "uint8")
    with torch.no_grad():
        expected = twin(torch.from_numpy(pixels / np.float32(255)).permute(0, 3, 1, 2)).numpy()
    got = net.predict(pixels, verbose=0)
    np.testing.assert_allclose(got, expected, atol=1e-5 * np.abs(expected).max())
