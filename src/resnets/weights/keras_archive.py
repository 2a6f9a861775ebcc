"""The container keras: a zip archive of a configuration, which is text here, and an HDF5 file."""

from __future__ import annotations

from resnets.weights.configuration import checked
from resnets.weights.foreign import BYTES, HEADER, Read, Refusal
from resnets.weights.hdf5 import SIGNATURE
from resnets.weights.zips import content_of, members_of

MEMBERS = 64
WEIGHTS = "model.weights.h5"
CONFIG = "config.json"
METADATA = "metadata.json"


def unpack(read: Read, size: int) -> tuple[bytes, dict[str, str]]:
    """Take the HDF5 file and the configuration out of a .keras archive, in memory.

    Args:
        read: from offset and size to bytes.
        size: of the file, in bytes.

    Returns:
        The HDF5 file; and facts: `config` and `metadata`, JSON from which nothing was built.

    Raises:
        Refusal: the archive, or a member of it, breaks a rule.
    """
    members = members_of(read, size, MEMBERS)
    if left := sorted(members.keys() - {WEIGHTS, CONFIG, METADATA}):
        raise Refusal(
            "arrays only",
            f"its member {left[0]} is neither weights nor configuration",
            received=left[0],
            hint="save the weights alone where the model is: `model.save_weights(file)`",
        )
    if WEIGHTS not in members:
        raise Refusal("known container", f"it has no {WEIGHTS}", received=", ".join(members))
    facts = {
        name.removesuffix(".json"): checked(content_of(members[name], read, HEADER), name)
        for name in (CONFIG, METADATA)
        if name in members
    }
    data = content_of(members[WEIGHTS], read, BYTES)
    if not data.startswith(SIGNATURE):
        raise Refusal("whole", f"its {WEIGHTS} is no HDF5 file", received=data[:8])
    return data, facts
