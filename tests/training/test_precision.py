"""Which precision a device gets."""

import pytest

from resnets.errors import UnknownNameError
from resnets.training.devices import Device
from resnets.training.precision import POLICIES, choose_precision


@pytest.mark.parametrize(
    ("kind", "bfloat16", "expected"),
    (("CPU", False, "float32"), ("CPU", True, "bfloat16"), ("GPU", True, "bfloat16"),
     ("GPU", False, "float16")),
)  # fmt: skip
def test_auto_takes_what_the_device_computes_in(kind: str, bfloat16: bool, expected: str) -> None:
    assert choose_precision("auto", Device(kind, "some", bfloat16)) == expected


@pytest.mark.parametrize("asked", sorted(POLICIES))
def test_what_was_asked_for_is_obeyed(asked: str) -> None:
    assert choose_precision(asked, Device("CPU", "some", False)) == asked


def test_a_misspelt_precision_is_refused() -> None:
    with pytest.raises(UnknownNameError, match="there is no precision of this name") as caught:
        choose_precision("fp32", Device("CPU", "some", False))
    assert caught.value.received == "fp32"
