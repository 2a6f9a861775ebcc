"""Safetensors in shards: an index that says which array lies in which file beside it."""

from __future__ import annotations

import contextlib
import json
import re
from pathlib import Path

import numpy as np

from resnets.weights import safetensors_file
from resnets.weights.foreign import HEADER, Foreign, Look, Refusal
from resnets.weights.opened import Opened
from resnets.weights.slots import Plan, check_shapes

SHARDS = 64
_FILE = re.compile(r"[\w][\w.-]{0,200}\.safetensors")


def read_shards(index: Opened, folder: Path, look: Look) -> Foreign:
    """Read all shards that an index names; together they hold just the arrays that it lists.

    Args:
        index: the opened index.
        folder: where it lies, and where each shard has to lie, as a file and not a link.
        look: called with all shapes before any array is read.

    Raises:
        Refusal: index or shards break a rule, or do not agree.
    """
    if index.size > HEADER:
        raise Refusal("limits", f"the index has {index.size} bytes", received=index.size)
    data, digest = index.whole()
    places = _places(bytes(data))
    names = sorted(set(places.values()))
    arrays: dict[str, np.ndarray] = {}
    with contextlib.ExitStack() as opened:
        shards = {name: opened.enter_context(Opened(folder / name, follow=False)) for name in names}
        plans = {
            name: safetensors_file.plan(shard.read, shard.size) for name, shard in shards.items()
        }
        _compare(places, plans)
        look({name: plans[place].slots[name].shape for name, place in places.items()})
        facts = {}
        for name, shard in shards.items():
            content, facts[f"sha256 {name}"] = shard.whole()
            arrays |= safetensors_file.arrays_of_safetensors(plans[name], content)
    return Foreign(arrays, "safetensors", digest, facts)


def _places(text: bytes) -> dict[str, str]:
    try:
        said = json.loads(text, object_pairs_hook=safetensors_file.once)
    except (ValueError, RecursionError) as error:
        raise Refusal("whole", "the index is no JSON", received=str(error)[:200]) from None
    places = said.get("weight_map") if isinstance(said, dict) else None
    if not isinstance(places, dict) or not places:
        raise Refusal("whole", "the index has no weight_map", received=str(said)[:80])
    for place in places.values():
        if not isinstance(place, str) or not _FILE.fullmatch(place):
            raise Refusal("nothing outside", "a shard lies elsewhere", received=str(place)[:200])
    if len(set(places.values())) > SHARDS:
        raise Refusal("limits", "there are too many shards", received=len(set(places.values())))
    check_shapes(dict.fromkeys(places, ()))
    return places


def _compare(places: dict[str, str], plans: dict[str, Plan]) -> None:
    held = [(name, place) for place, plan in plans.items() for name in plan.slots]
    if sorted(held) != sorted(places.items()):
        raise Refusal(
            "whole",
            "the shards do not hold just the arrays of the index",
            received=f"{len(held)} arrays where the index lists {len(places)}",
        )
