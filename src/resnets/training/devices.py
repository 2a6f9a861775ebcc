"""What the engine computes on: its devices by name, and whether they have bfloat16."""

from __future__ import annotations

import sys
from dataclasses import dataclass

import keras

from resnets.data.memory import free_memory
from resnets.store import machine

UNKNOWN = sys.maxsize  # bytes: where nobody tells what is free, nothing is warned of


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


def free_memory_of(here: Device) -> int:
    """Count the free bytes where the device computes: its own memory, or the machine's.

    TensorFlow and JAX take most of a GPU's memory for themselves at their start and deal it out:
    free is what they have not dealt out yet. As with the device itself, the branches for GPUs
    follow the documentation and are not tested.
    """
    if here.kind == "CPU":
        return free_memory(fallback=UNKNOWN)
    engine = keras.backend.backend()
    if engine == "torch":
        import torch

        return int(torch.cuda.mem_get_info(0)[0])
    if engine == "jax":
        import jax

        facts = jax.devices()[0].memory_stats() or {"bytes_limit": UNKNOWN}
        return int(facts["bytes_limit"]) - int(facts.get("bytes_in_use", 0))
    import tensorflow
    from tensorflow.python.client import device_lib

    found = (d.memory_limit for d in device_lib.list_local_devices() if d.device_type == "GPU")
    used = tensorflow.config.experimental.get_memory_info("GPU:0")["current"]
    return int(next(found)) - int(used)


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
