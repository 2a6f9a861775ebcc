"""Built nets: their summary, their taps, their precision, and life as a Keras model."""

from __future__ import annotations

import keras
import numpy as np
import pytest

from resnets.errors import UnknownNameError, UsageError
from resnets.models import FAMILIES, build, spec_of
from resnets.models.builder import build_spec


@pytest.fixture
def policy():
    """Set Keras's global policy for one test."""
    before = keras.config.dtype_policy()
    yield keras.config.set_dtype_policy
    keras.config.set_dtype_policy(before)


def _pixels(shape=(4, 16, 16, 3)):
    return np.random.default_rng(0).integers(0, 256, shape, "uint8")


def _small(**fields):
    return build("resnet20", input_shape=(16, 16, 3), blocks=(1, 1, 1), **fields)


def test_a_summary_reads_like_the_papers_table():
    names = [layer.name for layer in build("resnet18", input_shape=(32, 32, 3)).layers]
    blocks = [f"stage{stage}_block{block}" for stage in (1, 2, 3, 4) for block in (1, 2)]
    assert names == ["pixels", "normalize", "stem", *blocks, "pool", "head"]


@pytest.mark.core
def test_uint8_and_float_pixels_give_the_same_logits():
    net, pixels = _small(), _pixels()
    first = net.predict(pixels, verbose=0)
    assert first.dtype == "float32"
    np.testing.assert_array_equal(first, net.predict(pixels.astype("float32"), verbose=0))


@pytest.mark.core
@pytest.mark.parametrize("name", ("mixed_bfloat16", "mixed_float16"))
def test_the_global_policy_is_honoured_and_logits_are_float32(name, policy):
    keras.utils.set_random_seed(0)
    exact = _small()
    policy(name)
    net = _small()
    net.set_weights(exact.get_weights())
    block = net.get_layer("stage2_block1")
    assert block.compute_dtype == name.removeprefix("mixed_")
    assert all(variable.dtype == "float32" for variable in net.trainable_variables)
    got = net.predict(_pixels(), verbose=0)
    assert got.dtype == "float32"
    expected = exact.predict(_pixels(), verbose=0)
    np.testing.assert_allclose(got, expected, atol=0.05 * np.abs(expected).max())


@pytest.mark.core
def test_it_can_be_fitted_saved_and_cloned(tmp_path):
    net = _small(shortcut="B", se_ratio=0.25, survival=0.9, order="pre")
    net.compile("sgd", keras.losses.SparseCategoricalCrossentropy(from_logits=True))
    net.fit(_pixels(), np.arange(4), epochs=1, batch_size=2, verbose=0)
    expected = net.predict(_pixels(), verbose=0)
    net.save(tmp_path / "net.keras")
    again = keras.saving.load_model(tmp_path / "net.keras")
    np.testing.assert_array_equal(again.predict(_pixels(), verbose=0), expected)
    clone = keras.models.clone_model(net)
    clone.set_weights(net.get_weights())
    np.testing.assert_allclose(clone.predict(_pixels(), verbose=0), expected, atol=1e-6)


def test_features_are_the_stages_outputs():
    found = build("resnet20", features=True)(_pixels((2, 32, 32, 3)))
    shapes = {name: tuple(value.shape) for name, value in found.items()}
    assert shapes == {
        "stage1": (2, 32, 32, 16),
        "stage2": (2, 16, 16, 32),
        "stage3": (2, 8, 8, 64),
    }


def test_taps_by_name():
    found = _small(features=["stem", "stage2_block1"])(_pixels())
    assert {name: tuple(value.shape)[1:] for name, value in found.items()} == {
        "stem": (16, 16, 16),
        "stage2_block1": (8, 8, 32),
    }
    assert list(_small(features="pool")(_pixels())) == ["pool"]
    with pytest.raises(UnknownNameError) as caught:
        _small(features="stage2_block7")
    assert "there is no layer of this name (received: stage2_block7)" in str(caught.value)
    assert "hint: did you mean stage" in str(caught.value)


