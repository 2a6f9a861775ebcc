"""What the jobs work on: pictures like photographs, and a run that answers."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image

import resnets
from resnets.benchmarks import material


def test_pictures_have_the_size_in_pixels_and_bytes_of_photographs(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(material, "COUNT", 4)
    with material.photographs("load", 224) as folder:
        paths = sorted(Path(folder).glob("*/*.jpg"))
        assert len(paths) == 4
        for path in paths:
            with Image.open(path) as picture:
                assert picture.size == (500, 375)
            assert 50_000 < path.stat().st_size < 200_000  # ImageNet's mean is 110 kB
    assert not Path(folder).exists()


def test_other_jobs_get_nothing() -> None:
    with material.photographs("train", 224) as folder, material.small_run("load") as run:
        assert folder == run == ""
    with material.photographs("whole", 96) as folder:
        assert folder == ""


@pytest.mark.slow
def test_the_small_run_answers_about_its_picture() -> None:
    with material.small_run("start") as given:
        run, picture = given.split("\n")
        assert len(resnets.load(run).predict(picture)) == 1
