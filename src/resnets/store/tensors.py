"""Arrays to safetensors bytes and back; what is not a finite number is refused."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from safetensors import SafetensorError
from safetensors.numpy import load, save

from resnets.errors import DamageError, DivergenceError, UsageError


def pack(arrays: Mapping[str, np.ndarray], place: str) -> bytes:
    """Turn arrays into the bytes of a safetensors file.

    Args:
        arrays: booleans, integers and floats of any shape and order in memory.
        place: what they are, for messages.

    Raises:
        DivergenceError: a float is infinite or not a number.
        UsageError: an array holds anything but numbers that NumPy itself knows.
    """
    ready = {}
    for name, array in arrays.items():
        if array.dtype.kind not in "biuf":
            raise UsageError(
                f"the array {name} of {place} cannot be stored",
                received=str(array.dtype),
                hint="turn it into float32 first",
            )
        if array.dtype.kind == "f" and not np.isfinite(array).all():
            wrong = array[~np.isfinite(array)]
            raise DivergenceError(
                f"the array {name} of {place} holds {wrong.size} numbers that are not finite",
                received=float(wrong.flat[0]),
                hint="nothing was saved and the last good state is kept; lower the learning rate",
            )
        ready[name] = np.asarray(array, order="C")
    return save(ready)


def unpack(data: bytes, place: str) -> dict[str, np.ndarray]:
    """Turn the bytes of a safetensors file into arrays.

    Raises:
        DamageError: they are no such file.
    """
    try:
        return load(data)
    except SafetensorError as error:
        raise DamageError(
            f"{place} is no safetensors file",
            received=str(error),
            hint="bring the file back from a copy of the run",
        ) from error
