"""Native PyTorch, written well: channels last, fused SGD, autocast, compiled or not."""

from __future__ import annotations

from typing import Any

import torch
from torch import nn
from torch.nn import functional

from resnets.benchmarks.task import Task, Work
from resnets.blocks.rows import Row
from resnets.models import NetSpec, spec_of
from resnets.models.layout import Block, block_list, stem_rows


class Normed(nn.Sequential):
    """A convolution and its batch normalisation."""

    def __init__(self, channels_in: int, row: Row) -> None:
        convolution = nn.Conv2d(
            channels_in,
            row.channels,
            row.kernel,
            row.stride,
            row.kernel // 2,
            groups=row.groups,
            bias=False,
        )
        super().__init__(convolution, nn.BatchNorm2d(row.channels))


class Residual(nn.Module):
    """One block."""

    def __init__(self, block: Block) -> None:
        super().__init__()
        layers: list[nn.Module] = []
        channels = block.channels_in
        for row in block.rows:
            layers += [Normed(channels, row), nn.ReLU(inplace=True)]
            channels = row.channels
        self.branch = nn.Sequential(*layers[:-1])
        self.form, self.stride, self.new = block.form, block.stride, channels - block.channels_in
        if block.form == "projection":
            self.project = Normed(block.channels_in, Row(1, channels, block.stride))

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Compute (N, C, H, W)."""
        y = self.branch(x)
        if self.form == "projection":
            x = self.project(x)
        elif self.form != "identity":
            x = functional.pad(x[:, :, :: self.stride, :: self.stride], (0, 0, 0, 0, 0, self.new))
        return functional.relu(y.add_(x), inplace=True)


class Net(nn.Module):
    """A post-activation net of a spec, on (N, H, W, C) pixels of uint8."""

    def __init__(self, spec: NetSpec) -> None:
        super().__init__()
        self.register_buffer("mean", 255 * torch.tensor(spec.mean).view(-1, 1, 1))
        self.register_buffer("std", 255 * torch.tensor(spec.std).view(-1, 1, 1))
        layers: list[nn.Module] = []
        channels = spec.input_shape[2]
        for row in stem_rows(spec):
            layers += [Normed(channels, row), nn.ReLU(inplace=True)]
            channels = row.channels
        if spec.stem != "cifar":
            layers.append(nn.MaxPool2d(3, 2, 1))
        layers += [Residual(block) for block in block_list(spec)]
        layers += [nn.AdaptiveAvgPool2d(1), nn.Flatten()]
        self.body = nn.Sequential(*layers)
        self.head = nn.Linear(block_list(spec)[-1].channels, spec.classes)

    def forward(self, pixels: torch.Tensor) -> torch.Tensor:
        """Give (N, K) logits."""
        # Permuted, (N, H, W, C) is what PyTorch calls channels last: nothing is copied.
        x = (pixels.permute(0, 3, 1, 2).float() - self.mean) / self.std
        return self.head(self.body(x))


def net(task: Task) -> Any:
    """Make the net, its weights in channels-last order."""
    shape = (task.size, task.size, 3)
    made = Net(spec_of(task.net, classes=task.classes, input_shape=shape))
    return made.to(memory_format=torch.channels_last)


def prepare(task: Task) -> Work:
    """Give one training step or one batch of answers."""
    pixels, labels = (torch.from_numpy(array) for array in task.pixels_and_labels())
    labels = labels.long()
    raw = net(task)
    forward = torch.compile(raw) if task.variant == "compiled" else raw
    half = torch.autocast("cpu", torch.bfloat16, enabled=task.precision == "bfloat16")
    optimizer = torch.optim.SGD(raw.parameters(), 0.01, momentum=0.9, nesterov=True, fused=True)

    def train() -> int:
        optimizer.zero_grad(set_to_none=True)
        with half:
            loss = functional.cross_entropy(forward(pixels).float(), labels)
        loss.backward()
        optimizer.step()
        loss.item()  # as a loop does that watches its loss
        return len(pixels)

    def infer() -> int:
        with torch.inference_mode(), half:
            forward(pixels).float().numpy()
        return len(pixels)

    raw.train(task.job == "train")
    return train if task.job == "train" else infer
