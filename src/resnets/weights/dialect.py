"""A dialect: what one library calls the layers of a net, and how it lays their numbers out."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np

# What may stand in a pattern: how it is written, and by how much it differs from our own count.
_COUNTS: Mapping[str, tuple[str, str, int]] = {
    "stage": ("stage", "number", 0),
    "stage_from_0": ("stage", "number", -1),
    "stage_from_2": ("stage", "number", 1),
    "block": ("block", "number", 0),
    "block_from_0": ("block", "number", -1),
    "block_letter": ("block", "letter", 0),
    "n": ("n", "number", 0),
    "n_from_0": ("n", "number", -1),
    "n_from_2": ("n", "number", 1),
    "n_letter": ("n", "letter", 0),
    "classes": ("classes", "number", 0),
}
_HOW = {"number": "[0-9]{1,9}", "letter": "[a-z]"}
_TORCH = {"kernel": "weight", "bias": "bias"}
_TORCH_NORM = {
    "gamma": "weight",
    "beta": "bias",
    "moving_mean": "running_mean",
    "moving_variance": "running_var",
}
# What every library saves beside the weights, and no net needs to answer.
_BESIDE = re.compile(
    r"(^|[/.])(num_batches_tracked$|optimizer(_weights)?/|seed_generator|top_level_model_weights/)"
)


@dataclass(frozen=True)
class Dialect:
    """One way in which residual nets are written down.

    Args:
        library: whose it is.
        source: where it can be looked up.
        layers: their pattern of a layer's name by ours. Both may hold counts in braces: of stages,
            blocks, and layers of one kind, from 1 like ours, from 0 or from 2, or as a letter.
        torch: whether kernels are (out, in, H, W), dense ones (out, in), and names in dots.
        convolved: our names of dense layers that are written as 1x1 convolutions there.
        fields: of `NetSpec`, what every net has there, and names and shapes do not tell.
        shortcuts: our policy by what the projections tell: "A", none; "B", where the shape
            changes; "first", there and in the first block of all; "C", everywhere.
        where: what a net must be by names and shapes alone, so that this dialect is meant.
        rows: names of the table's nets that are published in it.
        bias: which convolutions of those have one.
        preprocessing: the row of `weights.preprocessing` that its published nets follow.
    """

    library: str
    source: str
    layers: Mapping[str, str] = field(repr=False)
    torch: bool = True
    convolved: tuple[str, ...] = ()
    fields: Mapping[str, Any] = field(default_factory=dict)
    shortcuts: Mapping[str, str] = field(default_factory=lambda: {"A": "A", "B": "B", "C": "C"})
    where: Mapping[str, Any] = field(default_factory=dict)
    rows: tuple[str, ...] = ()
    bias: str = "none"
    preprocessing: str = "none"

    @cached_property
    def _out(self) -> list[tuple[re.Pattern[str], str]]:
        return [(_pattern(ours), theirs) for ours, theirs in self.layers.items()]

    @cached_property
    def _in(self) -> list[tuple[re.Pattern[str], str]]:
        return [(_pattern(theirs), ours) for ours, theirs in self.layers.items()]

    def theirs(self, path: str, classes: int = 0) -> str | None:
        """Translate the path of one of our variables; None where they have no such layer.

        Args:
            path: `stage1_block1/branch/conv1/kernel`.
            classes: K, which some names end with.
        """
        layer, _, variable = path.rpartition("/")
        found = _translated(layer, self._out, {"classes": classes})
        if found is None:
            return None
        if self.torch:
            return f"{found}.{(_TORCH_NORM if _is_norm(layer) else _TORCH)[variable]}"
        return f"{found}/{variable}"

    def ours(self, name: str) -> str | None:
        """Translate one of their names; None where it is not of this dialect."""
        layer, _, variable = name.rpartition("." if self.torch else "/")
        found = _translated(layer, self._in, {})
        if found is None or not self.torch:
            return found and f"{found}/{variable}"
        table = _TORCH_NORM if _is_norm(found) else _TORCH
        mine = next((ours for ours, theirs in table.items() if theirs == variable), None)
        return mine and f"{found}/{mine}"

    def array_in(self, path: str, array: np.ndarray) -> np.ndarray:
        """Lay an array out as ours; a view, and as it is where it has another number of axes."""
        if not self.torch or not path.endswith("/kernel"):
            return array
        if array.ndim == 4 and self._dense(path):
            return array[:, :, 0, 0].T if array.shape[2:] == (1, 1) else array
        return array.transpose(2, 3, 1, 0) if array.ndim == 4 else array.T

    def array_out(self, path: str, array: np.ndarray) -> np.ndarray:
        """Lay one of our arrays out as theirs; a view."""
        if not self.torch or not path.endswith("/kernel"):
            return array
        if array.ndim == 4:
            return array.transpose(3, 2, 0, 1)
        convolved = path.removesuffix("/kernel").endswith(self.convolved)
        return array.T[:, :, None, None] if self.convolved and convolved else array.T

    def _dense(self, path: str) -> bool:
        return path == "head/kernel" or "/gate/" in path


def plain_names(arrays: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    """Take from names what containers add: groups of Keras's HDF5, `:0`; leave out what is beside.

    >>> list(plain_names({"model_weights/fc/fc/kernel:0": 1, "bn1.num_batches_tracked": 2}))
    ['fc/kernel']
    """
    kept = {name: array for name, array in arrays.items() if not _BESIDE.search(name)}
    short = {name: _short(name) for name in kept}
    # Two layers of one name in two groups are not to be told apart by the short ones.
    if len(set(short.values())) < len(short):
        return kept
    return {short[name]: array for name, array in kept.items()}


def _short(name: str) -> str:
    if "/vars/" in name or "/" not in name:
        return name
    return "/".join(name.removesuffix(":0").split("/")[-2:])


def _pattern(template: str) -> re.Pattern[str]:
    parts = re.split(r"\{(\w+)\}", template)
    text = ""
    for number, part in enumerate(parts):
        text += f"(?P<{part}>{_HOW[_COUNTS[part][1]]})" if number % 2 else re.escape(part)
    return re.compile(text)


def _translated(
    name: str, rules: list[tuple[re.Pattern[str], str]], given: Mapping[str, int]
) -> str | None:
    for pattern, template in rules:
        found = pattern.fullmatch(name)
        if found:
            counts = dict(given)
            for key, text in found.groupdict().items():
                count, how, more = _COUNTS[key]
                counts[count] = (int(text) if how == "number" else ord(text) - 96) - more
            return re.sub(r"\{(\w+)\}", _writer(counts), template)
    return None


def _writer(counts: Mapping[str, int]) -> Callable[[re.Match[str]], str]:
    def write(match: re.Match[str]) -> str:
        count, how, more = _COUNTS[match[1]]
        number = counts[count] + more
        return str(number) if how == "number" else chr(96 + number)

    return write


def _is_norm(layer: str) -> bool:
    return layer.rpartition("/")[2].startswith("norm")
