"""Folders that prove themselves."""

import hashlib

import pytest

from resnets.errors import DamageError
from resnets.store import documents, manifest


@pytest.fixture
def folder(tmp_path):
    manifest.fill(tmp_path / "c", {"x": b"abc", "y": b""}, 3, None, {"error": 0.5})
    return tmp_path / "c"


def test_it_says_what_was_written(folder):
    # The first example of FIPS 180-4, SHA-256 of "abc", and that of nothing.
    abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    nothing = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    found = manifest.verify(folder)
    assert found == manifest.Manifest(3, None, {"x": (3, abc), "y": (0, nothing)}, {"error": 0.5})
    assert manifest.read_file(folder, found, "x") == b"abc"


@pytest.mark.parametrize(
    ("data", "what"),
    (
        (b"abcd", "x has 4 bytes and not the 3 of its manifest"),
        (b"abd", "x has not the SHA-256 of its manifest, ba7816bf"),
        (None, "x cannot be read"),
    ),
)
def test_a_changed_file_is_named(folder, data, what):
    found = manifest.read(folder)
    (folder / "x").unlink() if data is None else (folder / "x").write_bytes(data)
    for check in (manifest.verify, lambda place: manifest.read_file(place, found, "x")):
        with pytest.raises(DamageError, match=what) as caught:
            check(folder)
        assert caught.value.received
        assert caught.value.hint.startswith("use an earlier checkpoint")


def test_a_manifest_that_somebody_edited_is_refused(folder):
    path = folder / "manifest.json"
    path.write_bytes(path.read_bytes().replace(b'"step": 3', b'"step": 4'))
    with pytest.raises(DamageError, match=r"manifest.json is not as it was written") as caught:
        manifest.verify(folder)
    assert caught.value.received == "another SHA-256"


def test_a_manifest_of_a_newer_version_is_refused(folder):
    said = documents.read(folder / "manifest.json") | {"format": 2}
    del said["sha256"]
    digest = hashlib.sha256(documents.render(said)).hexdigest()
    (folder / "manifest.json").write_bytes(documents.render(said | {"sha256": digest}))
    with pytest.raises(DamageError, match="was written by a newer version") as caught:
        manifest.verify(folder)
    assert caught.value.received == 2


def test_a_manifest_of_nonsense_is_refused(folder):
    (folder / "manifest.json").write_bytes(b"{}")
    with pytest.raises(DamageError, match=r"manifest.json is not as it was written"):
        manifest.verify(folder)
