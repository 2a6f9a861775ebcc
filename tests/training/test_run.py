"""A run, read: the same answers as in training, tables and figures, refusals."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

import resnets
from resnets.errors import RunError, SourceError, UnknownNameError
from resnets.models import build
from resnets.store import RunFolder
from resnets.training import Run
from resnets.weights import arrays_of
from resnets.weights.files import read_arrays


@pytest.mark.core
def test_evaluating_val_again_gives_the_best_error(run: Run) -> None:
    """What the trainer saw on `val` is what the saved net says."""
    assert run.evaluate(split="val").error == run.state["best"]["error"]


def test_the_table_agrees_with_the_judgement(run: Run) -> None:
    judgement = run.evaluate(split="test")
    with (run.path / "predictions-test.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) == judgement.pictures
    assert np.mean([row["right"] == "0" for row in rows]) == pytest.approx(judgement.error)
    assert sum(float(rows[0][name]) for name in run.classes) == pytest.approx(1.0, abs=1e-4)
    written = json.loads((run.path / "evaluation-test.json").read_text())
    assert written["confusion"] == judgement.confusion.tolist()
    assert (run.path / "figures" / "confusion-test.png").exists()


def test_a_picture_is_answered_as_in_the_table(run: Run, tmp_path: Path) -> None:
    """The same pixels through a file, an array and the evaluation: the same probability."""
    run.evaluate(split="test")
    with (run.path / "predictions-test.csv").open(newline="") as file:
        row = next(csv.DictReader(file))
    source = resnets.open_source("shapes")
    pixels = source.read(source.paths.index(row["path"]))
    assert isinstance(pixels, np.ndarray)
    Image.fromarray(pixels).save(tmp_path / "picture.png")
    answers = run.predict([pixels, tmp_path / "picture.png"], top=2)
    assert [answer.label for answer in answers] == [row["answer"]] * 2
    for answer in answers:
        assert answer.probability == pytest.approx(float(row[answer.label]), abs=1e-5)
        assert len(answer.top) == 2
    assert answers[1].path == str(tmp_path / "picture.png")


def test_what_cannot_be_read_is_named_and_the_rest_answered(run: Run, tmp_path: Path) -> None:
    Image.new("RGB", (16, 16)).save(tmp_path / "good.png")
    (tmp_path / "bad.png").write_bytes(b"not a picture")
    answers = run.predict(tmp_path)
    assert [Path(answer.path).name for answer in answers] == ["good.png"]
    ((path, reason),) = answers.unreadable
    assert Path(path).name == "bad.png"
    assert reason


def test_a_missing_picture_is_an_error(run: Run) -> None:
    with pytest.raises(SourceError, match="there is no such picture or folder") as caught:
        run.predict("gone.png")
    assert caught.value.received == "gone.png"


def test_a_source_from_elsewhere_is_matched_by_name(run: Run, tmp_path: Path) -> None:
    source = resnets.open_source("shapes")
    for index in range(0, len(source), 40):
        folder = tmp_path / source.classes[source.labels[index]]
        folder.mkdir(exist_ok=True)
        Image.fromarray(source.read(index)).save(folder / f"{index}.png")  # type: ignore[arg-type]
    whole = run.evaluate(tmp_path)
    assert whole.pictures == len(range(0, len(source), 40))
    assert whole.unreadable == ()
    broken = tmp_path / source.classes[0] / "broken.png"
    picture = next(path for path in (tmp_path / source.classes[0]).iterdir())
    broken.write_bytes(picture.read_bytes()[:-40])
    ((path, reason),) = run.evaluate(tmp_path).unreadable
    assert path == f"{source.classes[0]}/broken.png"
    assert reason
    (tmp_path / "spiral").mkdir()
    for number in range(2):
        Image.new("RGB", (16, 16)).save(tmp_path / "spiral" / f"{number}.png")
    with pytest.raises(SourceError, match="the net knows no class of this name") as caught:
        run.evaluate(tmp_path)
    assert caught.value.received == "spiral"


def test_a_misspelt_split_is_refused(run: Run) -> None:
    with pytest.raises(UnknownNameError, match="there is no split of this name") as caught:
        run.evaluate(split="tset")
    assert caught.value.hint == "did you mean test?"


def test_a_run_without_weights_says_how_to_get_them(run: Run, tmp_path: Path) -> None:
    names = ("spec.json", "recipe.json", "data.json", "provenance.json")
    documents: dict[str, Any] = {name: run.folder.read(name) for name in names}
    empty = RunFolder.create(tmp_path, "empty", documents)
    with pytest.raises(RunError, match="has no weights yet") as caught:
        _ = resnets.load(empty.path).model
    assert caught.value.received == "running"
    assert "resnets resume" in caught.value.hint


def test_the_model_takes_raw_pixels_and_is_plain_keras(run: Run) -> None:
    import keras

    logits = np.asarray(run.model.predict(np.zeros((2, 16, 16, 3), "uint8"), verbose=0))
    assert isinstance(run.model, keras.Model)
    assert logits.dtype == np.float32
    assert np.array_equal(logits[0], logits[1])


@pytest.mark.core
def test_many_pictures_are_answered_by_the_folded_net_alike(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    wanted = run.evaluate(split="test")
    monkeypatch.setattr("resnets.training.run.MANY", wanted.pictures)
    again = resnets.load(run.path)
    found = again.evaluate(split="test")
    assert again._net_for(wanted.pictures) is not again.model
    assert again._net_for(wanted.pictures - 1) is again.model
    assert found.loss == pytest.approx(wanted.loss, abs=1e-5)
    assert found.confusion.tolist() == wanted.confusion.tolist()


def test_views_leave_their_own_files_and_others_are_unknown(run: Run) -> None:
    one, views = run.evaluate(), run.evaluate(views="mirror")
    assert one.pictures == views.pictures
    assert run.folder.read("evaluation-test.json")["error"] == one.error
    assert run.folder.read("evaluation-test-mirror.json")["loss"] == views.loss
    with pytest.raises(UnknownNameError, match="there is no kind of views") as caught:
        run.evaluate(views="mirrors")
    assert caught.value.received == "mirrors"
    assert caught.value.hint == "did you mean mirror?"


def test_weights_leave_as_they_are_or_for_another_library(run: Run, tmp_path: Path) -> None:
    ours = run.write_weights("safetensors", tmp_path / "ours.safetensors")
    found = read_arrays(ours).arrays
    for path, array in arrays_of(run.model).items():
        assert found[path].tobytes() == array.tobytes(), path
    twin = build(run.spec)
    twin.load_weights(run.write_weights("h5", tmp_path / "ours.weights.h5"))
    for path, array in arrays_of(twin).items():
        assert found[path].tobytes() == array.tobytes(), path
    with pytest.raises(UnknownNameError, match="no format of this name") as caught:
        run.write_weights("onnx")
    assert caught.value.received == "onnx"
    assert "torchvision" in caught.value.hint
