"""What a network is: specs, the table of families, what they cost, and `build`."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from resnets import catalog
from resnets.models.cost import Cost, Part, cost
from resnets.models.families import FAMILIES, Row
from resnets.models.layout import depth_of
from resnets.models.netspec import NetSpec

if TYPE_CHECKING:
    import keras

__all__ = [
    "FAMILIES",
    "Cost",
    "NetSpec",
    "Part",
    "Row",
    "build",
    "cost",
    "depth_of",
    "fold",
    "spec_of",
]


def spec_of(net: str | NetSpec, **fields: Any) -> NetSpec:
    """Find the spec of a net, with some of its fields changed.

    A field given as None keeps its value. Where the number of channels changes and no mean was
    given, the means over the channels serve for all of them.

    Args:
        net: a name of the table, or a spec.
        **fields: of `NetSpec`, by name.

    Raises:
        UnknownNameError: no net or no field is called so; the nearest one is proposed.
        UsageError: a value is out of range.

    >>> spec_of("resnet20", classes=6).classes
    6
    """
    spec = net if isinstance(net, NetSpec) else catalog.look_up(FAMILIES, net, "net").spec
    known = {field.name: field for field in dataclasses.fields(NetSpec)}
    for name in fields:
        catalog.look_up(known, name, "field of NetSpec")
    given = {name: value for name, value in fields.items() if value is not None}
    given = {name: tuple(v) if isinstance(v, list) else v for name, v in given.items()}
    shape = given.get("input_shape")
    if isinstance(shape, tuple) and len(shape) == 3 and shape[2] != spec.input_shape[2]:
        for name in ("mean", "std"):
            values = getattr(spec, name)
            given.setdefault(name, (sum(values) / len(values),))
    return dataclasses.replace(spec, **given)


def build(
    net: str | NetSpec,
    classes: int | None = None,
    input_shape: tuple[int, int, int] | None = None,
    *,
    features: bool | str | Sequence[str] = False,
    recompute: bool = False,
    **fields: Any,
) -> keras.Model:
    """Build a residual network.

    The model takes (N, H, W, C) pixels of 0 to 255, uint8 or float, channels last, and gives
    (N, K) logits in float32. It computes in the dtype of Keras's global policy.

    Args:
        net: a name of `FAMILIES`, or a spec. A bare name is the paper's net.
        classes: K; None keeps the spec's.
        input_shape: (H, W, C); None keeps the spec's.
        features: True for a dict of every stage's output instead of logits, or a layer's name, or
            several, for theirs.
        recompute: whether training keeps each block's input alone and computes the rest again in
            the backward pass: less memory, more time, the same results. It is a switch on this
            model, which its config, its folded form and its files know nothing of.
        **fields: any other field of `NetSpec`: `build("resnet50", shortcut="none")`.

    Raises:
        UnknownNameError: no net, field or layer is called so; the nearest one is proposed.
        UsageError: a value is out of range, or `recompute` is asked of a net without blocks.
    """
    from resnets import engine

    engine.require()
    from resnets.models.builder import build_spec

    spec = spec_of(net, classes=classes, input_shape=input_shape, **fields)
    return build_spec(spec, features, recompute)


def fold(model: keras.Model) -> keras.Model:
    """Make a net for answering alone, with the same answers; see `resnets.models.folding`."""
    from resnets.models.folding import fold as fold_model

    return fold_model(model)
