"""Which precisions a device is measured in."""

import pytest

from resnets.errors import UnknownNameError
from resnets.training.devices import Device
from resnets.training.precision import POLICIES, precisions_to_try


@pytest.mark.parametrize(
    ("kind", "bfloat16", "expected"),
    (
        ("CPU", False, ("float32",)),
        ("CPU", True, ("bfloat16", "float32")),
        ("GPU", True, ("bfloat16",)),
        ("GPU", False, ("float16",)),
    ),
)
def test_auto_tries_what_the_device_may_be_fast_in(
    kind: str, bfloat16: bool, expected: tuple[str, ...]
) -> None:
    assert precisions_to_try("auto", Device(kind, "some", bfloat16)) == expected


@pytest.mark.parametrize("asked", sorted(POLICIES))
def test_what_was_asked_for_is_obeyed(asked: str) -> None:
    assert precisions_to_try(asked, Device("CPU", "some", True)) == (asked,)


def test_a_misspelt_precision_is_refused() -> None:
    with pytest.raises(UnknownNameError, match="there is no precision of this name") as caught:
        precisions_to_try("fp32", Device("CPU", "some", False))
    assert caught.value.received == "fp32"
