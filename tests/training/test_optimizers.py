"""Coupled decay against updates worked by hand, and against Keras's decoupled one."""

import keras
import numpy as np
import pytest

from resnets.training.optimizers import CoupledSGD, touched


def variable(name: str, value: float = 1.0) -> keras.Variable:
    return keras.Variable(np.array([value], "float32"), name=name)


def steps(optimizer: keras.optimizers.Optimizer, weight: keras.Variable, count: int) -> list[float]:
    gradient = keras.ops.convert_to_tensor(np.array([0.5], "float32"))
    seen = []
    for _ in range(count):
        optimizer.apply([gradient], [weight])
        seen.append(float(np.asarray(weight)[0]))
    return seen


@pytest.mark.core
def test_decay_goes_through_the_momentum() -> None:
    # rate 0.1, momentum 0.9, penalty 0.2: g = 0.5 + 0.2 w
    # step 1: g = 0.7, m = -0.07, w = 0.93; step 2: g = 0.686, m = -0.063 - 0.0686, w = 0.7984
    optimizer = CoupledSGD(0.1, momentum=0.9, penalty=0.2, touches="kernels")
    assert steps(optimizer, variable("kernel"), 2) == pytest.approx([0.93, 0.7984], abs=1e-6)


@pytest.mark.core
def test_batch_normalisation_is_spared_by_kernels_and_not_by_all() -> None:
    spared = CoupledSGD(0.1, momentum=0.0, penalty=0.2, touches="kernels")
    assert steps(spared, variable("gamma"), 1) == pytest.approx([0.95])
    everything = CoupledSGD(0.1, momentum=0.0, penalty=0.2, touches="all")
    assert steps(everything, variable("gamma"), 1) == pytest.approx([0.93])


def test_without_penalty_it_is_keras_sgd() -> None:
    ours = steps(CoupledSGD(0.1, momentum=0.9, nesterov=True), variable("kernel"), 3)
    keras_own = keras.optimizers.SGD(0.1, momentum=0.9, nesterov=True)
    assert ours == steps(keras_own, variable("kernel"), 3)


def test_decay_is_about_ten_times_stronger_than_beside_the_momentum() -> None:
    """With gradient 0 and momentum 0.9, one pull sums to 1 / (1 - 0.9) pulls."""
    none = keras.ops.zeros((1,))
    pulled = []
    for optimizer in (
        CoupledSGD(0.001, momentum=0.9, penalty=0.1),
        keras.optimizers.SGD(0.001, momentum=0.9, weight_decay=0.1),
    ):
        weight = variable("kernel")
        for _ in range(200):
            optimizer.apply([none], [weight])
        pulled.append(1.0 - float(np.asarray(weight)[0]))
    assert pulled[0] / pulled[1] == pytest.approx(9.5, abs=0.7)


def test_the_config_is_complete() -> None:
    settings = {"momentum": 0.8, "nesterov": True, "penalty": 0.3, "touches": "all"}
    config = CoupledSGD.from_config(CoupledSGD(0.2, **settings).get_config()).get_config()
    assert {name: config[name] for name in settings} == settings
    assert config["learning_rate"] == pytest.approx(0.2)


def test_touched_reads_the_last_part_of_the_path() -> None:
    assert touched(variable("kernel"), "kernels")
    assert not touched(variable("bias"), "kernels")
    assert touched(variable("bias"), "all")
