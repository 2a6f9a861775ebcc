"""A source: pictures with labels as columns, wherever they lie, and how one is opened."""

from __future__ import annotations

import os
import re
import tarfile
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from resnets.data.archives import Read, list_tar, list_zip
from resnets.data.arrays import Stack, read_arrays, read_npz
from resnets.data.drawn import digits, shapes
from resnets.data.folders import list_folder, missing, read_file, refused
from resnets.data.layout import Layout, Listing, read_layout
from resnets.data.marks import Mark, mark_below
from resnets.data.tables import read_table
from resnets.errors import PictureError, SourceError

Reader = Callable[[int, int | None], bytes | NDArray[np.uint8]]

EMBEDDED = {"digits": digits, "shapes": shapes}
TEST_SHARE = {"digits": 0.2}  # of the few scans, a tenth would be too few to judge by


@dataclass(frozen=True)
class Source:
    """N labelled pictures as columns; nothing is decoded, and files are read one by one.

    Args:
        name: short, of a-z, 0-9 and `-`, for the names of runs.
        origin: what opens it again: an absolute path, `digits` or `shapes`; empty for the
            caller's arrays.
        classes: the K names; whole numbers by value, others by code point.
        paths: N unique names, relative to the source; bytes that are not UTF-8 as surrogates.
        labels: (N,) places in classes.
        given: (N,) places in `SPLITS`, -1 where the source has no splits.
        reader: from index and limit in bytes (None: as `Limits()`) to encoded bytes or pixels.
        outside: files that lie in no class folder and are left aside.
        test_share: which share becomes `test` when there is none.
        mark: from path to what tells that the picture has changed, as things are now; None where
            only reading it tells.
    """

    name: str
    origin: str
    classes: tuple[str, ...]
    paths: list[str]
    labels: NDArray[np.int64]
    given: NDArray[np.int8]
    reader: Reader
    outside: tuple[str, ...] = ()
    test_share: float = 0.1
    mark: Mark | None = None

    def __len__(self) -> int:
        return len(self.paths)

    def __repr__(self) -> str:
        return f"Source({self.name!r}, {len(self)} pictures of {len(self.classes)} classes)"

    def read(self, index: int, limit: int | None = None) -> bytes | NDArray[np.uint8]:
        """Read one picture; any number of threads may at once.

        Args:
            index: from 0 to N - 1.
            limit: encoded bytes at most; None for what `Limits` has.

        Returns:
            The encoded bytes, or pixels (H, W) or (H, W, C).

        Raises:
            PictureError: it cannot be read; the message has its path.
        """
        return self.reader(index, limit)


def open_source(
    source: str | os.PathLike[str] | tuple[Any, ...] | Mapping[str, Any] | Source,
    *,
    name: str | None = None,
) -> Source:
    """Open pictures: list them and their labels, without decoding one.

    Args:
        source: a folder, zip, tar (compressed or not), CSV or NPZ file; `digits` or `shapes`;
            (x, y) arrays, or {"train": (x, y), "test": (x, y)}. A file's kind is found by its
            content, save that CSV and NPZ go by name. `./digits` is the folder of that name.
        name: for the names of runs; None to make it from the path.

    Raises:
        SourceError: there is nothing there, or it is no source of pictures; the message says why.
    """
    if isinstance(source, Source):
        return source
    if isinstance(source, Mapping | tuple):
        return _of_stack(read_arrays(source), "", name or "arrays")
    if not isinstance(source, str | os.PathLike):
        raise SourceError(
            "this is no source of pictures",
            received=f"{type(source).__name__}",
            hint='give a path, "digits", "shapes", or arrays as (x, y)',
        )
    text = os.fspath(source)
    if text in EMBEDDED:
        return _of_stack(EMBEDDED[text](), text, name or text)
    try:
        return _of_path(Path(text), name)
    except PermissionError as error:
        raise SourceError(
            f"the source cannot be read: {error.strerror}",
            received=text,
            hint="check its permissions",
        ) from None


def short_name(path: Path) -> str:
    """Make a name of a-z, 0-9 and `-` from a path's last part, without its endings.

    >>> short_name(Path("/data/My Cats.tar.gz"))
    'my-cats'
    """
    stem = re.sub(r"\.(zip|csv|npz|tgz|tar(\.\w+)?)$", "", path.name, flags=re.IGNORECASE)
    return re.sub(r"[^a-z0-9]+", "-", stem.lower()).strip("-")[:40].strip("-") or "pictures"


def _of_path(path: Path, name: str | None) -> Source:
    if "\0" in os.fspath(path) or not path.exists():
        raise missing(path)
    place = path.resolve()
    origin, name = str(place), name or short_name(place)
    if place.is_dir():
        listing = list_folder(place)
        read = _folder_reader(place, listing.refused)
        return _of_layout(read_layout(listing, origin), origin, name, read, mark_below(origin))
    suffix = place.suffix.lower()
    if suffix == ".csv":
        read, mark = _folder_reader(place.parent, {}), mark_below(str(place.parent))
        return _of_layout(read_table(place), origin, name, read, mark)
    if suffix == ".npz":
        return _of_stack(read_npz(place), origin, name)
    if not place.is_file():
        raise _no_source(origin)
    if suffix == ".zip" or zipfile.is_zipfile(place):
        return _of_archive(*list_zip(place), origin, name)
    if ".tar" in place.name.lower() or suffix == ".tgz" or tarfile.is_tarfile(place):
        return _of_archive(*list_tar(place), origin, name)
    raise _no_source(origin)


def _no_source(origin: str) -> SourceError:
    return SourceError(
        "this file is no source of pictures",
        received=origin,
        hint="give a folder, a .zip, .tar or .tar.gz of one, a .csv, a .npz, digits or shapes",
    )


def _folder_reader(root: Path, reasons: Mapping[str, str]) -> Callable[[str, int | None], bytes]:
    real = os.path.realpath(root)

    def read(path: str, limit: int | None) -> bytes:
        if path in reasons:
            raise refused(path, reasons[path])
        whole = os.path.join(real, path)
        try:
            return read_file(whole, limit, root=real)
        except PictureError as error:
            raise PictureError(error.what, received=path, hint=error.hint) from None

    return read


def _of_archive(listing: Listing, read: Read, mark: Mark, origin: str, name: str) -> Source:
    def checked(path: str, limit: int | None) -> bytes:
        if path in listing.refused:
            raise refused(path, listing.refused[path])
        return read(path, limit)

    return _of_layout(read_layout(listing, origin), origin, name, checked, mark)


def _of_layout(layout: Layout, origin: str, name: str, read: Read, mark: Mark) -> Source:
    paths = layout.paths

    def reader(index: int, limit: int | None) -> bytes:
        return read(paths[index], limit)

    return Source(
        name,
        origin,
        layout.classes,
        paths,
        layout.labels,
        layout.given,
        reader,
        layout.outside,
        mark=mark,
    )


def _of_stack(stack: Stack, origin: str, name: str) -> Source:
    def reader(index: int, limit: int | None) -> NDArray[np.uint8]:
        return stack.read(index)

    classes, paths, labels, given, _ = stack.layout
    share = TEST_SHARE.get(origin, 0.1)
    return Source(name, origin, classes, paths, labels, given, reader, (), share)