@pytest.mark.core
def test_zero_init_makes_every_block_its_shortcut():
    taps = ["stage1_block1", "stem"]
    found = build("resnet20", zero_init=True, features=taps)(_pixels((2, 32, 32, 3)))
    np.testing.assert_array_equal(
        keras.ops.convert_to_numpy(found["stage1_block1"]),
        keras.ops.convert_to_numpy(found["stem"]),
    )


def test_a_plain_net_has_the_same_weights_in_the_same_places():
    residual, plain = build("resnet20"), build("plain20")
    assert [v.path for v in residual.variables] == [v.path for v in plain.variables]
    plain.set_weights(residual.get_weights())
    difference = plain.predict(_pixels((1, 32, 32, 3)), verbose=0)
    assert not np.allclose(difference, residual.predict(_pixels((1, 32, 32, 3)), verbose=0))


def test_grey_and_odd_pictures():
    net = build("resnet20", classes=3, input_shape=(17, 23, 1))
    assert net.predict(_pixels((2, 17, 23, 1)), verbose=0).shape == (2, 3)


def test_every_choice_of_a_field_builds_and_runs():
    choices = {
        "shortcut": ("A", "A-both", "B", "C", "D", "subsample", "none"),
        "order": ("post", "pre"),
        "stem": ("cifar", "imagenet", "deep"),
        "first_stride": (1, 2),
        "widths": ((), (4, 6)),
        "stride_block": ("first", "last"),
        "padding": ("symmetric", "same"),
        "bias": ("none", "all", "unnormalised"),
    }
    for field, values in choices.items():
        for value in values:
            fields = {"blocks": (2, 1), "width": 4, "stem_width": 4, field: value}
            net = build("resnet20", input_shape=(9, 8, 3), classes=2, **fields)
            logits = keras.ops.convert_to_numpy(net(_pixels((1, 9, 8, 3))))
            assert np.isfinite(logits).all(), (field, value)


def test_the_spec_is_all_that_a_net_needs():
    spec = spec_of("resnet20", blocks=(1, 1, 1))
    assert build(spec).count_params() == build("resnet20", blocks=(1, 1, 1)).count_params()


def test_a_net_for_any_side_has_the_same_weights_and_answers():
    spec = spec_of("sprint8", widths=(4, 6, 8))
    fixed, free = build(spec), build_spec(spec, any_side=True)
    assert [v.path for v in free.variables] == [v.path for v in fixed.variables]
    free.set_weights(fixed.get_weights())
    pixels = _pixels((2, 32, 32, 3))
    same = free.predict(pixels, verbose=0)
    np.testing.assert_allclose(same, fixed.predict(pixels, verbose=0), atol=1e-5)
    assert free.predict(_pixels((2, 24, 27, 3)), verbose=0).shape == (2, 10)


def test_the_lessons_net_has_one_size_alone():
    with pytest.raises(UsageError, match="takes pictures of one size alone") as caught:
        build_spec(FAMILIES["lesson"].spec, any_side=True)
    assert caught.value.received == "lesson"
    assert "growth" in caught.value.hint


def test_recompute_is_a_switch_on_the_layers_that_changes_no_name():
    plain, switched = _small(), _small(recompute=True)
    assert [w.path for w in switched.weights] == [w.path for w in plain.weights]
    assert switched.get_layer("stage2_block1").recompute
    assert not plain.get_layer("stage2_block1").recompute
    tapped = _small(features="stage1_block1", recompute=True)
    assert tapped(_pixels())["stage1_block1"].shape == (4, 16, 16, 16)


def test_the_lessons_net_has_no_blocks_to_recompute():
    with pytest.raises(UsageError, match="the lesson's net cannot recompute") as caught:
        build("lesson", recompute=True)
    assert caught.value.received == "recompute"
    assert "take resnet50v1" in caught.value.hint
