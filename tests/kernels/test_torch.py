"""What is peculiar to the PyTorch kernels: nothing is copied on the way."""

from __future__ import annotations

import keras
import numpy as np
import pytest

if keras.backend.backend() != "torch":
    pytest.skip("needs KERAS_BACKEND=torch", allow_module_level=True)

import torch

from resnets.kernels import torch as kernels

pytestmark = pytest.mark.core


def _picture():
    return torch.randn(2, 6, 6, 4)


def test_results_lie_channels_last_in_memory():
    x = _picture()
    found = [
        kernels.normalize_batch(x, None, None, 1e-3)[0],
        kernels.normalize(x, None, None, torch.zeros(4), torch.ones(4), 1e-3),
        kernels.convolve(x, torch.randn(3, 3, 4, 8), 2, 1),
        kernels.max_pool(x, 3, 2, 1),
    ]
    assert all(y.is_contiguous() for y in found)


def test_a_picture_is_seen_and_not_copied():
    x = _picture()
    assert kernels._inward(x).data_ptr() == x.data_ptr()
    assert kernels._outward(kernels._inward(x)).data_ptr() == x.data_ptr()


def test_the_running_statistics_of_pytorch_are_unbiased_and_ours_are_not():
    x = torch.tensor([1.0, 2.0, 3.0, 6.0]).reshape(1, 2, 2, 1)
    running = torch.ones(1)
    torch.nn.functional.batch_norm(
        x.permute(0, 3, 1, 2), torch.zeros(1), running, None, None, True, 1.0
    )
    assert running.numpy() == pytest.approx([14 / 3])
    assert kernels.normalize_batch(x, None, None, 1e-4)[2].numpy() == pytest.approx([14 / 4])


@pytest.mark.parametrize("dtype", (torch.bfloat16, torch.float16))
def test_statistics_stay_in_float32_without_gamma_and_beta(dtype):
    # Left out, gamma and beta make the native kernel keep its statistics in half precision.
    x = torch.from_numpy(np.random.default_rng(0).normal(9, 1, (4, 5, 5, 3))).to(dtype)
    _, mean, _ = kernels.normalize_batch(x, None, None, 1e-3)
    assert mean.dtype == torch.float32
    exact = x.double().mean((0, 1, 2))
    np.testing.assert_allclose(mean.double(), exact, rtol=1e-6)
