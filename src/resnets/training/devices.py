"""What the engine computes on: its devices by name, and whether they have bfloat16."""

from __future__ import annotations

from dataclasses import dataclass

import keras

from resnets.store import machine


@dataclass(frozen=True)
class Device:
    """One processor that an engine can use.

    Args:
        kind: `CPU` or `GPU`; whatever an engine calls otherwise counts as GPU.
        name: as its maker calls it.
        bfloat16: it multiplies bfloat16 in hardware; elsewhere that is emulated, and slower.
    """

    kind: str
    name: str
    bfloat16: bool


def device() -> Device:
    """Find the device that the engine will take: its first GPU, else the CPU.

    A GPU was not at hand when this was written: the three branches for one follow the engines'
    documentation and are not tested.
    """
    gpu = {"tensorflow": _tensorflow_gpu, "torch": _torch_gpu, "jax": _jax_gpu}
    found = gpu[keras.backend.backend()]()
    if found is not None:
        return found
    facts = machine()
    return Device("CPU", facts["cpu"], bool(facts["bfloat16"]))


def _tensorflow_gpu() -> Device | None:
    import tensorflow

    gpus = tensorflow.config.list_physical_devices("GPU")
    if not gpus:
        return None
    details = tensorflow.config.experimental.get_device_details(gpus[0])
    capability = details.get("compute_capability") or (0, 0)
    return Device("GPU", details.get("device_name", "GPU"), capability >= (8, 0))


def _torch_gpu() -> Device | None:
    import torch

    if not torch.cuda.is_available():
        return None
    return Device(
        "GPU", torch.cuda.get_device_name(0), torch.cuda.get_device_capability(0) >= (8, 0)
    )


def _jax_gpu() -> Device | None:
    import jax

    first = jax.devices()[0]
    if first.platform == "cpu":
        return None
    capability = str(getattr(first, "compute_capability", "8.0"))
    return Device("GPU", str(first.device_kind), float(capability or 8.0) >= 8.0)
