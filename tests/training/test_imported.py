"""A file of weights becomes a run that answers, is judged, and tells where it comes from."""

from __future__ import annotations

import hashlib

import numpy as np
import pytest
from PIL import Image

import resnets
from resnets.errors import SourceError, UnknownNameError, UsageError, WeightsError
from resnets.models import build, spec_of
from resnets.models.variables import variables_of
from resnets.training import import_weights
from resnets.weights import put_arrays
from resnets.weights.leaving import to_foreign
from resnets.weights.torch_writer import write_torch

NAMES = ("cat", "dog", "owl")
SPEC = spec_of("resnet20", classes=3, blocks=(1, 1), shortcut="A-both")


@pytest.fixture
def drawn():
    draw = np.random.default_rng(1)
    return {
        path: draw.uniform(0.2, 0.6, shape).astype("float32")
        for path, shape in variables_of(SPEC).items()
    }


@pytest.fixture
def file(tmp_path, drawn):
    path = tmp_path / "resnet8-cifar.th"
    write_torch(path, to_foreign(drawn, SPEC, "akamaster"))
    return path


def test_the_run_answers_as_the_net_that_was_saved(tmp_path, file, drawn):
    run = import_weights(file, classes=NAMES, out=tmp_path / "runs")
    assert run.path.name == "resnet6.akamaster_resnet8-cifar"
    assert run.state["status"] == "finished"
    pixels = np.random.default_rng(0).integers(0, 256, (32, 32, 3), "uint8")
    imagenet = {"mean": (0.485, 0.456, 0.406), "std": (0.229, 0.224, 0.225)}
    net = build(SPEC, **imagenet)
    put_arrays(net, drawn, "memory")
    (answer,) = run.predict(pixels)
    logits = np.asarray(net(pixels[None], training=False))[0]
    assert answer.label == NAMES[int(logits.argmax())]
    shares = np.exp(logits - logits.max())
    assert answer.probability == pytest.approx(float(shares.max() / shares.sum()), rel=1e-5)


def test_provenance_names_file_digest_library_and_preprocessing(tmp_path, file):
    run = import_weights(file, classes=NAMES, out=tmp_path / "runs")
    origin = run.folder.read("provenance.json")["imported"]
    assert origin["file"] == str(file)
    assert origin["sha256"] == hashlib.sha256(file.read_bytes()).hexdigest()
    assert (origin["library"], origin["container"]) == ("akamaster", "torch-zip")
    assert origin["preprocessing"]["rule"] == "akamaster"
    assert run.preprocess.shape == (32, 32, 3)


def test_it_is_judged_on_pictures_and_has_none_of_its_own(tmp_path, file):
    run = import_weights(file, classes=NAMES, out=tmp_path / "runs")
    for number, name in enumerate(NAMES):
        (tmp_path / "pictures" / name).mkdir(parents=True)
        for copy in range(2):
            shade = np.full((32, 32, 3), 40 * number + copy, "uint8")
            Image.fromarray(shade).save(tmp_path / "pictures" / name / f"{copy}.png")
    assert run.evaluate(tmp_path / "pictures").pictures == 6
    with pytest.raises(SourceError, match="has no pictures of its own") as caught:
        run.evaluate()
    assert caught.value.received == "resnet8-cifar.th"
    assert "resnets evaluate RUN SOURCE" in caught.value.hint


def test_classes_are_numbered_or_named_or_read(tmp_path, file):
    assert import_weights(file, out=tmp_path / "runs").classes == ("0", "1", "2")
    (tmp_path / "names.txt").write_text("cat\ndog\n\nowl\n")
    run = import_weights(file, classes=tmp_path / "names.txt", out=tmp_path / "runs")
    assert run.classes == NAMES


@pytest.mark.parametrize(
    ("names", "received"),
    (
        (("cat", "dog"), "2 names, 2 of them different"),
        (("cat", "cat", "dog"), "3 names, 2 of them different"),
    ),
)
def test_other_names_than_classes(tmp_path, file, names, received):
    with pytest.raises(UsageError, match="the net has 3 classes") as caught:
        import_weights(file, classes=names, out=tmp_path / "runs")
    assert caught.value.received == received
    assert "in the order of the net's outputs" in caught.value.hint
    assert not (tmp_path / "runs").exists()


def test_a_file_of_classes_that_is_none(tmp_path, file):
    with pytest.raises(UsageError, match="cannot be read: FileNotFoundError") as caught:
        import_weights(file, classes=tmp_path / "no.txt", out=tmp_path / "runs")
    assert caught.value.received == str(tmp_path / "no.txt")
    assert "one class a line" in caught.value.hint


def test_without_a_dense_layer_the_classes_are_needed(tmp_path, drawn):
    path = tmp_path / "body.pth"
    body = to_foreign(drawn, SPEC, "akamaster")
    write_torch(path, {n: a for n, a in body.items() if not n.startswith("linear")})
    with pytest.raises(UsageError, match="ends before the dense layer") as caught:
        import_weights(path, out=tmp_path / "runs")
    assert "arrays" in caught.value.received
    assert "--classes FILE" in caught.value.hint
    run = import_weights(path, classes=("a", "b", "c", "d"), out=tmp_path / "runs")
    (answer,) = run.predict(np.zeros((32, 32, 3), "uint8"))
    assert answer.probability == 0.25


def test_grey_pictures_see_the_sum_over_the_colours(tmp_path, file, drawn):
    run = import_weights(file, classes=NAMES, channels=1, out=tmp_path / "runs")
    kernel = run.folder.best().arrays("model")["stem/conv1/kernel"]
    assert kernel.shape == (3, 3, 1, 16)
    np.testing.assert_allclose(kernel[..., 0, :], drawn["stem/conv1/kernel"].sum(axis=2), rtol=1e-6)
    assert run.spec.mean == pytest.approx((0.449,))
    assert len(run.predict(np.zeros((32, 32), "uint8"))) == 1


def test_preprocessing_and_fields_can_be_told(tmp_path, file):
    run = import_weights(
        file,
        classes=NAMES,
        size=40,
        preprocessing="caffe",
        settings={"norm_epsilon": "0.001"},
        out=tmp_path / "runs",
    )
    assert (run.spec.colors, run.spec.norm_epsilon) == ("bgr", 0.001)
    assert (run.preprocess.height, run.preprocess.resize) == (40, 46)
    with pytest.raises(UnknownNameError) as caught:
        import_weights(file, preprocessing="cafe", out=tmp_path / "runs")
    assert caught.value.received == "cafe"
    assert caught.value.hint == "did you mean caffe?"


def test_a_file_for_another_net_is_refused_before_its_arrays_are_read(tmp_path, file):
    with pytest.raises(WeightsError, match="not those of resnet18 as") as caught:
        import_weights(file, model="resnet18", out=tmp_path / "runs")
    assert "arrays" in caught.value.received
    assert "--model" in caught.value.hint
    assert not (tmp_path / "runs").exists()


def test_the_front_door_leads_here():
    assert resnets.import_weights is import_weights


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "right"), (("resnet20-12fca82f.th", 8103), ("resnet56-4bfd9763.th", 8320))
)
def test_published_weights_get_as_many_right_as_their_own_implementation(
    tmp_path, shared_file, name, right
):
    pictures = shared_file("data/cifar10.zip")
    names = resnets.open_source(pictures).classes
    run = import_weights(shared_file(f"weights/{name}"), classes=names, out=tmp_path / "runs")
    judgement = run.evaluate(pictures, split="test")
    assert judgement.pictures == 10_000
    assert abs(round((1 - judgement.error) * 10_000) - right) <= 2
