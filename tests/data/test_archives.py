"""Archives: read in place by many threads, refused where they are hostile or damaged."""

from __future__ import annotations

import io
import tarfile
import time
import zipfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from resnets.data import archives
from resnets.data.archives import list_tar, list_zip
from resnets.errors import PictureError, SourceError

FILES = {"set/a/1.jpg": b"one" * 50, "set/a/2.jpg": b"two", "set/b/1.jpg": b"", "__MACOSX/x": b"y"}


def zipped(path: Path, files: dict[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> Path:
    with zipfile.ZipFile(path, "w", method) as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return path


def tarred(path: Path, files: dict[str, bytes], mode: str = "w") -> Path:
    with tarfile.open(path, mode) as archive:  # type: ignore[call-overload]
        for name, data in files.items():
            add(archive, name, data)
    return path


def add(archive: tarfile.TarFile, name: str, data: bytes = b"", **facts: Any) -> None:
    member = tarfile.TarInfo(name)
    member.size = len(data)
    for key, value in facts.items():
        setattr(member, key, value)
    archive.addfile(member, io.BytesIO(data))


@pytest.mark.parametrize("method", (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED))
def test_a_zip_is_read_in_place(method: int, tmp_path: Path) -> None:
    listing, read, _ = list_zip(zipped(tmp_path / "a.zip", FILES, method))
    assert listing.files == ["set/a/1.jpg", "set/a/2.jpg", "set/b/1.jpg"]
    assert {name: read(name, None) for name in listing.files} == {
        name: data for name, data in FILES.items() if name != "__MACOSX/x"
    }
    with pytest.raises(PictureError, match="150 bytes are more than the limit of 149"):
        read("set/a/1.jpg", 149)


@pytest.mark.parametrize(
    ("name", "mode"), (("a.tar", "w"), ("a.tar.gz", "w:gz"), ("a.tar.xz", "w:xz"))
)
def test_a_tar_is_read_in_place(name: str, mode: str, tmp_path: Path) -> None:
    listing, read, _ = list_tar(tarred(tmp_path / name, FILES, mode))
    assert listing.files == ["set/a/1.jpg", "set/a/2.jpg", "set/b/1.jpg"]
    assert [read(file, None) for file in listing.files] == list(FILES.values())[:3]
    with pytest.raises(PictureError, match="150 bytes are more than the limit of 149"):
        read("set/a/1.jpg", 149)


@pytest.mark.parametrize("kind", ("zip", "tar"))
def test_many_threads_read_the_same_archive(kind: str, tmp_path: Path) -> None:
    files = {f"a/{i}": f"{i} ".encode() * (i + 1) for i in range(300)}
    made = (zipped if kind == "zip" else tarred)(tmp_path / f"a.{kind}", files)
    _, read, _ = (list_zip if kind == "zip" else list_tar)(made)
    names = [f"a/{i % 300}" for i in range(900)]
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda name: read(name, None), names))
    assert answers == [files[name] for name in names]


@pytest.mark.parametrize("kind", ("zip", "tar", "tar.gz"))
@pytest.mark.parametrize(
    "name",
    (
        "../x/1.jpg",
        "/x/1.jpg",
        "/1.jpg",
        "a/../../1.jpg",
        "a/..",
        "..",
        "C:/x/1.jpg",
        "C:",
    ),
)
def test_names_that_leave_are_refused(kind: str, name: str, tmp_path: Path) -> None:
    path = tmp_path / f"a.{kind}"
    with pytest.raises(SourceError, match="holds a file whose name leaves it") as caught:
        list_zip(zipped(path, {name: b""})) if kind == "zip" else list_tar(
            tarred(path, {name: b""}, "w:gz" if kind == "tar.gz" else "w")
        )
    assert caught.value.received == str(path)
    assert "do not trust this archive" in caught.value.hint


@pytest.mark.filterwarnings("ignore:Duplicate name")
@pytest.mark.parametrize("kind", ("zip", "tar"))
def test_names_that_are_there_twice_are_refused(kind: str, tmp_path: Path) -> None:
    path = tmp_path / f"a.{kind}"
    if kind == "zip":
        with zipfile.ZipFile(path, "w") as archive:
            for data in ("one", "two"):
                archive.writestr("a/1.jpg", data)
    else:
        with tarfile.open(path, "w") as tape:
            for data in (b"one", b"two"):
                add(tape, "a/1.jpg", data)
    with pytest.raises(SourceError, match=r"two files .* have the same name: a/1.jpg") as caught:
        (list_zip if kind == "zip" else list_tar)(path)
    assert caught.value.received == str(path)
    assert caught.value.hint == "pack it again, each picture once"


def test_backslashes_separate_in_a_zip(tmp_path: Path) -> None:
    listing, read, _ = list_zip(zipped(tmp_path / "a.zip", {"a\\1.jpg": b"x"}))
    assert listing.files == ["a/1.jpg"]
    assert read("a/1.jpg", None) == b"x"


