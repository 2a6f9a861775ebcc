"""The manifest of a folder: size and SHA-256 of each file in it, and of what it says itself."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from resnets.errors import DamageError
from resnets.store import documents, durable

FORMAT = 1
NAME = "manifest.json"
_REMEDY = "use an earlier checkpoint, or bring the file back from a copy of the run"
_CHUNK = 1 << 20  # bytes hashed at a time


@dataclass(frozen=True)
class Manifest:
    """What a manifest says.

    Args:
        step: gradient steps behind the files.
        parent: the commit before this one, or None.
        files: size in bytes and SHA-256 of each file by name.
        facts: anything else that belongs to the step.
    """

    step: int
    parent: str | None
    files: dict[str, tuple[int, str]]
    facts: dict[str, Any]


def fill(
    folder: Path,
    contents: Mapping[str, bytes],
    step: int,
    parent: str | None,
    facts: Mapping[str, Any],
) -> None:
    """Make a folder with files and, last, their manifest; all of it is on the disk afterwards."""
    durable.make_folder(folder)
    for name, data in contents.items():
        durable.write(folder / name, data)
        durable.sync(folder / name)
    files = {
        name: {"bytes": len(data), "sha256": hashlib.sha256(data).hexdigest()}
        for name, data in contents.items()
    }
    said = {"format": FORMAT, "step": step, "parent": parent, "files": files, "facts": facts}
    durable.write(folder / NAME, _render(said))
    durable.sync(folder / NAME)
    # The files' names too must be there before the folder gets the name that makes it count.
    durable.sync(folder)


def verify(folder: Path) -> Manifest:
    """Check every file of a folder against its manifest.

    Raises:
        DamageError: a file is missing, too short, too long or changed; the first such is named.
    """
    manifest = read(folder)
    for name, (size, digest) in manifest.files.items():
        path = folder / name
        hashed, length = hashlib.sha256(), 0
        try:
            with path.open("rb") as file:
                while chunk := file.read(_CHUNK):
                    hashed.update(chunk)
                    length += len(chunk)
        except OSError as error:
            raise _damage(path, "cannot be read", error.strerror or str(error)) from error
        _compare(path, (length, hashed.hexdigest()), (size, digest))
    return manifest


def read(folder: Path) -> Manifest:
    """Read a manifest.

    Raises:
        DamageError: it is missing, or not as it was written.
    """
    path = folder / NAME
    said = documents.read(path)
    said.pop("sha256", None)
    if path.read_bytes() != _render(said):
        raise _damage(path, "is not as it was written", "another SHA-256")
    if said["format"] > FORMAT:
        raise _damage(path, "was written by a newer version", said["format"])
    files = {name: (file["bytes"], file["sha256"]) for name, file in said["files"].items()}
    return Manifest(said["step"], said["parent"], files, said["facts"])


def read_file(folder: Path, manifest: Manifest, name: str) -> bytes:
    """Read one file and check these very bytes.

    Raises:
        DamageError: the file is not the one that the manifest speaks of.
    """
    path = folder / name
    try:
        data = path.read_bytes()
    except OSError as error:
        raise _damage(path, "cannot be read", error.strerror or str(error)) from error
    _compare(path, (len(data), hashlib.sha256(data).hexdigest()), manifest.files[name])
    return data


def _render(said: Mapping[str, Any]) -> bytes:
    plain = json.loads(documents.render(said))
    return documents.render(plain | {"sha256": hashlib.sha256(documents.render(plain)).hexdigest()})


def _compare(path: Path, found: tuple[int, str], told: tuple[int, str]) -> None:
    if found[0] != told[0]:
        raise _damage(path, f"has {found[0]} bytes and not the {told[0]} of its manifest", found[0])
    if found[1] != told[1]:
        raise _damage(path, f"has not the SHA-256 of its manifest, {told[1]}", found[1])


def _damage(path: Path, what: str, received: object) -> DamageError:
    return DamageError(f"{path} {what}", received=received, hint=_REMEDY)
