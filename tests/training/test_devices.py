"""The device that the engine takes."""

from resnets.store import machine
from resnets.training.devices import device


def test_here_is_a_device_with_a_name() -> None:
    here = device()
    assert here.kind in ("CPU", "GPU")
    if here.kind == "CPU":
        assert (here.name, here.bfloat16) == (machine()["cpu"], machine()["bfloat16"])
