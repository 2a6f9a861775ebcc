"""The net of the lesson's page: pixels normalised before it, its softmax taken off."""

from __future__ import annotations

import dataclasses
from typing import Any

import keras

from resnets import lesson
from resnets.blocks.normalization import BatchNorm, Normalize
from resnets.errors import UsageError
from resnets.models.families import FAMILIES
from resnets.models.netspec import NetSpec

# What of the page's net can be chosen; all else is as it stands on the page.
_FREE = (
    "name",
    "classes",
    "input_shape",
    "mean",
    "std",
    "colors",
    "norm_momentum",
    "zero_init",
)


def build_page(spec: NetSpec) -> keras.Model:
    """Build `lesson.ResNet50`, with `Normalize` in front and logits at the end.

    Args:
        spec: the table's row `lesson`, its free fields as they may be.

    Raises:
        UsageError: a field was changed that the page has no choice in.
    """
    _check(spec)
    page = lesson.ResNet50(spec.input_shape, spec.classes)
    first = page.layers[1].name
    normalize = Normalize(spec.mean, spec.std, spec.colors, name="normalize")

    def clone(layer: Any) -> Any:
        config = layer.get_config()
        if isinstance(layer, keras.layers.BatchNormalization):
            # The same layer with the same variables, only faster.
            return BatchNorm.from_config({**config, "momentum": spec.norm_momentum})
        if isinstance(layer, keras.layers.Dense):
            config = {**config, "activation": "linear", "dtype": "float32"}
        return type(layer).from_config(config)

    def call(layer: Any, *args: Any, **kwargs: Any) -> Any:
        if layer.name == first:
            args = (normalize(args[0]), *args[1:])
        return layer(*args, **kwargs)

    net = keras.models.clone_model(page, clone_function=clone, call_function=call)
    if spec.zero_init:
        for layer in net.layers:
            if isinstance(layer, BatchNorm) and layer.name.endswith("_branch2c"):
                layer.gamma.assign(keras.ops.zeros(layer.gamma.shape))
    net.name = spec.name
    return net


def _check(spec: NetSpec) -> None:
    row = FAMILIES["lesson"].spec
    for field in dataclasses.fields(spec):
        given = getattr(spec, field.name)
        if field.name not in _FREE and given != getattr(row, field.name):
            raise UsageError(
                f"the lesson's net has no choice of {field.name}",
                received=given,
                hint="take resnet50v1, which is the same net with every choice",
            )
