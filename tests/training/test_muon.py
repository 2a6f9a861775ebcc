"""Muon: singular values against NumPy's, steps worked by hand, Adam for the rest."""

from __future__ import annotations

import keras
import numpy as np
import pytest

from resnets.training.muon import Muon, orthogonalised

pytestmark = pytest.mark.core


def variable(values: object, name: str = "kernel") -> keras.Variable:
    return keras.Variable(np.asarray(values, "float32"), name=name)


def tensor(values: object) -> object:
    return keras.ops.convert_to_tensor(np.asarray(values, "float32"))


def numpy(x: object) -> np.ndarray:
    return np.asarray(keras.ops.convert_to_numpy(x))


@pytest.mark.parametrize("shape", ((30, 8), (8, 30), (6, 6)))
@pytest.mark.parametrize(("rounds", "low"), ((3, 0.4), (5, 0.68)))
def test_singular_values_come_near_one_and_directions_stay(
    shape: tuple[int, int], rounds: int, low: float
) -> None:
    random = np.random.default_rng(0)
    left, _, right = np.linalg.svd(random.normal(size=shape), full_matrices=False)
    matrix = (left * np.geomspace(0.02, 1.0, len(right))) @ right
    found = numpy(orthogonalised(tensor(matrix), rounds))
    inner = left.T @ found @ right.T
    np.testing.assert_allclose(inner, np.diag(np.diag(inner)), atol=2e-4)
    assert np.all((low <= np.diag(inner)) & (np.diag(inner) <= 1.21))


def test_a_kernel_of_one_weight_steps_by_the_rate() -> None:
    """Its norm is set to 1; its gradient becomes 1, as far as three rounds go."""
    step = 1.0
    for _ in range(3):
        step = 3.4445 * step - 4.7750 * step**3 + 2.0315 * step**5
    kernel = variable([[[[4.0]]]])
    Muon(0.1, momentum=0.5).apply([tensor([[[[7.0]]]])], [kernel])
    assert numpy(kernel).ravel() == pytest.approx([1.0 - 0.1 * step], abs=1e-5)


@pytest.mark.parametrize(("nesterov", "ahead"), ((False, (0.5, 1.0)), (True, (0.25, 1.5))))
def test_momentum_and_looking_ahead_by_hand(nesterov: bool, ahead: tuple[float, float]) -> None:
    """Gradients (1, 0), (0, 1): kept (1, 0), then (0.5, 1); ahead of it (0.25, 1.5)."""
    kernel = variable([[[[1.0], [0.0]]]])  # 1 x 1, two channels in, one out
    optimizer = Muon(1e-2, momentum=0.5, nesterov=nesterov)
    for gradient in ((1.0, 0.0), (0.0, 1.0)):
        before = numpy(kernel).ravel()
        optimizer.apply([tensor(np.reshape(gradient, (1, 1, 2, 1)))], [kernel])
    step = before / np.linalg.norm(before) - numpy(kernel).ravel()
    np.testing.assert_allclose(
        step / np.linalg.norm(step), np.array(ahead) / np.linalg.norm(ahead), atol=1e-3
    )


def test_everything_else_goes_by_adam() -> None:
    ours, theirs = variable([1.0, 2.0], "beta"), variable([1.0, 2.0], "beta")
    for optimizer, weight in (
        (Muon(0.2, others=0.05), ours),
        (keras.optimizers.Adam(0.01), theirs),
    ):
        for gradient in ([0.3, -0.1], [0.1, 0.2]):
            optimizer.apply([tensor(gradient)], [weight])
    np.testing.assert_allclose(numpy(ours), numpy(theirs), rtol=1e-6)


def test_every_setting_survives_its_config() -> None:
    optimizer = Muon(0.3, momentum=0.7, nesterov=False, others=0.2, rounds=4)
    again = Muon.from_config(optimizer.get_config())
    settings = ("momentum", "nesterov", "others", "rounds")
    assert [getattr(again, name) for name in settings] == [0.7, False, 0.2, 4]
