"""The lesson's page against the numbers that its course and Keras print."""

from __future__ import annotations

import ast
from pathlib import Path

import keras
import numpy as np
import pytest

from resnets import lesson


@pytest.fixture(scope="module")
def net():
    """Build the course's net once."""
    return lesson.ResNet50()


def test_it_imports_only_keras():
    tree = ast.parse(Path(lesson.__file__).read_text(encoding="utf-8"))
    found = {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert {name.split(".")[0] for name in found} == {"__future__", "keras"}
    assert not any(isinstance(node, ast.Import) for node in ast.walk(tree))


def test_totals_are_those_of_the_course(net):
    trainable = sum(int(np.prod(variable.shape)) for variable in net.trainable_variables)
    assert (net.count_params(), trainable) == (23_600_006, 23_546_886)
    assert net.count_params() - trainable == 53_120
    assert net.output_shape == (None, 6)


def test_totals_are_those_of_keras_applications():
    net = lesson.ResNet50(input_shape=(224, 224, 3), classes=1000)
    assert net.count_params() == 25_636_712


def test_layers_have_their_classic_names(net):
    names = {layer.name for layer in net.layers}
    classic = {"conv1", "bn_conv1", "res2a_branch1", "bn2a_branch1", "avg_pool", "fc6"}
    blocks = ("2abc", "3abcd", "4abcdef", "5abc")
    for stage, *letters in blocks:
        for letter in letters:
            for part in "abc":
                classic.add(f"res{stage}{letter}_branch2{part}")
                classic.add(f"bn{stage}{letter}_branch2{part}")
    assert classic <= names


def test_the_order_is_the_articles(net):
    # CONVBLOCK, IDBLOCKx2, CONVBLOCK, IDBLOCKx3, CONVBLOCK, IDBLOCKx5, CONVBLOCK, IDBLOCKx2.
    names = [layer.name for layer in net.layers]
    blocks = [name.removesuffix("_out") for name in names if name.endswith("_out")]
    kinds = "".join(
        "C" if block.replace("res", "bn") + "_branch1" in names else "i" for block in blocks
    )
    assert kinds == "CiiCiiiCiiiiiCii"
    kinds = [type(layer).__name__ for layer in net.layers]
    assert kinds[:6] == [
        "InputLayer",
        "ZeroPadding2D",
        "Conv2D",
        "BatchNormalization",
        "Activation",
        "ZeroPadding2D",
    ]
    assert kinds[6] == "MaxPooling2D"


def test_without_stage_and_block_keras_names_the_layers():
    X = keras.Input((8, 8, 16))
    for Y in (
        lesson.identity_block(X, 3, (4, 4, 16)),
        lesson.convolutional_block(X, 3, (4, 4, 32)),
    ):
        names = [layer.name for layer in keras.Model(X, Y).layers]
        assert not any(name.startswith(("res", "bn")) for name in names)


def test_shapes_of_the_two_blocks():
    X = keras.Input((8, 8, 16))
    assert lesson.identity_block(X, 3, (4, 4, 16)).shape == (None, 8, 8, 16)
    assert lesson.convolutional_block(X, 3, (4, 4, 32)).shape == (None, 4, 4, 32)
    assert lesson.convolutional_block(X, 3, (4, 4, 32), s=1).shape == (None, 8, 8, 32)


@pytest.mark.core
def test_the_identity_block_adds_its_branch_to_its_input():
    X = keras.Input((3, 3, 4))
    net = keras.Model(X, lesson.identity_block(X, 3, (2, 2, 4), stage=2, block="b"))
    x = np.random.default_rng(0).normal(size=(2, 3, 3, 4)).astype("float32")
    # With a last norm that scales by nothing the branch is its offset, and the block relu(x + 1).
    norm = net.get_layer("bn2b_branch2c")
    norm.gamma.assign(np.zeros(4))
    norm.beta.assign(np.ones(4))
    np.testing.assert_allclose(net.predict(x, verbose=0), np.maximum(x + 1, 0), atol=1e-6)
