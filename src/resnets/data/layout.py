"""What a tree of files means: which folder is a split, which a class, and what is no picture."""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from resnets.errors import SourceError, printable

SPLITS = ("train", "val", "test")
SPLIT_NAMES = {
    "train": 0,
    "training": 0,
    "val": 1,
    "valid": 1,
    "validation": 1,
    "test": 2,
    "testing": 2,
}
JUNK = frozenset({"__macosx", "thumbs.db", "desktop.ini", "@eadir", "icon\r"})


@dataclass
class Listing:
    """The files below a root, before anybody asks what they mean.

    Args:
        files: relative paths with `/` between the parts; unique.
        empty: folders with nothing in them.
        refused: why a path among the files cannot be read (a link that leaves, a pipe, ...).
        folders: those of the refused that stand where a folder was meant.
    """

    files: list[str]
    empty: list[str] = field(default_factory=list)
    refused: dict[str, str] = field(default_factory=dict)
    folders: set[str] = field(default_factory=set)


class Layout(NamedTuple):
    """The columns of a source, and the files that lie outside every class folder."""

    classes: tuple[str, ...]
    paths: list[str]
    labels: NDArray[np.int64]
    given: NDArray[np.int8]
    outside: tuple[str, ...]


def is_junk(part: str) -> bool:
    """Tell what file managers and archivers leave behind from what people put there.

    Names that begin with a dot (`.DS_Store`, `._cat.jpg`, `.ipynb_checkpoints`), `__MACOSX`,
    `Thumbs.db`, `desktop.ini`, `@eaDir`. They and all below them are passed over.

    Args:
        part: one part of a path.
    """
    return part.startswith(".") or part.casefold() in JUNK


def read_layout(listing: Listing, origin: str) -> Layout:
    """Read splits and classes off the paths.

    A folder that is alone on its level, most of its files being in folders, is stepped into. If
    the folders then found are called train, val (valid, validation) or test and hold class
    folders, they are the splits; else every folder is a class. A class holds all files below it,
    however deep. Class names are compared in Unicode's composed form, since macOS writes the
    decomposed one.

    Args:
        listing: of the root.
        origin: names the root in messages.

    Raises:
        SourceError: there are no pictures or no class folders; a class folder is empty or cannot
            be read; a split is there under two names.
    """
    files = sorted(without_junk(listing.files))
    empty = list(without_junk(listing.empty))
    if not files:
        raise SourceError(
            "there is not one picture in it",
            received=origin,
            hint="a source is a folder of class folders, or of train, val, test over such folders",
        )
    parts, inside_empty = ([path.split("/") for path in paths] for paths in (files, empty))
    root = _root(parts, inside_empty)
    if root:
        parts, inside_empty = (
            [_below(one, root) for one in all_] for all_ in (parts, inside_empty)
        )
    splits = _split_folders(parts, inside_empty, origin)
    depth = 1 if splits else 0
    kept, names, given, outside = [], [], [], []
    for path, part in zip(files, parts, strict=True):
        if len(part) < depth + 2 or (splits and part[0] not in splits):
            if path in listing.folders:
                raise _unreadable_folder(path, listing.refused[path])
            outside.append(path)
            continue
        kept.append(path)
        names.append(unicodedata.normalize("NFC", part[depth]))
        given.append(splits[part[0]] if splits else -1)
    if not kept:
        raise SourceError(
            f"the {len(files)} files in it lie in no class folder",
            received=origin,
            hint="put the pictures of each class into a folder that has the name of the class",
        )
    _check_empty(inside_empty, names, depth, len(kept))
    classes, labels = number_classes(names)
    return Layout(classes, kept, labels, np.asarray(given, np.int8), tuple(outside))


def number_classes(names: Sequence[str]) -> tuple[tuple[str, ...], NDArray[np.int64]]:
    """Put class names in order and say each picture's place in it.

    Names that are all whole numbers go by value, others by code point.

    Args:
        names: one for each picture.

    Returns:
        The K classes, and (N,) labels from 0 to K - 1.

    >>> number_classes(["10", "9", "10"])[0]
    ('9', '10')
    """
    unique = set(names)
    if all(name.isascii() and name.isdigit() for name in unique):
        classes = tuple(sorted(unique, key=lambda name: (int(name), name)))
    else:
        classes = tuple(sorted(unique))
    places = {name: place for place, name in enumerate(classes)}
    labels = np.fromiter((places[name] for name in names), np.int64, count=len(names))
    return classes, labels


