"""The machine as the operating system tells it: processor, cores, memory, and whether bfloat16."""

from __future__ import annotations

import os
import platform
import re
from pathlib import Path
from typing import Any

# Instructions that matter to a net, as Linux names them.
FLAGS = ("avx2", "fma", "avx512f", "avx512_vnni", "avx512_bf16", "amx_bf16", "asimd", "bf16")
# With either of these a bfloat16 product costs less than a float32 one.
BFLOAT16 = ("avx512_bf16", "amx_bf16")


def machine(cpuinfo: Path = Path("/proc/cpuinfo")) -> dict[str, Any]:
    """Describe the machine.

    Args:
        cpuinfo: where Linux describes its processors; elsewhere the file is missing, and less is
            known.

    Returns:
        `cpu` (its maker's name), `cores` (that this process may use), `memory` (bytes, or None),
        `flags` (of the instructions that matter to a net), `bfloat16` (it multiplies them in
        hardware), `system` and `architecture`.
    """
    try:
        text = cpuinfo.read_text(encoding="utf-8", errors="replace")
    except OSError:
        text = ""
    told = set(_field(text, "flags").split()) | set(_field(text, "Features").split())
    flags = [flag for flag in FLAGS if flag in told]
    return {
        "cpu": _field(text, "model name") or platform.processor() or platform.machine(),
        "cores": cores(),
        "memory": _memory(),
        "flags": flags,
        "bfloat16": any(flag in BFLOAT16 for flag in flags),
        "system": f"{platform.system()} {platform.release()}",
        "architecture": platform.machine(),
    }


def cores() -> int:
    """Count the cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _field(text: str, name: str) -> str:
    found = re.search(rf"^{name}\s*:[ \t]*(.*)$", text, re.MULTILINE)
    return found.group(1).strip() if found else ""


def _memory() -> int | None:
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, OSError, ValueError):  # Windows has none of it
        return None
