"""A Keras configuration is looked through: layers pass, whatever runs code does not."""

from __future__ import annotations

import json
from typing import Any

import keras
import pytest

from resnets.weights.configuration import checked
from resnets.weights.foreign import Refusal


def layer(**more: Any) -> dict[str, Any]:
    return {"module": "keras.layers", "class_name": "Dense", "registered_name": None} | more


def nested(depth: int) -> bytes:
    return b'{"a":' * depth + b"1" + b"}" * depth


def test_a_net_of_keras_applications_passes() -> None:
    net = keras.applications.ResNet50V2(weights=None, input_shape=(32, 32, 3), include_top=False)
    text = net.to_json()
    assert checked(text.encode(), "config.json") == text


@pytest.mark.parametrize(
    "entry",
    (
        layer(),
        layer(class_name="__keras_tensor__"),
        layer(module="keras.src.models.functional", class_name="Functional"),
        layer(module="keras_hub.src.models.resnet.resnet_backbone", class_name="ResNetBackbone"),
        layer(module="resnets.blocks", class_name="Residual", registered_name="resnets>Residual"),
        {"class_name": "Conv2D", "config": {"filters": 64}},
        {"shared_object_id": 140482846544912},
    ),
)
def test_layers_pass(entry: dict[str, Any]) -> None:
    text = json.dumps({"layers": [entry]})
    assert checked(text.encode(), "x") == text


@pytest.mark.parametrize(
    "entry",
    (
        layer(class_name="Lambda"),
        layer(class_name="TorchModuleWrapper"),
        layer(class_name="TFSMLayer"),
        layer(class_name="StringLookup"),
        layer(class_name="function"),
        layer(class_name="load_model"),
        layer(class_name=["Dense"]),
        layer(module="os"),
        layer(module="builtins"),
        layer(module="keras.utils"),
        layer(module="keras.config"),
        layer(module="keras.saving"),
        layer(module="keras.layers.os;x"),
        layer(module=7),
        layer(registered_name="os>system"),
        layer(registered_name="keras>Lambda"),
        {"class_name": "Lambda"},
        {"__lambda__": "AAAA"},
        {"__bytes__": "AAAA"},
    ),
)
def test_what_would_run_code_does_not(entry: dict[str, Any]) -> None:
    with pytest.raises(Refusal, match="no layer of a residual net") as caught:
        checked(json.dumps({"config": [{"x": entry}]}).encode(), "config.json")
    assert caught.value.rule == "arrays only"


@pytest.mark.parametrize(
    ("text", "rule", "words"),
    (
        (b"Lambda", "whole", "no JSON"),
        (b"\xff", "whole", "no JSON"),
        (b"[1]", "whole", "no JSON object"),
        (nested(61), "limits", "too deeply"),
        (nested(100_000), "limits", "too deeply"),
        (b'{"units": 10000000000}', "limits", "number too large"),
        (b'{"units": -1e300}', "limits", "number too large"),
        (b'{"units": Infinity}', "limits", "number too large"),
        (b'"' + b" " * (4 << 20) + b'"', "limits", "bytes"),
    ),
)
def test_what_is_no_configuration(text: bytes, rule: str, words: str) -> None:
    with pytest.raises(Refusal, match=words) as caught:
        checked(text, "config.json")
    assert caught.value.rule == rule


def test_depth_up_to_the_limit() -> None:
    assert checked(nested(59), "x")
