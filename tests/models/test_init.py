"""The front of the room: names, fields, and no Keras until a net is built."""

from __future__ import annotations

import subprocess
import sys

import pytest

from resnets.errors import UnknownNameError, UsageError
from resnets.models import build, spec_of


def test_the_tables_load_no_keras():
    code = (
        "import sys; from resnets.models import FAMILIES, cost; cost(FAMILIES['resnet20'].spec); "
        "sys.exit('keras' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_misspelt_nets_and_fields_are_answered_with_the_nearest():
    with pytest.raises(UnknownNameError) as caught:
        build("resnet-20")
    assert "there is no net of this name (received: resnet-20)" in str(caught.value)
    assert "hint: did you mean resnet20?" in str(caught.value)
    with pytest.raises(UnknownNameError) as caught:
        build("resnet20", shortcuts="B")
    assert "there is no field of NetSpec of this name (received: shortcuts)" in str(caught.value)
    assert "hint: did you mean shortcut?" in str(caught.value)


def test_a_wrong_value_is_refused():
    with pytest.raises(UsageError) as caught:
        spec_of("resnet20", classes=-1)
    assert "NetSpec.classes must be at least 1 (received: -1)" in str(caught.value)


def test_none_keeps_what_the_spec_says_and_lists_become_tuples():
    assert spec_of("resnet20", classes=None).classes == 10
    assert spec_of("resnet20", blocks=[1, 1]).blocks == (1, 1)


def test_other_channels_take_the_mean_of_the_means_unless_told():
    assert spec_of("resnet50", input_shape=(32, 32, 1)).mean == (pytest.approx(0.449),)
    assert spec_of("resnet50", input_shape=(32, 32, 1), mean=(0.1,)).mean == (0.1,)
    assert len(spec_of("resnet50", input_shape=(32, 32, 3)).mean) == 3
