"""The peak: one product at a time."""

from __future__ import annotations

import keras
import pytest

if keras.backend.backend() != "tensorflow":
    pytest.skip("needs KERAS_BACKEND=tensorflow", allow_module_level=True)

from resnets.benchmarks import matrix
from resnets.benchmarks.task import Task


def test_a_product_counts_as_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(matrix, "SIDE", 64)
    assert matrix.prepare(Task("train", "resnet20", 32, 128, "float32", "", "matrix peak"))() == 1
