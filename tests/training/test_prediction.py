"""What is asked about, read: files, folders, arrays, and what is none of these."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from resnets.data import Preprocess
from resnets.errors import SourceError
from resnets.training.prediction import Answers, Prediction, read_pictures

SMALL = Preprocess(height=8, width=8, fit="stretch")


def test_files_folders_and_arrays_in_the_order_asked(tmp_path: Path) -> None:
    for name in ("b.png", "a.png"):
        Image.new("RGB", (8, 8), (10, 20, 30)).save(tmp_path / name)
    grey = np.full((8, 8), 7, "uint8")
    names, arrays, unreadable = read_pictures([grey, tmp_path], SMALL)
    assert [Path(name).name for name in names] == ["array[0]", "a.png", "b.png"]
    assert arrays[0].tolist() == np.full((8, 8, 3), 7).tolist()
    assert arrays[1][0, 0].tolist() == [10, 20, 30]
    assert unreadable == []


def test_scaled_floats_are_not_guessed() -> None:
    _, arrays, unreadable = read_pictures(np.random.default_rng(0).random((8, 8, 3)), SMALL)
    assert arrays == []
    ((name, reason),) = unreadable
    assert name == "array[0]"
    assert "float" in reason


def test_a_path_that_is_not_there_is_refused() -> None:
    with pytest.raises(SourceError, match="there is no such picture or folder") as caught:
        read_pictures(["nowhere.jpg"], SMALL)
    assert caught.value.received == "nowhere.jpg"
    assert "check the path" in caught.value.hint


def test_answers_are_a_sequence() -> None:
    cat = Prediction("a.png", "cat", 0.9, (("cat", 0.9), ("dog", 0.1)))
    answers = Answers((cat,), ())
    assert (len(answers), answers[0], list(answers)) == (1, cat, [cat])
