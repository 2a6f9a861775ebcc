"""One net on the engine at hand: `engine_probe.py NET OUT.npz`, the same weights everywhere."""

from __future__ import annotations

import sys

import keras
import numpy as np

from resnets.models import build

NETS = {
    "resnet20": {"input_shape": (32, 32, 3)},
    "resnet50": {"input_shape": (64, 64, 3), "classes": 10},
    "resnet110v2": {"blocks": (2, 2, 2)},
    "resnet50d": {"input_shape": (64, 64, 3), "classes": 10, "blocks": (1, 2, 1, 1)},
    "resnext50_32x4d": {"input_shape": (64, 64, 3), "classes": 10, "blocks": (1, 1, 1, 1)},
    "seresnet50": {"input_shape": (64, 64, 3), "classes": 10, "blocks": (1, 1, 1, 1)},
    "lesson": {},
}


def _weights(net):
    """Give every variable a value that depends on its place and shape alone."""
    for number, variable in enumerate(net.variables):
        draw = np.random.default_rng(number)
        shape, name = tuple(variable.shape), variable.path.rsplit("/", 1)[-1]
        if name == "kernel":
            scale = np.sqrt(2 / np.prod(shape[:-1]))
            variable.assign(draw.normal(0, scale, shape).astype("float32"))
        elif name in ("gamma", "moving_variance"):
            variable.assign(draw.uniform(0.5, 1.5, shape).astype("float32"))
        elif name in ("beta", "moving_mean", "bias"):
            variable.assign(draw.normal(0, 0.1, shape).astype("float32"))


def main(name: str, out: str) -> None:
    """Write the logits, and every variable after one training step."""
    net = build(name, **NETS[name])
    _weights(net)
    draw = np.random.default_rng(99)
    pixels = draw.integers(0, 256, (8, *net.input_shape[1:]), "uint8")
    labels = np.arange(8) % net.output_shape[-1]
    found = {"logits": net.predict(pixels, verbose=0)}
    net.compile(
        keras.optimizers.SGD(0.01, momentum=0.9, nesterov=True),
        keras.losses.SparseCategoricalCrossentropy(from_logits=True),
    )
    before = [keras.ops.convert_to_numpy(variable) for variable in net.variables]
    found["loss"] = np.asarray(net.train_on_batch(pixels, labels))
    for number, (variable, old) in enumerate(zip(net.variables, before, strict=True)):
        if "seed" not in variable.path:
            found[f"step {number} {variable.path}"] = keras.ops.convert_to_numpy(variable) - old
    np.savez(out, **found)


if __name__ == "__main__":
    main(*sys.argv[1:])
