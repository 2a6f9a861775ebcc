"""PyTorch's native batch normalisation, convolution and pool, channels last in memory."""

from __future__ import annotations

from typing import Any

import torch
from keras import ops
from torch.nn import functional


def normalize_batch(
    x: Any, gamma: Any | None, beta: Any | None, epsilon: float
) -> tuple[Any, Any, Any]:
    """Do what `plain.normalize_batch` does, in PyTorch's own kernel."""
    x, gamma, beta = _inward(x), _vector(gamma, x, 1.0), _vector(beta, x, 0.0)
    y, mean, inverse = torch.native_batch_norm(x, gamma, beta, None, None, True, 0.0, epsilon)
    # The kernel gives 1 / sqrt(biased variance + epsilon). Its running statistics, which it would
    # update itself, take the unbiased variance; Keras's take the biased one.
    variance = inverse.detach().pow(-2).sub_(epsilon).clamp_(min=0.0)
    return _outward(y), mean.detach(), variance


def normalize(
    x: Any, gamma: Any | None, beta: Any | None, mean: Any, variance: Any, epsilon: float
) -> Any:
    """Do what `plain.normalize` does, in PyTorch's own kernel."""
    gamma, beta = _vector(gamma, x, 1.0), _vector(beta, x, 0.0)
    mean, variance = _tensor(mean), _tensor(variance)
    y = functional.batch_norm(_inward(x), mean, variance, gamma, beta, False, 0.0, epsilon)
    return _outward(y)


def convolve(x: Any, kernel: Any, stride: int, padding: int) -> Any:
    """Do what `plain.convolve` does; the padding is the kernel's own, and nothing is copied."""
    kernel = _tensor(kernel).permute(3, 2, 0, 1)
    x = _inward(x)
    kernel = kernel.contiguous(memory_format=torch.channels_last)
    groups = x.shape[1] // kernel.shape[1]
    return _outward(functional.conv2d(x, kernel, None, stride, padding, 1, groups))


def max_pool(x: Any, size: int, stride: int, padding: int) -> Any:
    """Do what `plain.max_pool` does."""
    return _outward(functional.max_pool2d(_inward(x), size, stride, padding))


def _tensor(values: Any) -> Any:
    return ops.convert_to_tensor(values)


def _inward(x: Any) -> Any:
    """See (N, H, W, C) as (N, C, H, W): the same memory, which PyTorch calls channels last."""
    return _tensor(x).permute(0, 3, 1, 2).contiguous(memory_format=torch.channels_last)


def _outward(x: Any) -> Any:
    """See (N, C, H, W) as (N, H, W, C) again."""
    return x.permute(0, 2, 3, 1)


def _vector(values: Any | None, x: Any, default: float) -> Any:
    # Left out, these would make the kernel keep its statistics in the dtype of the picture.
    if values is None:
        return torch.full((_tensor(x).shape[-1],), default, device=_tensor(x).device)
    return _tensor(values)
