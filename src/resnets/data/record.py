"""What a run was trained on, as a document: written at its beginning, compared when it goes on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from resnets import catalog
from resnets.data.layout import SPLITS
from resnets.data.preprocess import Preprocess
from resnets.data.sources import Source, open_source
from resnets.data.splits import Split
from resnets.data.survey import Survey, copies, digest_of, known_digests
from resnets.data.workers import spread
from resnets.errors import PictureError, RunError, SourceError

FORMAT = 1


def make_record(
    source: Source,
    survey: Survey,
    split: Split,
    preprocess: Preprocess,
    bad: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    """Write down what a run is trained on.

    Args:
        source: where the pictures are.
        survey: of them.
        split: which of them are for what.
        preprocess: how they become the net's input.
        bad: the reason by path; None for what the survey found. What failed only when its pixels
            were decoded is to be among them.

    Returns:
        What JSON can hold: format, name, origin, classes, preprocess; `splits`, for each a list of
        [path, class index, SHA-256]; `made`, how each came about; `bad`, a list of [path, reason];
        `outside`, files in no class folder; `counts`, pictures by split and class; `copies`, groups
        of paths of byte-equal pictures that lie in more than one split; `conflicts`, groups of
        byte-equal pictures that have more than one label. Bytes of paths that are not UTF-8 are
        lone surrogates, so they are to be written as ASCII.
    """
    parts = {name: getattr(split, name) for name in SPLITS}
    where = {int(index): name for name, part in parts.items() for index in part}
    groups = copies(survey.digests, sorted(where))
    if bad is None:
        bad = {source.paths[index]: survey.bad[index] for index in sorted(survey.bad)}
    return {
        "format": FORMAT,
        "name": source.name,
        "origin": source.origin,
        "classes": list(source.classes),
        "preprocess": preprocess.to_json(),
        "made": dict(split.made),
        "counts": {name: _counts(source, part) for name, part in parts.items()},
        "bad": [[path, reason] for path, reason in bad.items()],
        "outside": list(source.outside),
        "copies": [
            [source.paths[index] for index in group]
            for group in groups
            if len({where[index] for index in group}) > 1
        ],
        "conflicts": [
            [source.paths[index] for index in group]
            for group in groups
            if len({int(source.labels[index]) for index in group}) > 1
        ],
        "splits": {
            name: [
                [source.paths[index], int(source.labels[index]), survey.digests[index]]
                for index in part.tolist()
            ]
            for name, part in parts.items()
        },
    }


def reopen(
    record: Mapping[str, Any], source: Any = None, *, splits: Sequence[str] = SPLITS
) -> tuple[Source, Split, Preprocess]:
    """Open the pictures of a run again, and make sure that they are the same.

    Args:
        record: what `make_record` gave.
        source: anything that `open_source` takes, where the pictures have moved or were arrays;
            None to look where they were.
        splits: those to read and compare; with all three, pictures that were added count too. The
            others come back empty.

    Returns:
        The source, the split as it was, and the preprocessing.

    Raises:
        SourceError: a picture was added, removed or edited, or has another class: the first one is
            named; or the source is not there any more.
        RunError: the record was made by a newer version.
    """
    for name in splits:
        catalog.look_up(dict.fromkeys(SPLITS), name, "split")
    if record["format"] > FORMAT:
        raise RunError(
            "the record of the data was made by a newer version",
            received=f"format {record['format']}, and this version reads up to {FORMAT}",
            hint="update resnets",
        )
    if source is None and not any(record["splits"].values()):
        raise SourceError(
            "the run was made of a file of weights and has no pictures of its own",
            received=record["name"],
            hint="name the pictures: resnets evaluate RUN SOURCE",
        )
    if source is None and not record["origin"]:
        raise SourceError(
            "the run was trained on arrays in memory, which no path leads to",
            received=record["name"],
            hint="give the same arrays again as its source",
        )
    opened = open_source(record["origin"] if source is None else source)
    where = {path: index for index, path in enumerate(opened.paths)}
    parts: dict[str, NDArray[np.int64]] = {name: np.zeros(0, np.int64) for name in SPLITS}
    expected: dict[int, str] = {}
    for name in splits:
        rows = record["splits"][name]
        for path, label, digest in rows:
            if path not in where:
                raise _changed(path, f"a picture of {name} is not there any more")
            index = where[path]
            if opened.classes[opened.labels[index]] != record["classes"][label]:
                raise _changed(path, f"a picture of {name} is in another class now")
            expected[index] = digest
        parts[name] = np.asarray([where[row[0]] for row in rows], np.int64)
    if set(splits) == set(SPLITS):
        _refuse_added(opened, expected, record)
    _compare(opened, expected)
    split = Split(parts["train"], parts["val"], parts["test"], dict(record["made"]))
    return opened, split, Preprocess.from_json(record["preprocess"])


def _counts(source: Source, part: NDArray[np.int64]) -> dict[str, int]:
    counts = np.bincount(source.labels[part], minlength=len(source.classes)).tolist()
    return dict(zip(source.classes, counts, strict=True))


def _refuse_added(opened: Source, expected: Mapping[int, str], record: Mapping[str, Any]) -> None:
    bad = {path for path, _ in record["bad"]}
    for index, path in enumerate(opened.paths):
        if index not in expected and path not in bad:
            raise _changed(path, "a picture was added since the run began")
    if list(opened.classes) != record["classes"]:
        raise SourceError(
            "the classes are not those that the run began with",
            received=", ".join(opened.classes),
            hint=f"they were {', '.join(record['classes'])}",
        )


def _compare(opened: Source, expected: Mapping[int, str]) -> None:
    known = known_digests(opened)

    def look(index: int) -> str:
        if known[index]:
            return known[index]
        try:
            return digest_of(opened.read(index))
        except PictureError as error:
            raise _changed(opened.paths[index], f"a picture cannot be read: {error.what}") from None

    indices = list(expected)
    for index, digest in zip(indices, spread(look, indices), strict=True):
        if digest != expected[index]:
            raise _changed(opened.paths[index], "a picture was edited since the run began")


def _changed(path: str, what: str) -> SourceError:
    return SourceError(
        what, received=path, hint="put the pictures back as they were, or train anew"
    )