def test_what_a_zip_holds_that_cannot_be_read(tmp_path: Path) -> None:
    path = zipped(tmp_path / "a.zip", {"a/plain": b"x"})
    with zipfile.ZipFile(path, "a") as archive:
        link = zipfile.ZipInfo("a/link")
        link.external_attr = 0o120777 << 16
        archive.writestr(link, "/etc/passwd")
        archive.writestr(zipfile.ZipInfo("a/squeezed"), b"x" * 99, zipfile.ZIP_LZMA)
    data = bytearray(path.read_bytes())
    place = data.rindex(b"a/plain") - 46
    data[place + 8] |= 1  # the flag that says encrypted
    path.write_bytes(bytes(data))
    assert list_zip(path)[0].refused == {
        "a/plain": "it is encrypted",
        "a/link": "a link inside an archive",
        "a/squeezed": "it is packed by method 14, not deflate",
    }


def test_links_in_a_tar_lead_to_files_of_the_tar_only(tmp_path: Path) -> None:
    with tarfile.open(tmp_path / "a.tar", "w") as archive:
        add(archive, "a/1", b"one")
        add(archive, "b/hard", type=tarfile.LNKTYPE, linkname="a/1")
        add(archive, "b/soft", type=tarfile.SYMTYPE, linkname="../a/1")
        add(archive, "b/out", type=tarfile.SYMTYPE, linkname="../../etc/passwd")
        add(archive, "b/pipe", type=tarfile.FIFOTYPE)
    listing, read, _ = list_tar(tmp_path / "a.tar")
    assert read("b/hard", None) == read("b/soft", None) == b"one"
    assert listing.refused == {
        "b/out": "a link that leads to no file of the archive",
        "b/pipe": "a special file inside an archive",
    }


@pytest.mark.parametrize(
    "damage", (lambda data: b"", lambda data: data[:-30], lambda data: b"PK\3\4 garbage" * 9)
)
def test_broken_zips(damage: Any, tmp_path: Path) -> None:
    path = zipped(tmp_path / "a.zip", FILES)
    path.write_bytes(damage(path.read_bytes()))
    with pytest.raises(SourceError, match="this zip file cannot be read") as caught:
        list_zip(path)
    assert caught.value.received == str(path)
    assert "fetch or pack it again" in caught.value.hint


@pytest.mark.parametrize(("name", "mode"), (("a.tar", "w"), ("a.tar.gz", "w:gz")))
@pytest.mark.parametrize(
    "damage", (lambda data: data[: len(data) // 3], lambda data: b"garbage" * 99, lambda data: b"")
)
def test_broken_tars(name: str, mode: str, damage: Any, tmp_path: Path) -> None:
    path = tarred(tmp_path / name, {f"a/{i}": bytes(range(256)) * 9 for i in range(9)}, mode)
    path.write_bytes(damage(path.read_bytes()))
    with pytest.raises(SourceError, match="this tar file cannot be read") as caught:
        list_tar(path)
    assert caught.value.received == str(path)


def test_damage_inside_a_zip_names_the_picture(tmp_path: Path) -> None:
    path = zipped(tmp_path / "a.zip", {"a/1": b"one" * 99, "a/2": b"two" * 99}, zipfile.ZIP_STORED)
    data = bytearray(path.read_bytes())
    data[data.index(b"two") + 5] ^= 1
    path.write_bytes(bytes(data))
    _, read, _ = list_zip(path)
    assert read("a/1", None) == b"one" * 99
    with pytest.raises(PictureError, match="its checksum is wrong") as caught:
        read("a/2", None)
    assert caught.value.received == "a/2"
    path.write_bytes(bytes(20))
    with pytest.raises(PictureError, match=r"damaged|shorter"):
        read("a/2", None)


def test_a_member_that_unpacks_to_more_than_announced_is_stopped(tmp_path: Path) -> None:
    path = zipped(tmp_path / "a.zip", {"a/1": bytes(10**6)})
    data = bytearray(path.read_bytes())
    for mark, place in ((b"PK\1\2", 24), (b"PK\3\4", 22)):
        start = data.index(mark) + place
        data[start : start + 4] = (100).to_bytes(4, "little")
    path.write_bytes(bytes(data))
    _, read, _ = list_zip(path)
    with pytest.raises(PictureError, match="its checksum is wrong"):
        read("a/1", None)


def test_a_compressed_tar_must_fit_into_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tarred(tmp_path / "a.tar.gz", {"a/1": bytes(3 * 2**20)}, "w:gz")
    monkeypatch.setattr(archives, "free_memory", lambda: 4 * 2**20)
    with pytest.raises(SourceError, match="more memory than the 2 MiB it may take") as caught:
        list_tar(path)
    assert caught.value.received == str(path)
    assert "pack it as .zip or plain .tar" in caught.value.hint
    tarred(tmp_path / "a.tar", {"a/1": bytes(3 * 2**20)})
    assert list_tar(tmp_path / "a.tar")[0].files == ["a/1"]


def test_twenty_thousand_members_open_in_a_second_or_so(tmp_path: Path) -> None:
    path = zipped(
        tmp_path / "a.zip",
        {f"{i % 10}/{i:05}.jpg": b"x" for i in range(20_000)},
        zipfile.ZIP_STORED,
    )
    began = time.process_time()
    listing, read, _ = list_zip(path)
    assert time.process_time() - began < 3
    assert len(listing.files) == 20_000
    assert read("3/00003.jpg", None) == b"x"
