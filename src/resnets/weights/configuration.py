"""A Keras configuration as plain JSON: looked through for what would run code, and never built."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from resnets.errors import printable
from resnets.weights.foreign import HEADER, Refusal

DEPTH = 60  # of JSON; that of a net of nets is about 15
LARGEST = 1 << 31  # of a number; no width, size or seed of a net is larger

# What is named must be a class of these packages; functions have names in small letters.
_PACKAGES = re.compile(
    r"(keras|keras\.src|keras_hub|resnets)(\.(src|api|models|layers|initializers|regularizers"
    r"|constraints|activations|optimizers|losses|metrics|random|dtype_policies|quantizers|engine"
    r"|blocks)(\.\w+)*)?"
)
_CLASS = re.compile(r"_?[A-Z]\w*|__keras_tensor__|__tuple__")
_REGISTERED = re.compile(r"(\w+>)?_?[A-Z]\w*")
# Classes of Keras that hold code, or that read from elsewhere when they are built.
_REACHING = {"Lambda", "TorchModuleWrapper", "TFSMLayer", "JaxLayer", "FlaxLayer"}
_REACHING |= {"StringLookup", "IntegerLookup", "TextVectorization", "Hashing"}
_CODE_KEYS = {"__lambda__", "__bytes__", "__typespec__", "__class__"}


def checked(text: bytes, place: str) -> str:
    """Look through a configuration that lies beside weights.

    Nothing is ever built from it here; but a file that would run code elsewhere is not trusted
    with its arrays either.

    Args:
        text: JSON in UTF-8.
        place: which part of the file it is.

    Returns:
        The same, as text.

    Raises:
        Refusal: it is no JSON object, or names what is no layer, or is too deep or too large.
    """
    if len(text) > HEADER:
        raise Refusal("limits", f"{place} has {len(text)} bytes", received=len(text))
    try:
        decoded = text.decode("utf-8")
        value = json.loads(decoded)
    except RecursionError:
        raise Refusal("limits", f"{place} is nested too deeply", received="JSON") from None
    except ValueError as error:
        raise Refusal("whole", f"{place} is no JSON", received=str(error)[:200]) from None
    if not isinstance(value, dict):
        raise Refusal("whole", f"{place} is no JSON object", received=type(value).__name__)
    for entry, depth in _walk(value):
        if depth > DEPTH:
            raise Refusal("limits", f"{place} is nested too deeply", received=depth)
        if isinstance(entry, int | float) and abs(entry) > LARGEST:
            raise Refusal("limits", f"{place} has a number too large", received=str(entry)[:40])
        if isinstance(entry, dict):
            _check_names(entry, place)
    return decoded


def _walk(value: Any) -> Iterator[tuple[Any, int]]:
    todo = [(value, 1)]
    while todo:
        entry, depth = todo.pop()
        yield entry, depth
        if isinstance(entry, dict):
            todo += [
                (inner, depth + 1)
                for key, inner in entry.items()
                if key != "shared_object_id"  # an address in the memory of whoever saved it
            ]
        elif isinstance(entry, list):
            todo += [(inner, depth + 1) for inner in entry]


def _check_names(entry: dict[str, Any], place: str) -> None:
    names = [entry.get(key) for key in ("module", "class_name", "registered_name")]
    module, class_name, registered = names
    wrong = (
        (module is not None and not _matches(_PACKAGES, module))
        or (class_name is not None and not _matches(_CLASS, class_name))
        or (registered is not None and not _matches(_REGISTERED, registered))
        or str(class_name) in _REACHING
        or str(registered).rpartition(">")[2] in _REACHING
    )
    if wrong or entry.keys() & _CODE_KEYS:
        named = ", ".join(str(name) for name in names if name is not None)
        raise Refusal(
            "arrays only",
            f"{place} names {printable(named, 200) or 'code'}, which is no layer of a residual net",
            received=printable(named or str(sorted(entry.keys() & _CODE_KEYS)), 200),
            hint="save the weights alone where the model is: `model.save_weights(file)`",
        )


def _matches(pattern: re.Pattern[str], value: Any) -> bool:
    return isinstance(value, str) and pattern.fullmatch(value) is not None
