"""Which numbers to compute in: what was asked for, or what the device is fast in."""

from __future__ import annotations

from typing import Literal

from resnets import catalog
from resnets.training.devices import Device

Precision = Literal["float32", "bfloat16", "float16"]

# Keras's name for each: weights and statistics stay float32 in all three.
POLICIES = {"float32": "float32", "bfloat16": "mixed_bfloat16", "float16": "mixed_float16"}


def precisions_to_try(asked: str, device: Device) -> tuple[Precision, ...]:
    """Give what was asked for, or what may be the fastest on the device.

    A GPU gets bfloat16 where it computes in it, else float16, where Keras scales the loss by
    itself. A CPU with AVX512_BF16 or AMX may be faster in bfloat16, and need not be for every net:
    a measured step decides. On all others bfloat16 is emulated and far slower than float32.

    Args:
        asked: `auto`, or a precision, which is obeyed.
        device: what the engine computes on.

    Raises:
        UnknownNameError: there is no such precision.
    """
    if asked == "auto" and device.kind == "GPU":
        return ("bfloat16",) if device.bfloat16 else ("float16",)
    if asked == "auto":
        return ("bfloat16", "float32") if device.bfloat16 else ("float32",)
    catalog.look_up({"auto": "", **POLICIES}, asked, "precision")
    return (asked,)  # type: ignore[return-value]
