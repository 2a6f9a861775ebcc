"""What a file written by others gives: named arrays, or a refusal by a rule that has a name."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np

from resnets.errors import WeightsError

Shapes = Mapping[str, tuple[int, ...]]
Look = Callable[[Shapes], None]
Read = Callable[[int, int], bytes]  # offset and size in bytes, to exactly that many bytes

BYTES = 4 << 30  # of a whole file, and of all its arrays together
ARRAYS = 20_000  # in one file; the deepest published residual net has about 3,000 with momenta
NAME = 512  # characters of an array's name
DIMENSIONS = 8
RATIO = 20  # bytes of arrays to bytes of file, where a container may compress
HEADER = 4 << 20  # bytes of a header, a pickle or a configuration


class Rule(NamedTuple):
    """What every file has to keep to, and what to do about one that does not."""

    says: str
    hint: str


RULES = {
    "regular file": Rule(
        "a regular file of at most 4 GiB that nobody writes to while it is read",
        "copy the file to a folder of your own and name that copy",
    ),
    "known container": Rule(
        "safetensors, PyTorch's zip or legacy layout, HDF5 or .keras, told by the content alone",
        "name a .safetensors, .pth, .pt, .th, .h5, .weights.h5 or .keras file",
    ),
    "whole": Rule(
        "every size, offset and checksum agrees with bytes that are there, and none are left over",
        "fetch the file again, and compare its SHA-256 with the publisher's",
    ),
    "arrays only": Rule(
        "arrays and plain values; nothing that would have to be called or built to be read",
        "whoever made the file can save arrays alone: in PyTorch "
        "`torch.save(model.state_dict(), file)`, in Keras `model.save_weights(file)`",
    ),
    "nothing outside": Rule(
        "no link, path or reference that leads out of the file, or twice to the same place",
        "do not trust this file; ask for one that holds its arrays itself",
    ),
    "plain numbers": Rule(
        "dense booleans, integers and floats of at most 64 bits, all of them finite",
        "turn the arrays into float32 where the file was made",
    ),
    "limits": Rule(
        "at most 20,000 arrays and 4 GiB, headers up to 4 MiB, packed up to 20 to 1",
        "no residual net comes near these; take the file of its weights alone",
    ),
    "names": Rule(
        "each name once, printable, up to 512 characters",
        "do not trust this file; ask for one whose names are those of a net",
    ),
    "process of its own": Rule(
        "HDF5 is parsed in a process of its own, which may not fail and has limits",
        "fetch the file again; if it is whole, save it as safetensors where it was made",
    ),
}


class Refusal(Exception):
    """A rule is broken; `files.read_arrays` adds the file's name and makes the user's error.

    Args:
        rule: a name in `RULES`.
        what: one sentence without its full stop, naming the member or array.
        received: the offending value.
        hint: what to do, where there is something better than the rule's own hint.
    """

    def __init__(self, rule: str, what: str, *, received: object, hint: str = "") -> None:
        super().__init__(what)
        self.rule = rule
        self.what = what
        self.received = received
        self.hint = hint or RULES[rule].hint

    def error(self, file: str) -> WeightsError:
        """Make the error that a user meets."""
        return WeightsError(
            f"{file} is refused: {self.what} (rule: {self.rule})",
            received=self.received,
            hint=self.hint,
        )


@dataclass(frozen=True)
class Foreign:
    """What a file gave.

    Args:
        arrays: by the names in the file, wrappers such as `state_dict` and `module.` taken off.
        container: safetensors, torch-zip, torch-legacy, h5, weights-h5 or keras.
        sha256: of the file, as hexadecimal digits; of the index where a file is in shards.
        facts: what else it says, as text: `wrapper` (what was taken off the names), `config` and
            `metadata` (Keras's JSON, from which nothing was built), `names` (JSON: the name of the
            layer by its group in a file of Keras 3), a safetensors header's metadata, and plain
            values beside a state dict, such as `epoch`.
    """

    arrays: dict[str, np.ndarray]
    container: str
    sha256: str
    facts: dict[str, str] = field(default_factory=dict)
