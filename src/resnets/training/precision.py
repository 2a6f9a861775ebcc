"""Which numbers to compute in: what was asked for, or what the device has in hardware."""

from __future__ import annotations

from typing import Literal

from resnets import catalog
from resnets.training.devices import Device

Precision = Literal["float32", "bfloat16", "float16"]

# Keras's name for each: weights and statistics stay float32 in all three.
POLICIES = {"float32": "float32", "bfloat16": "mixed_bfloat16", "float16": "mixed_float16"}


def choose_precision(asked: str, device: Device) -> Precision:
    """Take bfloat16 where the device computes in it, float16 on older GPUs, else float32.

    On a CPU without AVX512_BF16 or AMX bfloat16 is emulated and far slower than float32. Keras
    scales the loss by itself wherever float16 is taken.

    Args:
        asked: `auto`, or a precision, which is obeyed.
        device: what the engine computes on.

    Raises:
        UnknownNameError: there is no such precision.
    """
    if asked == "auto":
        if device.bfloat16:
            return "bfloat16"
        return "float16" if device.kind == "GPU" else "float32"
    catalog.look_up({"auto": "", **POLICIES}, asked, "precision")
    return asked  # type: ignore[return-value]
