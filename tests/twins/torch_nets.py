"""Nets of torchvision, timm and akamaster's design that golden files are made of."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import timm
import torch
import torchvision
from timm.models.resnet import BasicBlock, Bottleneck, ResNet
from timm.models.resnetv2 import ResNetV2
from torch import nn

CLASSES = 7
_STAGES = ("layer1", "layer2", "layer3", "layer4")


def _torchvision(block: str, blocks: tuple[int, ...], **options: Any) -> Callable[[], Any]:
    kind = getattr(torchvision.models.resnet, block)
    return lambda: torchvision.models.ResNet(kind, list(blocks), num_classes=CLASSES, **options)


def _timm(block: Any, **options: Any) -> Callable[[], Any]:
    usual = {"channels": (16, 32, 64, 128), "num_classes": CLASSES, "layers": (1, 2, 1, 1)}
    return lambda: ResNet(block, **{**usual, **options})


def _timm_v2(**options: Any) -> Callable[[], Any]:
    from timm.layers import BatchNormAct2d
    from timm.layers.create_conv2d import create_conv2d

    parts = {"norm_layer": BatchNormAct2d, "conv_layer": create_conv2d, "num_classes": CLASSES}
    return lambda: ResNetV2(layers=(1, 2, 1, 1), **{**parts, **options})


class _Cifar(nn.Module):
    """A block of the CIFAR nets: every second pixel, and zeros on both sides of the channels."""

    def __init__(self, width_in: int, width: int, stride: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(width_in, width, 3, stride, 1, bias=False)
        self.bn1 = nn.BatchNorm2d(width)
        self.conv2 = nn.Conv2d(width, width, 3, 1, 1, bias=False)
        self.bn2 = nn.BatchNorm2d(width)
        self.stride, self.new = stride, width - width_in

    def forward(self, x: Any) -> Any:
        y = self.bn2(self.conv2(torch.relu(self.bn1(self.conv1(x)))))
        x = x[:, :, :: self.stride, :: self.stride]
        return torch.relu(y + nn.functional.pad(x, (0, 0, 0, 0, self.new // 2, self.new // 2)))


class _CifarNet(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.conv1, self.bn1 = nn.Conv2d(3, 16, 3, 1, 1, bias=False), nn.BatchNorm2d(16)
        self.layer1 = nn.Sequential(_Cifar(16, 16, 1), _Cifar(16, 16, 1))
        self.layer2 = nn.Sequential(_Cifar(16, 32, 2), _Cifar(32, 32, 1))
        self.layer3 = nn.Sequential(_Cifar(32, 64, 2), _Cifar(64, 64, 1))
        self.linear = nn.Linear(64, CLASSES)

    def forward(self, x: Any) -> Any:
        x = torch.relu(self.bn1(self.conv1(x)))
        return self.linear(self.layer3(self.layer2(self.layer1(x))).mean((2, 3)))


def _whole(name: str) -> Callable[[], Any]:
    return lambda: getattr(torchvision.models, name)(num_classes=CLASSES)


def _whole_timm(name: str) -> Callable[[], Any]:
    return lambda: timm.create_model(name, num_classes=CLASSES)


_V2_STAGES = ("stages.0", "stages.1", "stages.2", "stages.3")
_D = {"stem_type": "deep", "stem_width": 8, "avg_down": True}
TORCH: dict[str, tuple[Callable[[], Any], tuple[str, ...]]] = {
    "torchvision-basic": (_torchvision("BasicBlock", (1, 1, 1, 1)), _STAGES),
    "torchvision-bottleneck": (_torchvision("Bottleneck", (2, 1, 1, 1)), _STAGES),
    "timm-basic": (_timm(BasicBlock), _STAGES),
    "timm-c": (_timm(Bottleneck, stem_type="deep", stem_width=8), _STAGES),
    "timm-d": (_timm(Bottleneck, **_D), _STAGES),
    "timm-d-basic": (_timm(BasicBlock, **_D), _STAGES),
    "timm-s": (_timm(Bottleneck, stem_type="deep", stem_width=16), _STAGES),
    "timm-se": (
        _timm(Bottleneck, channels=(32, 64, 128, 256), block_args={"attn_layer": "se"}),
        _STAGES,
    ),
    "timm-resnext": (_timm(Bottleneck, cardinality=4, base_width=16), _STAGES),
    "timm-v2": (_timm_v2(channels=(32, 64, 128, 256), stem_chs=16), _V2_STAGES),
    "timm-v2-d": (
        _timm_v2(channels=(32, 64, 128, 256), stem_chs=16, stem_type="deep", avg_down=True),
        _V2_STAGES,
    ),
    "timm-v2-basic": (
        _timm_v2(channels=(16, 32, 64, 128), stem_chs=16, basic=True, bottle_ratio=1.0),
        _V2_STAGES,
    ),
    "akamaster": (_CifarNet, ("layer1", "layer2", "layer3")),
    **{
        f"whole-torchvision-{name}": (_whole(name), _STAGES)
        for name in (
            *("resnet18", "resnet34", "resnet50", "resnet101", "resnet152", "resnext50_32x4d"),
            *("resnext101_32x8d", "resnext101_64x4d", "wide_resnet50_2", "wide_resnet101_2"),
        )
    },
    **{
        f"whole-timm-{name}": (_whole_timm(name), _STAGES)
        for name in ("resnet50d", "resnet101d", "resnet50c", "resnet50s", "seresnet50")
    },
    **{
        f"whole-timm-{name}": (_whole_timm(name), _V2_STAGES)
        for name in ("resnetv2_50", "resnetv2_101", "resnetv2_50d")
    },
}
