"""The whitening stem: what it gives is white, and which way its components point."""

from __future__ import annotations

import dataclasses

import keras
import numpy as np
import pytest

from resnets.models import build, spec_of
from resnets.training.whitening import EPSILON, whiten, whitening_kernel

pytestmark = pytest.mark.core


class Held:
    """Pictures in an array, handed out as `Pictures` does."""

    def __init__(self, pixels: np.ndarray) -> None:
        self.pixels = pixels

    def __len__(self) -> int:
        return len(self.pixels)

    def get(self, places: np.ndarray) -> np.ndarray:
        return self.pixels[places]


def test_the_responses_to_the_pictures_are_white() -> None:
    """Their second moments are those of independent numbers of variance 1, but for EPSILON."""
    pictures = np.random.default_rng(0).normal(size=(40, 9, 8, 2)).cumsum(axis=2) / 3
    kernel = whitening_kernel(pictures, 2)
    assert kernel.shape == (2, 2, 2, 16)
    np.testing.assert_array_equal(kernel[..., 8:], -kernel[..., :8])
    seen = keras.ops.conv(pictures.astype("float32"), kernel[..., :8], padding="valid")
    seen = np.asarray(keras.ops.convert_to_numpy(seen), np.float64).reshape(-1, 8)
    np.testing.assert_allclose(seen.T @ seen / len(seen), np.eye(8), atol=0.02)


def test_one_pixel_worked_by_hand() -> None:
    # Patches of one pixel and channel: the only component is 1, its moment the mean of squares.
    pictures = np.array([1.0, 3.0]).reshape(1, 1, 2, 1)
    expected = 1 / np.sqrt(5 + EPSILON)
    assert whitening_kernel(pictures, 1).ravel() == pytest.approx([expected, -expected])


def test_a_net_is_whitened_on_normalised_pixels_and_others_are_left_alone() -> None:
    pixels = np.random.default_rng(1).integers(0, 256, (30, 8, 8, 3), "uint8")
    spec = spec_of("sprint8", input_shape=(8, 8, 3), blocks=(1,), widths=(4,))
    net = build(dataclasses.replace(spec, mean=(0.5,), std=(0.25,)))
    whiten(net, Held(pixels))
    kernel = keras.ops.convert_to_numpy(net.get_layer("stem").steps[0].kernel)
    wanted = whitening_kernel((pixels / 255 - 0.5) / 0.25, 2)
    np.testing.assert_allclose(kernel, wanted, atol=1e-3)
    other = build("resnet20", blocks=(1,), input_shape=(8, 8, 3))
    before = [np.array(weight) for weight in other.get_weights()]
    whiten(other, Held(pixels))
    assert all(map(np.array_equal, before, other.get_weights()))
