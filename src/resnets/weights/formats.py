"""Files for other libraries: which kind each of them reads, and how it is written."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType

import numpy as np

from resnets import catalog
from resnets.errors import UsageError
from resnets.models import NetSpec
from resnets.store import durable, tensors
from resnets.weights.leaving import plain_net, to_foreign
from resnets.weights.positions import positions_of
from resnets.weights.torch_writer import write_torch

Arrays = Mapping[str, np.ndarray]
Write = Callable[[Path, Arrays, NetSpec], None]


def write_weights(path: Path, arrays: Arrays, spec: NetSpec, to: str) -> None:
    """Write a net's weights as a library reads them.

    Args:
        path: of the file; one that is there is written over.
        arrays: as `arrays_of` gives them.
        spec: the net.
        to: a key of `FORMATS`.

    Raises:
        UnknownNameError: there is no such format.
        UsageError: the library has no equal net, or the file cannot be written.
    """
    _, write = catalog.look_up(FORMATS, to, "format")
    try:
        write(path, arrays, spec)
    except OSError as error:
        raise UsageError(
            f"{path} cannot be written",
            received=error.strerror or str(error),
            hint="choose another file: --out",
        ) from error


def _torch(library: str) -> Write:
    return lambda path, arrays, spec: write_torch(path, to_foreign(arrays, spec, library))


def _keras(library: str, inside: str = "") -> Write:
    def write(path: Path, arrays: Arrays, spec: NetSpec) -> None:
        to_foreign(arrays, spec, library)  # refuses what has no equal there
        write_places(path, arrays, spec, inside)

    return write


def write_places(path: Path, arrays: Arrays, spec: NetSpec, inside: str = "") -> None:
    """Write a `.weights.h5` file of a net made by Keras's functional interface.

    Args:
        path: of the file.
        arrays: as `arrays_of` gives them.
        spec: the net.
        inside: path of the layer that holds everything but the head; empty where none does.
    """
    import h5py

    ours, net = plain_net(arrays, spec)
    with h5py.File(path, "w") as file:
        for place, variable in positions_of(net).items():
            outside = "" if variable.startswith("head/") else inside
            file.create_dataset(
                f"{outside}layers/{place}", data=np.ascontiguousarray(ours[variable])
            )


def _safetensors(path: Path, arrays: Arrays, spec: NetSpec) -> None:
    del spec
    durable.write(path, tensors.pack(arrays, str(path)))


# How the file's name ends, and how it is written.
FORMATS: Mapping[str, tuple[str, Write]] = MappingProxyType(
    {
        "torchvision": (".pth", _torch("torchvision")),
        "timm": (".pth", _torch("timm")),
        "akamaster": (".pth", _torch("akamaster")),
        "keras-applications": (".weights.h5", _keras("keras-applications")),
        "keras-hub": (".weights.h5", _keras("keras-hub", "layers/res_net_backbone/")),
        "course": (".weights.h5", _keras("course")),
        "safetensors": (".safetensors", _safetensors),
    }
)
