"""The kernels that are chosen are those of Keras's engine."""

from __future__ import annotations

import keras
import pytest

from resnets import kernels

pytestmark = pytest.mark.core


def test_the_engine_of_keras_is_taken():
    name = keras.backend.backend()
    for kernel in (
        kernels.normalize_batch,
        kernels.normalize,
        kernels.convolve,
        kernels.max_pool,
    ):
        assert kernel.__module__ == f"resnets.kernels.{name}"
