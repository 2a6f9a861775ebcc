"""The device that the engine takes."""

from resnets.data.memory import free_memory
from resnets.store import machine
from resnets.training.devices import Device, device, free_memory_of


def test_here_is_a_device_with_a_name() -> None:
    here = device()
    assert here.kind in ("CPU", "GPU")
    if here.kind == "CPU":
        assert (here.name, here.bfloat16) == (machine()["cpu"], machine()["bfloat16"])


def test_a_cpu_has_the_machines_memory() -> None:
    free, here = free_memory(), free_memory_of(Device("CPU", "some", bfloat16=False))
    assert abs(here - free) < 0.5 * free  # others on the machine come and go between the two
