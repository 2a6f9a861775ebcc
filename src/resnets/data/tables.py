"""CSV tables of pictures: image_path, label and, if they are given, splits."""

from __future__ import annotations

import csv
import os
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import numpy as np

from resnets import catalog
from resnets.data.layout import SPLIT_NAMES, Layout, number_classes
from resnets.errors import SourceError, printable

COLUMNS = ("image_path", "label")
SPLIT_COLUMN = "split"


class _Row(NamedTuple):
    line: int
    path: str
    label: str
    split: int


def read_table(file: Path) -> Layout:
    """Read a CSV and look whether its pictures are there.

    Args:
        file: UTF-8, with a header that has image_path (relative to the file, not leaving its
            folder) and label, and may have split (train, val, test or empty in all rows).

    Raises:
        SourceError: a column, a value or a picture is missing; a picture is listed twice or lies
            outside the file's folder; a split has another name.
    """
    try:
        with file.open(encoding="utf-8-sig", errors="surrogateescape", newline="") as stream:
            rows = _rows(csv.reader(stream), file)
    except (OSError, csv.Error) as error:
        raise SourceError(
            f"the table cannot be read: {error}", received=str(file), hint="save it as CSV in UTF-8"
        ) from None
    if not rows:
        raise SourceError(
            "the table lists no picture", received=str(file), hint="add a row for each picture"
        )
    _check_paths(rows, file)
    without = [row for row in rows if row.split < 0]
    if without and len(without) < len(rows):
        raise SourceError(
            f"line {without[0].line} has no split, while other lines have one",
            received=without[0].path,
            hint="give every line a split, or none",
        )
    rows.sort(key=lambda row: row.path)
    classes, labels = number_classes([row.label for row in rows])
    given = np.fromiter((row.split for row in rows), np.int8, count=len(rows))
    return Layout(classes, [row.path for row in rows], labels, given, ())


def _rows(reader: object, file: Path) -> list[_Row]:
    lines = iter(reader)  # type: ignore[call-overload]
    header = [name.strip() for name in next(lines, [])]
    lacking = [name for name in COLUMNS if name not in header]
    if lacking:
        near = catalog.nearest(header, lacking[0]) if header else None
        rename = f"rename {printable(near)} to {lacking[0]}, or " if near else ""
        raise SourceError(
            f"the table {file.name} lacks the column {' and '.join(lacking)}",
            received=",".join(header),
            hint=f"{rename}begin the file with the line image_path,label",
        )
    places = [header.index(name) for name in COLUMNS]
    split_place = header.index(SPLIT_COLUMN) if SPLIT_COLUMN in header else None
    rows = []
    for line, cells in enumerate(lines, start=2):
        if not any(cell.strip() for cell in cells):
            continue
        path, label = (cells[place].strip() if place < len(cells) else "" for place in places)
        if not path or not label:
            raise SourceError(
                f"line {line} of {file.name} has no {'label' if path else 'image_path'}",
                received=",".join(cells),
                hint="fill it in, or remove the line",
            )
        word = cells[split_place] if split_place is not None and split_place < len(cells) else ""
        rows.append(_Row(line, os.path.normpath(path), label, _split(word.strip(), line, file)))
    return rows


def _split(word: str, line: int, file: Path) -> int:
    if not word:
        return -1
    if word.casefold() not in SPLIT_NAMES:
        near = catalog.nearest(SPLIT_NAMES, word)
        raise SourceError(
            f"line {line} of {file.name} names a split that there is not",
            received=word,
            hint=f"did you mean {near}?" if near else "one of: train, val, test",
        )
    return SPLIT_NAMES[word.casefold()]


def _check_paths(rows: Sequence[_Row], file: Path) -> None:
    """Refuse what leaves the folder, what is listed twice and what is not there."""
    root = os.path.realpath(file.parent)
    lines: dict[str, int] = {}
    missing = []
    for row in rows:
        whole = os.path.realpath(os.path.join(root, row.path)) if "\0" not in row.path else ""
        if os.path.isabs(row.path) or not whole or os.path.commonpath([whole, root]) != root:
            raise SourceError(
                f"line {row.line} of {file.name} names a picture outside the table's folder",
                received=row.path,
                hint="put the table above the pictures, and write paths relative to it",
            )
        if row.path in lines:
            raise SourceError(
                f"lines {lines[row.path]} and {row.line} of {file.name} name the same picture",
                received=row.path,
                hint="list each picture once",
            )
        lines[row.path] = row.line
        if not os.path.exists(whole):
            missing.append(row)
    if missing:
        some = ", ".join(f"{printable(row.path)} (line {row.line})" for row in missing[:3])
        raise SourceError(
            f"{len(missing)} of the {len(rows)} pictures of {file.name} are not there: {some}",
            received=missing[0].path,
            hint=f"paths are relative to {file.parent}; mend them, or remove the lines",
        )
