"""Arrays out of a model and back, and the refusals."""

import keras
import numpy as np
import pytest

from resnets.errors import RunError
from resnets.weights import arrays_of, optimizer_arrays, put_arrays, put_optimizer_arrays


def small(width: int = 3) -> keras.Model:
    inputs = keras.Input((2,))
    outputs = keras.layers.Dense(width, name="head")(keras.layers.Dropout(0.5, seed=1)(inputs))
    model = keras.Model(inputs, outputs)
    model.compile(optimizer="adam", loss="mse")
    return model


@pytest.mark.core
def test_there_and_back_is_equal_bit_for_bit() -> None:
    model = small()
    model.train_on_batch(np.ones((4, 2)), np.ones((4, 3)))
    arrays, slots = arrays_of(model), optimizer_arrays(model.optimizer)
    model.train_on_batch(np.ones((4, 2)), np.ones((4, 3)))
    assert not np.array_equal(arrays_of(model)["head/kernel"], arrays["head/kernel"])
    put_arrays(model, arrays, "memory")
    put_optimizer_arrays(model.optimizer, slots, "memory")
    for name, array in arrays_of(model).items():
        assert np.array_equal(array, arrays[name]), name
    for name, array in optimizer_arrays(model.optimizer).items():
        assert np.array_equal(array, slots[name]), name


@pytest.mark.core
def test_the_seeds_of_random_layers_are_among_them() -> None:
    assert any("seed" in name for name in arrays_of(small()))


def test_a_missing_array_is_named_and_nothing_is_written() -> None:
    model = small()
    arrays = {name: array + 1 for name, array in arrays_of(model).items()}
    kernel = arrays_of(model)["head/kernel"]
    del arrays["head/bias"]
    message = (
        r"here.safetensors does not hold this net's arrays: 1 missing \(head/bias\), 0 left over"
    )
    with pytest.raises(RunError, match=message) as caught:
        put_arrays(model, arrays, "here.safetensors")
    assert caught.value.received == "here.safetensors"
    assert "take both from one run" in caught.value.hint
    assert np.array_equal(arrays_of(model)["head/kernel"], kernel)


def test_another_shape_is_refused() -> None:
    arrays = arrays_of(small(width=4))
    with pytest.raises(RunError, match=r"head/kernel has the shape \(2, 3\) in the net") as caught:
        put_arrays(small(), arrays, "there")
    assert caught.value.received == (2, 4)


def test_the_state_of_another_optimizer_is_refused() -> None:
    model, other = small(), small()
    model.optimizer.build(model.trainable_variables)
    other.compile(optimizer="sgd", loss="mse")
    other.optimizer.build(other.trainable_variables)
    with pytest.raises(RunError, match="x holds the state of another optimizer") as caught:
        put_optimizer_arrays(model.optimizer, optimizer_arrays(other.optimizer), "x")
    assert "arrays where" in caught.value.received
