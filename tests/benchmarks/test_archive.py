"""The archive is a zip for others too, and its pictures differ but can all be read."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest

import resnets
from resnets.benchmarks import archive
from resnets.data import make_survey
from resnets.data.decode import decode


@pytest.fixture(autouse=True)
def hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(archive, "YOUNG", 0)


def test_tiny_pictures_all_differ_and_can_be_read(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(archive, "DIFFERENT", 7)
    archive.tiny_pictures(tmp_path / "p.zip", 20, 3)
    source = resnets.open_source(tmp_path / "p.zip")
    assert source.classes == ("0", "1", "2")
    survey = make_survey(source)
    assert len(set(survey.digests)) == 20
    assert survey.sizes.tolist() == [[32, 32]] * 20
    assert survey.bad == {}
    names = [path.rpartition("/")[2] for path in source.paths]
    places = (names.index("0000000.jpg"), names.index("0000007.jpg"), names.index("0000001.jpg"))
    one, like, other = (decode(source.read(place), path="") for place in places)
    assert (one == like).all()
    assert (one != other).any()


@pytest.mark.parametrize("count", (1, 70_000))  # the second needs the end of 64 bits
def test_others_read_it_too(count: int, tmp_path: Path) -> None:
    archive.tiny_pictures(tmp_path / "p.zip", count, 10)
    with zipfile.ZipFile(tmp_path / "p.zip") as packed:
        names = packed.namelist()
        assert names == [f"{number % 10}/{number:07}.jpg" for number in range(count)]
        assert packed.read(names[-1])[2:14] == b"\xff\xfe\x00\x0a%08d" % (count - 1)
