"""Every layer comes back from its config, every field changed, and lets every variable learn."""

from __future__ import annotations

import inspect
import json

import keras
import numpy as np
import pytest

from resnets import blocks
from resnets.blocks import (
    BatchNorm,
    Chain,
    Convolution,
    MaxPool,
    Normalize,
    Residual,
    SqueezeExcite,
    StochasticDepth,
    ZeroPad,
)

pytestmark = pytest.mark.core


def _convolution(name, filters=4):
    return Convolution(filters, 3, name=name)


def _changed():
    """One of each layer, with every field at a value that is not its default."""
    return {
        Normalize: Normalize(mean=(0.1, 0.2, 0.3), std=(0.4, 0.5, 0.6), colors="bgr", name="n"),
        Convolution: Convolution(
            4,
            (3, 3),
            symmetric=False,
            strides=2,
            padding="same",
            data_format="channels_last",
            dilation_rate=1,
            groups=2,
            activation="tanh",
            use_bias=True,
            kernel_initializer="he_normal",
            bias_initializer="ones",
            kernel_regularizer="l2",
            bias_regularizer="l2",
            activity_regularizer="l2",
            kernel_constraint="non_neg",
            bias_constraint="non_neg",
            name="c",
        ),
        MaxPool: MaxPool(size=5, stride=3, fill="zeros", name="p"),
        SqueezeExcite: SqueezeExcite(ratio=0.5, activation="gelu", name="s"),
        StochasticDepth: StochasticDepth(survival=0.25, seed=9, name="d"),
        ZeroPad: ZeroPad(channels=7, stride=2, both=True, name="z"),
        Chain: Chain([_convolution("a"), keras.layers.ReLU()], name="chain"),
        Residual: Residual(
            branch=Chain([_convolution("a")], name="branch"),
            shortcut=_convolution("b"),
            before=keras.layers.ReLU(),
            shortcut_from="before",
            activation="tanh",
            name="r",
        ),
        BatchNorm: BatchNorm(
            axis=3,
            momentum=0.5,
            epsilon=0.1,
            center=False,
            scale=False,
            beta_initializer="ones",
            gamma_initializer="zeros",
            moving_mean_initializer="ones",
            moving_variance_initializer="zeros",
            beta_regularizer="l2",
            gamma_regularizer="l2",
            beta_constraint="non_neg",
            gamma_constraint="non_neg",
            renorm=True,
            renorm_clipping={"rmax": 2.0},
            renorm_momentum=0.7,
            name="bn",
        ),
    }


def test_every_layer_of_the_room_is_here():
    found = {
        layer
        for layer in (getattr(blocks, name) for name in blocks.__all__)
        if inspect.isclass(layer) and issubclass(layer, keras.layers.Layer)
    }
    assert found == set(_changed())


@pytest.mark.parametrize("kind", _changed())
def test_every_field_comes_back(kind):
    layer = _changed()[kind]
    written = json.loads(json.dumps(keras.saving.serialize_keras_object(layer)))
    again = keras.saving.deserialize_keras_object(written)
    assert type(again) is kind
    assert again.get_config() == layer.get_config()
    # A field that its config does not name would come back at its default.
    inherited = {"trainable", "dtype", "args", "kwargs", "options", "synchronized"}
    fields = {
        name
        for name in inspect.signature(kind).parameters
        if name not in inherited and not name.startswith("_")
    }
    assert fields <= layer.get_config().keys()


@pytest.mark.parametrize("kind", _changed())
def test_every_layer_passes_a_gradient_to_every_variable(kind):
    if kind in (Normalize, MaxPool, StochasticDepth, ZeroPad):
        first = _convolution("first", filters=4)  # nothing of theirs learns: what is before does
        layer = Chain(
            [
                first,
                {StochasticDepth: StochasticDepth(0.9), Normalize: Normalize()}.get(kind)
                or _changed()[kind],
            ]
        )
    elif kind is BatchNorm:
        layer = BatchNorm()
    else:
        layer = _changed()[kind]
    x = keras.Input((9, 9, 4))
    net = keras.Model(x, layer(x))
    net.compile(keras.optimizers.SGD(0.5), "mse")
    before = [keras.ops.convert_to_numpy(variable) for variable in net.trainable_variables]
    draw = np.random.default_rng(0)
    pictures = draw.normal(size=(4, 9, 9, 4)).astype("float32")
    answers = draw.normal(size=(4, *net.output_shape[1:])).astype("float32")
    net.train_on_batch(pictures, answers)
    assert before
    for variable, old in zip(net.trainable_variables, before, strict=True):
        assert not np.array_equal(keras.ops.convert_to_numpy(variable), old), variable.path
