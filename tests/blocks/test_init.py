"""The front of the room: every name that it promises is there, and data comes without Keras."""

from __future__ import annotations

import subprocess
import sys

import pytest

from resnets import blocks


def test_every_promised_name_is_there():
    for name in blocks.__all__:
        assert getattr(blocks, name).__name__ == name
    with pytest.raises(AttributeError, match="no attribute 'Nothing'"):
        _ = blocks.Nothing


def test_the_data_loads_no_keras():
    code = "import sys, resnets.blocks.rows; sys.exit('keras' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
