"""PyTorch's tensors as numbers: which storage, from where, in which steps; nothing of PyTorch."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from resnets.errors import printable
from resnets.weights.foreign import BYTES, DIMENSIONS, HEADER, Refusal
from resnets.weights.pickles import Machine, Rebuild
from resnets.weights.slots import DTYPES, Slot

_STORAGES = {
    "torch.DoubleStorage": "float64",
    "torch.FloatStorage": "float32",
    "torch.HalfStorage": "float16",
    "torch.BFloat16Storage": "bfloat16",
    "torch.LongStorage": "int64",
    "torch.IntStorage": "int32",
    "torch.ShortStorage": "int16",
    "torch.CharStorage": "int8",
    "torch.ByteStorage": "uint8",
    "torch.BoolStorage": "bool",
}


class Storage(NamedTuple):
    """A run of numbers of one kind, by the key under which the file holds it."""

    key: str
    dtype: str
    elements: int
    first: int = 0  # of them, counted in the storage that the file holds

    @property
    def bytes(self) -> int:
        """How many bytes its elements take."""
        return self.elements * DTYPES[self.dtype].itemsize


class Tensor(NamedTuple):
    """A view of a storage: the first element, and how far the next one is in each dimension."""

    storage: Storage
    offset: int
    shape: tuple[int, ...]
    strides: tuple[int, ...]

    def slot(self, start: int) -> Slot:
        """Place it in a file whose storage begins at byte `start`."""
        size = DTYPES[self.storage.dtype].itemsize
        offset = start + (self.storage.first + self.offset) * size
        return Slot(self.storage.dtype, self.shape, offset, self.strides)


def read_pickle(data: bytes) -> tuple[Any, int, dict[str, Storage]]:
    """Read one pickle of PyTorch's.

    Args:
        data: what begins with the pickle, cut to `HEADER` and a byte.

    Returns:
        Its value, with our tensors in it; where it ends; its storages by key, as they are held.

    Raises:
        Refusal: it breaks a rule.
    """
    storages: dict[str, Storage] = {}

    def persistent(identity: tuple[Any, ...]) -> Storage:
        whole, part = _storage(identity)
        if storages.setdefault(whole.key, whole) != whole:
            raise Refusal(
                "whole", "one storage is described in two ways", received=printable(whole.key)
            )
        return part

    value, end = Machine(data, NAMES, persistent, (Tensor,)).run()
    if end > HEADER:
        raise Refusal("limits", f"its pickle is longer than {HEADER} bytes", received=end)
    return value, end, storages


def _storage(identity: tuple[Any, ...]) -> tuple[Storage, Storage]:
    """Read ("storage", type, key, device, elements[, view]); the view is of the legacy layout."""
    if len(identity) not in (5, 6) or identity[0] != "storage":
        raise Refusal(
            "arrays only",
            "it holds the source of a module beside its arrays",
            received=printable(str(identity[0])) if identity else "()",
            hint="it holds a whole module; save `model.state_dict()` where its code is",
        )
    dtype = _STORAGES.get(getattr(identity[1], "name", ""))
    key, elements = identity[2], identity[4]
    if dtype is None or type(key) is not str or not key.isascii() or not _is_size(elements):
        raise Refusal("whole", "a storage has no kind, key or size", received=printable(str(key)))
    whole = Storage(key, dtype, elements)
    view = identity[5] if len(identity) == 6 else None
    if view is None:
        return whole, whole
    if type(view) is not tuple or len(view) != 3 or not all(map(_is_size, view[1:])):
        raise Refusal("whole", "a view of a storage is not sound", received=printable(key))
    first, count = view[1:]
    if first + count > elements:
        raise Refusal("whole", "a view reaches past the end of its storage", received=first + count)
    return whole, Storage(key, dtype, count, first)


def _is_size(value: Any) -> bool:
    return type(value) is int and 0 <= value <= BYTES


def _tensor(arguments: tuple[Any, ...]) -> Tensor:
    """Stand in for `_rebuild_tensor` and `_rebuild_tensor_v2`; what follows the strides is left."""
    storage, offset, shape, strides = (*arguments, None, None, None, None)[:4]
    sound = (
        type(storage) is Storage
        and _is_size(offset)
        and type(shape) is type(strides) is tuple
        and len(shape) == len(strides) <= DIMENSIONS
        and all(map(_is_size, (*shape, *strides)))
    )
    if not sound:
        raise Refusal(
            "whole", "an array's storage, shape or strides are not sound", received=f"{shape}"[:200]
        )
    last, filled = offset, 1
    for step, side in sorted(zip(strides, shape, strict=True)):
        if side == 0:
            return Tensor(storage, 0, shape, strides)
        if side > 1:
            if step < filled:
                raise Refusal(
                    "whole", "the elements of an array lie on one another", received=str(strides)
                )
            last += (side - 1) * step
            filled = (side - 1) * step + filled
    if last >= storage.elements:
        raise Refusal(
            "whole",
            f"an array reaches past the end of its storage of {storage.elements} elements",
            received=last,
        )
    return Tensor(storage, offset, shape, strides)


def _parameter(arguments: tuple[Any, ...]) -> Tensor:
    if not arguments or type(arguments[0]) is not Tensor:
        raise Refusal("whole", "a parameter holds no array", received=len(arguments))
    return arguments[0]


def _ordered(arguments: tuple[Any, ...]) -> dict[Any, Any]:
    """Stand in for `OrderedDict`, which Python 2 gave its pairs at once."""
    pairs: Iterable[Any] = arguments[0] if arguments else []
    if len(arguments) > 1 or type(pairs) is not list:
        raise Refusal("whole", "a dictionary is made of no pairs", received=len(arguments))
    entries = {}
    for pair in pairs:
        if type(pair) not in (list, tuple) or len(pair) != 2 or type(pair[0]) is not str:
            raise Refusal("whole", "a dictionary is made of no pairs", received=len(pairs))
        if pair[0] in entries:
            raise Refusal("names", "its pickle has a name twice", received=printable(pair[0]))
        entries[pair[0]] = pair[1]
    return entries


def _size(arguments: tuple[Any, ...]) -> tuple[Any, ...]:
    if len(arguments) != 1 or type(arguments[0]) not in (tuple, list):
        raise Refusal("whole", "a shape is no tuple", received=len(arguments))
    return tuple(arguments[0])


# Everything that a file may name. None of it is looked up anywhere; all of it is stood in for.
NAMES: Mapping[str, Rebuild | None] = {
    "collections.OrderedDict": _ordered,
    "torch._utils._rebuild_tensor": _tensor,
    "torch._utils._rebuild_tensor_v2": _tensor,
    "torch._utils._rebuild_parameter": _parameter,
    "torch.nn.parameter.Parameter": _parameter,  # as PyTorch wrote it up to 0.3
    "torch.Size": _size,
    **dict.fromkeys(_STORAGES),
}