def without_junk(paths: Iterable[str]) -> Iterator[str]:
    """Pass over the paths that have junk among their parts."""
    folders: dict[str, bool] = {"": False}  # a million pictures lie in a few of them
    for path in paths:
        folder, _, name = path.rpartition("/")
        if folder not in folders:
            folders[folder] = any(is_junk(part) for part in folder.split("/"))
        if not (folders[folder] or is_junk(name)):
            yield path


def _below(parts: list[str], root: list[str]) -> list[str]:
    """The parts of a path below the root; a file beside the root keeps none but its name."""
    return parts[len(root) :] if parts[: len(root)] == root else parts[-1:]


def _root(trees: Sequence[Sequence[str]], hollow: Sequence[Sequence[str]]) -> list[str]:
    """The folders to step into: each alone on its level, and most of its files deeper still."""
    root: list[str] = []
    while True:
        depth = len(root)
        tops = {parts[depth] for parts in trees if len(parts) > depth + 1}
        tops |= {parts[depth] for parts in hollow if len(parts) > depth}
        direct = sum(len(parts) == depth + 2 for parts in trees)
        deeper = sum(len(parts) > depth + 2 for parts in trees)
        if len(tops) != 1 or deeper <= direct:
            return root
        (top,) = tops
        if top.casefold() in SPLIT_NAMES:
            return root
        root.append(top)


def _split_folders(
    parts: Sequence[Sequence[str]], empty: Sequence[Sequence[str]], origin: str
) -> Mapping[str, int]:
    """The folders that are splits, by name as written; none if they are classes."""
    tops = {part[0] for part in parts if len(part) > 1} | {part[0] for part in empty}
    splits = {top: SPLIT_NAMES[top.casefold()] for top in tops if top.casefold() in SPLIT_NAMES}
    direct = {part[0] for part in parts if len(part) == 2 and part[0] in splits}
    deep = {part[0] for part in parts if len(part) > 2 and part[0] in splits}
    if not deep:
        if direct and direct == tops:
            raise SourceError(
                f"{', '.join(sorted(direct))} hold files but no class folders",
                received=origin,
                hint="put the pictures of each class into a folder of its own, as train/cat/1.jpg",
            )
        return {}
    if direct and not direct <= deep:
        # `car/1.jpg` beside `train/1.jpg`: somebody's classes are vehicles
        return {}
    twice = [name for name, count in Counter(splits.values()).items() if count > 1]
    if twice:
        both = sorted(top for top, split in splits.items() if split == twice[0])
        raise SourceError(
            f"the split {SPLITS[twice[0]]} is there more than once: {' and '.join(both)}",
            received=origin,
            hint="keep one of them",
        )
    return splits


def _unreadable_folder(path: str, reason: str) -> SourceError:
    return SourceError(
        f"a class folder cannot be read: {reason}",
        received=path,
        hint="make it readable inside the source, or give the folder that holds the real files",
    )


def _check_empty(
    empty: Iterable[Sequence[str]], names: Iterable[str], depth: int, count: int
) -> None:
    known = set(names)
    hollow = sorted(
        {
            unicodedata.normalize("NFC", part[depth])
            for part in empty
            if len(part) > depth and (depth == 0 or SPLIT_NAMES.get(part[0].casefold()) == 0)
        }
        - known
    )
    if not hollow:
        return
    if len(hollow) + len(known) > count:
        raise SourceError(
            "there are more classes than pictures",
            received=f"{len(hollow) + len(known)} class folders, {count} pictures",
            hint="fill the class folders, or remove the empty ones",
        )
    raise SourceError(
        f"class folders without a picture: {', '.join(printable(name) for name in hollow[:5])}",
        received=f"{len(hollow)} empty of {len(hollow) + len(known)}",
        hint="fill them or remove them",
    )
