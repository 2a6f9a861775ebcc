"""Make the golden files: nets of other libraries on seeded weights, and what they answer.

Run in an environment that has torchvision, timm, keras-hub and an engine for Keras; `resnets` is
not needed there. Twice, as PyTorch and TensorFlow in one process end it:
`python tests/twins/make_golden.py torch [NAME...]`, and the same with `keras`.
"""

from __future__ import annotations

import json
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).parent))
import recipe

GOLDEN = Path(__file__).parent / "golden"
MEAN, STD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)


def torch_answers(make: Callable[[], Any], stages: tuple[str, ...]) -> dict[str, Any]:
    """Run a net of PyTorch on the recipe's weights."""
    import torch

    net = make().eval()
    state = net.state_dict()
    shapes = {name: tuple(value.shape) for name, value in state.items()}
    drawn = recipe.arrays_for({name: shape for name, shape in shapes.items() if shape})
    net.load_state_dict({name: torch.from_numpy(a) for name, a in drawn.items()}, strict=False)
    seen: dict[str, np.ndarray] = {}

    def keep(name: str) -> Any:
        return lambda module, given, out: seen.__setitem__(name, out.permute(0, 2, 3, 1).numpy())

    for number, name in enumerate(stages, 1):
        net.get_submodule(name).register_forward_hook(keep(f"stage{number}"))
    found: dict[str, Any] = {"shapes": shapes}
    for size in recipe.SIZES:
        pixels = torch.from_numpy(recipe.pixels_for(size)).permute(0, 3, 1, 2) / 255
        scaled = (pixels - torch.tensor(MEAN)[:, None, None]) / torch.tensor(STD)[:, None, None]
        with torch.no_grad():
            found[f"logits{size[0]}"] = net(scaled).numpy()
        for name, values in seen.items():
            found[f"{name}_{size[0]}"] = recipe.kept(values)
    return found


def keras_answers(
    make: Callable[[tuple[int, int, int]], Any], stages: tuple[str, ...], scale: str
) -> dict[str, Any]:
    """Run a net of Keras on the recipe's weights."""
    import keras

    scaling: dict[str, Callable[[np.ndarray], np.ndarray]] = {
        "caffe": lambda x: keras.applications.resnet.preprocess_input(x.copy()),
        "tf": lambda x: keras.applications.resnet_v2.preprocess_input(x.copy()),
        "torch": lambda x: (x / 255 - np.float32(MEAN)) / np.float32(STD),
        "unit": lambda x: x / 255,
    }
    found: dict[str, Any] = {}
    for size in recipe.SIZES:
        net = make((*size[1:], 3))
        layers = {layer.name: layer for layer in net._flatten_layers() if layer.weights}
        shapes = {}
        for name, layer in layers.items():
            if hasattr(layer, "layers"):
                continue
            for variable in layer.weights:
                own = f"{name}/{variable.path.rpartition('/')[2]}"
                shapes[own] = tuple(variable.shape)
                variable.assign(recipe.array_for(own, tuple(variable.shape)))
        found["shapes"] = shapes
        pixels = scaling[scale](recipe.pixels_for(size).astype("float32"))
        taps = [find(net, name).output for name in stages]
        inner = next((layer for layer in net.layers if hasattr(layer, "layers")), net)
        found[f"logits{size[0]}"] = keras.ops.convert_to_numpy(net(pixels, training=False))
        features = keras.Model(inner.inputs[0], taps)(pixels, training=False)
        for number, values in enumerate(features, 1):
            found[f"stage{number}_{size[0]}"] = recipe.kept(keras.ops.convert_to_numpy(values))
    found["places"] = places(net, shapes)
    return found


def find(net: Any, name: str) -> Any:
    """Find a layer, in a net that is the only layer of another too."""
    return next(layer for layer in net._flatten_layers() if layer.name == name)


def places(net: Any, shapes: dict[str, tuple[int, ...]]) -> dict[str, str]:
    """Tell which array a file of weights alone holds at which place, by comparing their values."""
    import h5py

    drawn = {recipe.array_for(n, s).tobytes(): n for n, s in shapes.items()}
    found: dict[str, str] = {}

    def visit(name: str, item: Any) -> None:
        if isinstance(item, h5py.Dataset) and item[()].tobytes() in drawn:
            found[name] = drawn[item[()].tobytes()]

    with tempfile.TemporaryDirectory() as folder:
        net.save_weights(path := f"{folder}/net.weights.h5")
        with h5py.File(path) as file:
            file.visititems(visit)
    return found


def write(name: str, found: dict[str, Any]) -> None:
    """Write one golden file: names and shapes as JSON in bytes, answers as arrays."""
    plain = {key: found.pop(key) for key in ("shapes", "places") if key in found}
    text = np.frombuffer(json.dumps(plain).encode(), dtype="uint8")
    np.savez_compressed(GOLDEN / f"{name}.npz", text=text, **found)
    print(name, len(plain["shapes"]), float(np.abs(found["logits5"]).max()))


def main(side: str, *wanted: str) -> None:
    """Make the files of one side: of the names given, or all."""
    nets: dict[str, Any]
    if side == "torch":
        from torch_nets import TORCH as nets

        answers = torch_answers
    else:
        from keras_nets import KERAS as nets

        answers = keras_answers
    GOLDEN.mkdir(exist_ok=True)
    for name in wanted or nets:
        write(name, answers(*nets[name]))


if __name__ == "__main__":
    main(*sys.argv[1:])
