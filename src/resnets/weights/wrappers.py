"""What lies around a state dict in a PyTorch file, seen through: wrappers and prefixes."""

from __future__ import annotations

from typing import Any

from resnets.errors import printable
from resnets.weights.foreign import Refusal
from resnets.weights.torch_tensors import Tensor

# In this order, so that a file with both plain and averaged weights gives the plain ones.
WRAPPERS = (
    *("state_dict", "model", "net", "module", "model_state_dict"),
    *("ema", "state_dict_ema", "model_ema"),
)
PREFIXES = ("module.", "_orig_mod.")
FACTS = 30  # of plain values beside the arrays
DEPTH = 3


def unwrap(value: Any) -> tuple[dict[str, Tensor], dict[str, str]]:
    """Find the arrays in what a PyTorch file holds.

    Args:
        value: as `torch_tensors.read_pickle` gives it.

    Returns:
        The arrays by name, prefixes taken off; and facts: `wrapper`, what was taken off, and the
        plain values that lay beside the arrays or beside a wrapper, such as `epoch`.

    Raises:
        Refusal: there is no dictionary of arrays where it has to be.
    """
    facts: dict[str, str] = {}
    taken: list[str] = []
    for _ in range(DEPTH):
        if type(value) is not dict:
            raise Refusal(
                "arrays only",
                f"it holds a {type(value).__name__.lower()} and no dictionary of arrays",
                received=type(value).__name__,
            )
        facts.update(_plain(value))
        if any(type(entry) is Tensor for entry in value.values()):
            return _stripped(_tensors(value), taken, facts)
        inner = next((name for name in WRAPPERS if type(value.get(name)) is dict), None)
        if inner is None:
            break
        taken.append(inner)
        value = value[inner]
    raise Refusal(
        "arrays only",
        "it holds no arrays by name where a state dict has them",
        received=printable(", ".join(map(str, list(value)[:8])), 200) or "nothing",
    )


def _tensors(entries: dict[Any, Any]) -> dict[str, Tensor]:
    found = {}
    for name, entry in entries.items():
        if type(entry) is Tensor and type(name) is str:
            found[name] = entry
        elif type(entry) in (dict, list, tuple, Tensor):
            raise Refusal(
                "arrays only",
                "beside its arrays lies what is no array",
                received=printable(str(name), 200),
            )
    return found


def _stripped(
    arrays: dict[str, Tensor], taken: list[str], facts: dict[str, str]
) -> tuple[dict[str, Tensor], dict[str, str]]:
    while prefix := next((p for p in PREFIXES if all(n.startswith(p) for n in arrays)), ""):
        taken.append(prefix)
        arrays = {name.removeprefix(prefix): array for name, array in arrays.items()}
    if taken:
        facts["wrapper"] = " ".join(taken)
    return arrays, facts


def _plain(entries: dict[Any, Any]) -> dict[str, str]:
    values = ((name, entry) for name, entry in entries.items() if type(name) is str)
    found = [(n[:100], str(e)[:200]) for n, e in values if type(e) in (str, int, float)]
    return dict(found[:FACTS])
