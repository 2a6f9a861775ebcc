"""How pictures were made ready for published nets: rows of a table, each with its source."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

from resnets.data import Preprocess
from resnets.errors import UsageError
from resnets.models import NetSpec

Colors = tuple[float, float, float]


@dataclass(frozen=True)
class Rule:
    """What is done to a picture before a net sees it.

    Args:
        source: where it says so.
        mean: of pixels / 255: red, green, blue.
        std: likewise.
        colors: order in which the net takes them.
        size: side of the net's input in pixels.
        resize: what the shorter side is brought to before the middle is cut out; 0 where the whole
            picture is squeezed into the input.
        resample: the filter.
    """

    source: str
    mean: Colors = (0.485, 0.456, 0.406)
    std: Colors = (0.229, 0.224, 0.225)
    colors: Literal["rgb", "bgr"] = "rgb"
    size: int = 224
    resize: int = 256
    resample: Literal["bilinear", "bicubic"] = "bilinear"


_TORCHVISION = "torchvision, transforms/_presets.py and models/resnet.py"
_TIMM = "timm, models/resnet.py and data/transforms_factory.py: the side / crop_pct, rounded down"
_HUB = "KerasHub, keras_hub/src/utils/timm/preset_loader.py, on what timm says of its nets"
_KERAS = "Keras, keras/src/applications/imagenet_utils.py"
# Keras publishes no rule for the size; 256 and 224 are what its nets were measured with elsewhere.
_HALF: Colors = (0.5, 0.5, 0.5)
_LEVEL = 1 / 255

RULES: Mapping[str, Rule] = MappingProxyType(
    {
        "torchvision": Rule(f"{_TORCHVISION}: IMAGENET1K_V1"),
        "torchvision-v2": Rule(f"{_TORCHVISION}: IMAGENET1K_V2", resize=232),
        "timm": Rule(f"{_TIMM}: crop_pct 0.875", resample="bicubic"),
        "timm-a1": Rule(f"{_TIMM}: crop_pct 0.95", resize=235, resample="bicubic"),
        "timm-v2": Rule(
            "timm, models/resnetv2.py: crop_pct 0.95", _HALF, _HALF, resize=235, resample="bicubic"
        ),
        # Levels of 0 to 255, of which a mean is taken and which are not divided.
        "caffe": Rule(
            f"{_KERAS}: mode caffe",
            mean=(123.68 / 255, 116.779 / 255, 103.939 / 255),
            std=(_LEVEL, _LEVEL, _LEVEL),
            colors="bgr",
        ),
        "keras-v2": Rule(f"{_KERAS}: mode tf", _HALF, _HALF),
        # The largest crop, as its `ImageConverter` takes it.
        "keras-hub": Rule(_HUB, resize=224, resample="bicubic"),
        "keras-hub-v2": Rule(f"{_HUB}: v2", _HALF, _HALF, resize=224, resample="bicubic"),
        "akamaster": Rule("akamaster/pytorch_resnet_cifar10, trainer.py", size=32, resize=0),
        "course": Rule(
            "the assignment `Residual Networks` of deeplearning.ai: pixels / 255",
            mean=(0.0, 0.0, 0.0),
            std=(1.0, 1.0, 1.0),
            size=64,
            resize=0,
        ),
    }
)


def preprocessed(spec: NetSpec, rule: Rule, size: int | None = None) -> tuple[NetSpec, Preprocess]:
    """Put a rule into a net and into what makes pictures ready for it.

    Args:
        spec: the net; a grey one gets the means over the colours.
        rule: a row of the table.
        size: another side of the net's input; the share that is cut away stays.

    Returns:
        The net with its normalisation and the size of its input, and the preprocessing.

    Raises:
        UsageError: pictures never have so many channels.
    """
    channels = spec.input_shape[2]
    if channels not in (1, 3, 4):
        raise UsageError(
            "the net takes pictures of so many channels, and none are made ready for it here",
            received=channels,
            hint="grey, colour and colour with alpha have 1, 3 and 4",
        )
    side = size or rule.size
    resize = round(rule.resize * side / rule.size)
    mean, std = rule.mean, rule.std
    if channels != 3:
        mean, std = (sum(mean) / 3,), (sum(std) / 3,)  # type: ignore[assignment]
    net = dataclasses.replace(
        spec,
        input_shape=(side, side, channels),
        mean=mean,
        std=std,
        colors=rule.colors if channels == 3 else "rgb",
    )
    ready = Preprocess(
        side,
        side,
        fit="crop" if rule.resize else "stretch",
        resize=resize,
        resample=rule.resample,
        channels=channels,  # type: ignore[arg-type]
    )
    return net, ready
