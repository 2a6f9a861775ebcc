"""What the names and shapes of arrays tell about a net: blocks, widths, groups, stem."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

Shapes = Mapping[str, tuple[int, ...]]
MOST = 1000  # blocks in a stage; a name in a file may claim any number


def read_structure(shapes: Shapes) -> dict[str, Any] | None:
    """Read fields of `NetSpec` off the variables of a net.

    Args:
        shapes: by our names; some may be missing, and some be wrong.

    Returns:
        Fields by name, `channels` of the pictures, and under `projects` which blocks have a
        projection: "A" none, "B" where the shape changes, "first" there and in the first block,
        "C" all. None where no stem or no first block is among them, or a stage claims more than
        1,000 blocks.
    """
    convolutions: Shapes = {
        name.removesuffix("/kernel"): shape
        for name, shape in shapes.items()
        if name.endswith("/kernel") and len(shape) == 4
    }
    stem = [convolutions[key] for n in range(1, 4) if (key := f"stem/conv{n}") in convolutions]
    branch = _branch(convolutions)
    blocks = _blocks(convolutions)
    if not stem or len(branch) < 2 or max(blocks) > MOST:
        return None
    bottleneck = len(branch) > 2
    channels = branch[-1][3]
    inner, width = branch[0][3], max(1, channels // 4) if bottleneck else channels
    pre = any("/before/" in name or name.startswith("final/") for name in shapes)
    head, gate = shapes.get("head/kernel"), shapes.get("stage1_block1/branch/gate/reduce/kernel")
    grouped = branch[1]
    return {
        "channels": stem[0][2],
        "classes": head[1] if head and len(head) == 2 else None,
        "blocks": blocks,
        "branch": "bottleneck" if bottleneck else "basic",
        "order": "pre" if pre else "post",
        "stem": _stem(stem),
        "stem_width": stem[-1][3],
        "stem_norm": not pre or f"stem/norm{len(stem)}/gamma" in shapes,
        "width": width,
        "widening": inner / width if bottleneck else 1.0,
        "groups": max(1, inner // max(1, grouped[2])),
        "bias": _bias(shapes, len(branch)),
        "se_ratio": gate[1] / channels if gate and len(gate) == 2 else 0.0,
        "projects": _projects(convolutions, stem[-1][3] == channels),
    }


def _branch(convolutions: Shapes) -> list[tuple[int, ...]]:
    names = (f"stage1_block1/branch/conv{n}" for n in range(1, 4))
    return [convolutions[name] for name in names if name in convolutions]


def _stem(stem: list[tuple[int, ...]]) -> str:
    if len(stem) > 1:
        return "deep"
    return "cifar" if stem[0][0] == 3 else "imagenet"


def _blocks(convolutions: Shapes) -> tuple[int, ...]:
    last: dict[int, int] = {}
    for name in convolutions:
        found = re.match(r"stage(\d+)_block(\d+)/branch/", name)
        if found:
            stage, block = int(found[1]), int(found[2])
            last[stage] = max(block, last.get(stage, 0))
    # A stage that is not there at all is taken to have one block, which will then be missing.
    return tuple(last.get(stage, 1) for stage in range(1, min(max(last, default=1), 9) + 1))


def _bias(shapes: Shapes, convolutions: int) -> str:
    if f"stage1_block1/branch/conv{convolutions}/bias" not in shapes:
        return "none"
    return "all" if "stage1_block1/branch/conv1/bias" in shapes else "unnormalised"


def _projects(convolutions: Shapes, first_fits: bool) -> str:
    projecting = {name.split("/")[0] for name in convolutions if "/shortcut/" in name}
    if not projecting:
        return "A"
    if "stage1_block2" in projecting:
        return "C"
    return "first" if first_fits and "stage1_block1" in projecting else "B"
