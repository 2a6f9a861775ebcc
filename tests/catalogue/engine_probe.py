"""Nets on the engine at hand: `engine_probe.py GROUP OUT.npz`, the same weights everywhere."""

from __future__ import annotations

import sys

import keras
import numpy as np

from resnets.models import build

_SMALL = {"input_shape": (32, 32, 3), "classes": 10}
_TALL = {"input_shape": (64, 64, 3), "classes": 10}
GROUPS = {
    "quick": {
        "basic": ("resnet20", {"blocks": (1, 1, 1)}),
        "pre": ("resnet50d", {"blocks": (1, 1), "order": "pre", "se_ratio": 0.25, **_SMALL}),
    },
    "whole": {
        "resnet20": ("resnet20", {}),
        "resnet50": ("resnet50", _TALL),
        "resnet50v2": ("resnet50v2", _TALL),
        "grouped": ("resnext50_32x4d", {"blocks": (1, 1), **_SMALL}),
        "wrn16_4": ("wrn16_4", {}),
        "lesson": ("lesson", {}),
    },
}


def _weights(net):
    """Give every variable a value that depends on its place and shape alone."""
    for number, variable in enumerate(net.variables):
        draw = np.random.default_rng(number)
        shape, name = tuple(variable.shape), variable.path.rsplit("/", 1)[-1]
        if name == "kernel":
            reach = np.sqrt(6 / np.prod(shape[:-1]))
            variable.assign(draw.uniform(-reach, reach, shape).astype("float32"))
        elif name == "gamma":
            # Small enough that the sums of many blocks stay near 1, as in a net that was trained.
            variable.assign(draw.uniform(0.2, 0.8, shape).astype("float32"))
        elif name == "moving_variance":
            variable.assign(draw.uniform(0.5, 1.5, shape).astype("float32"))
        elif name in ("beta", "moving_mean", "bias"):
            variable.assign(draw.normal(0, 0.1, shape).astype("float32"))


def _probe(name: str, fields: dict[str, object]) -> dict[str, np.ndarray]:
    """Give the logits of a net, and what one training step adds to its variables."""
    net = build(name, **fields)
    _weights(net)
    draw = np.random.default_rng(99)
    pixels = draw.integers(0, 256, (8, *net.input_shape[1:]), "uint8")
    labels = np.arange(8) % net.output_shape[-1]
    found = {"logits": net.predict(pixels, verbose=0)}
    if name == "lesson":
        return found  # its rectifiers cannot be changed
    # A rectifier whose input is nearly 0 may let a gradient pass on one engine and not on another,
    # which moves a small net's step by half a percent. A smooth activation has no such edge.
    net = build(name, activation="silu", **fields)
    _weights(net)
    net.compile(
        keras.optimizers.SGD(0.01, momentum=0.9, nesterov=True),
        keras.losses.SparseCategoricalCrossentropy(from_logits=True),
    )
    before = net.get_weights()
    found["loss"] = np.asarray(net.train_on_batch(pixels, labels))
    steps = [new - old for new, old in zip(net.get_weights(), before, strict=True)]
    learns = [variable.trainable for variable in net.weights]
    for title, wanted in (("step", True), ("statistics", False)):
        parts = [step for step, flag in zip(steps, learns, strict=True) if flag is wanted]
        found[title] = np.concatenate([part.ravel() for part in parts])
    return found


def main(group: str, out: str) -> None:
    """Write what every net of a group gives."""
    found = {}
    for title, (name, fields) in GROUPS[group].items():
        keras.backend.clear_session()
        for key, value in _probe(name, fields).items():
            found[f"{title}: {key}"] = value
    np.savez(out, **found)


if __name__ == "__main__":
    main(*sys.argv[1:])
