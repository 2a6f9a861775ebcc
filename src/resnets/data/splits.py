"""Which pictures are for training, for choosing and for the test: as given, or by their content."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from resnets import catalog
from resnets.data.layout import SPLITS
from resnets.data.randomness import hashes
from resnets.data.sources import Source
from resnets.data.survey import Survey
from resnets.errors import SourceError, UsageError, printable

BAD_SHARE = 0.01  # above it something is wrong with the source, not with a few files

_DRAWS = {"val": 1, "test": 2}


@dataclass(frozen=True)
class Split:
    """Three lists of pictures that have none in common; nothing chooses on `test`.

    Args:
        train: indices into the source, sorted.
        val: the same, for choosing.
        test: the same, for the last word.
        made: for each split, in words, how it came about.
    """

    train: NDArray[np.int64]
    val: NDArray[np.int64]
    test: NDArray[np.int64]
    made: dict[str, str] = field(default_factory=dict)

    def without(self, indices: Iterable[int]) -> Split:
        """Leave pictures out, wherever they are."""
        out = np.fromiter(indices, np.int64)
        train, val, test = (part[~np.isin(part, out)] for part in (self.train, self.val, self.test))
        return Split(train, val, test, self.made)


def make_split(
    source: Source,
    survey: Survey,
    *,
    val: float = 0.1,
    test: float | None = None,
    allow_bad: bool = False,
) -> Split:
    """Take the splits that are given, and make those that are missing from the rest.

    A missing split is drawn class by class from the pictures that are in no given split (or in
    train), each by a hash of its content against the share that is wanted. So the shares are met
    on average, and adding a picture moves no other; save that a class none of whose pictures was
    drawn sends the one that came nearest (a class keeps one for training whatever was drawn).
    Byte-equal pictures go together.

    Args:
        source: its pictures.
        survey: of them; bad pictures are in no split.
        val: share of the pictures drawn from, from 0 to 0.5.
        test: the same; None for what the source asks for, which is 0.1, and 0.2 for `digits`.
        allow_bad: go on though more than 1 % of the pictures cannot be read.

    Raises:
        SourceError: see `check_source` and `check_bad`; or nothing is left to train on.
        UsageError: a share is out of its range.
    """
    shares = {"val": val, "test": source.test_share if test is None else test}
    for name, share in shares.items():
        if not 0 <= share <= 0.5:
            raise UsageError(
                f"the share of {name} is out of range", received=share, hint="give 0 to 0.5"
            )
    check_source(source)
    check_bad(source, survey.bad, allow_bad)
    good = survey.readable
    flat = bool((source.given < 0).all())
    pool = np.flatnonzero(good & (source.given <= 0))
    _check_counts(source, pool, "readable picture")
    missing = [name for name in shares if not (source.given == SPLITS.index(name)).any()]
    drawn = _draw(pool, source, survey, {name: shares[name] for name in missing})
    parts, made = {}, {"train": "the rest" if flat else "given"}
    if missing and not flat:
        made["train"] = f"given, without {' and '.join(missing)}"
    for name in shares:
        if name in missing:
            what = "the pictures" if flat else "train"
            made[name] = f"{shares[name]:.0%} of {what}, class by class, by a hash of the content"
            parts[name] = drawn[name]
        else:
            made[name] = "given"
            parts[name] = np.flatnonzero(good & (source.given == SPLITS.index(name)))
    train = pool[~np.isin(pool, np.concatenate([pool[:0], *drawn.values()]))]
    return Split(train, parts["val"], parts["test"], made)


def check_source(source: Source) -> None:
    """Refuse what cannot be trained on as far as it shows without reading a picture.

    Args:
        source: its labels and given splits.

    Raises:
        SourceError: there are no training pictures, or fewer than two classes of them; a class has
            a single one; there are more classes than pictures; val or test has a class that train
            has not.
    """
    training = np.flatnonzero(source.given <= 0)
    if not len(training):
        held = " and ".join(SPLITS[place] for place in np.unique(source.given))
        raise SourceError(
            "there are no pictures to train on",
            received=f"{source.origin or source.name} holds {held} alone",
            hint="add train/ with a folder for each class",
        )
    known = set(np.unique(source.labels[training]).tolist())
    if len(known) < 2:
        raise SourceError(
            "there must be at least two classes",
            received=f"1 class: {source.classes[min(known)]}",
            hint="put the pictures of each class into a folder of its own",
        )
    for place in (1, 2):
        labels = np.unique(source.labels[source.given == place]).tolist()
        unknown = [source.classes[label] for label in labels if label not in known]
        if unknown:
            near = catalog.nearest([source.classes[label] for label in known], unknown[0])
            guess = f"is it {printable(near)}? " if near else ""
            raise SourceError(
                f"{SPLITS[place]} has a class that train has not",
                received=", ".join(unknown),
                hint=f"{guess}rename it, remove it, or add pictures of it to train",
            )
    _check_counts(source, training, "picture")


def check_bad(source: Source, bad: Mapping[int, str], allow_bad: bool = False) -> None:
    """Stop where too many pictures are bad: more than 1 %, or all.

    Args:
        source: of N pictures.
        bad: the reason by index.
        allow_bad: let more than 1 % pass, but not all.

    Raises:
        SourceError: names the first three with their reasons.
    """
    if len(bad) <= BAD_SHARE * len(source) or (allow_bad and len(bad) < len(source)):
        return
    some = "; ".join(
        f"{printable(source.paths[index], limit=80)}: {bad[index]}" for index in sorted(bad)[:3]
    )
    if len(bad) == len(source):
        what, hint = "no picture can be read", "give pictures as JPEG, PNG, WEBP, GIF, BMP or TIFF"
    else:
        what = f"more than {BAD_SHARE:.0%} of the pictures cannot be read"
        hint = "mend or remove them, or go on without them: --allow-bad"
    raise SourceError(
        f"{what}: {some}", received=f"{len(bad)} of {len(source)} pictures", hint=hint
    )


def _check_counts(source: Source, indices: NDArray[np.int64], what: str) -> None:
    counts = np.bincount(source.labels[indices], minlength=len(source.classes))
    expected = np.unique(source.labels[source.given <= 0])
    if len(expected) > len(indices):
        raise SourceError(
            "there are more classes than pictures",
            received=f"{len(expected)} classes, {len(indices)} {what}s",
            hint="is the right column or folder taken for the class?",
        )
    few = [int(label) for label in expected if counts[label] < 2]
    if few:
        name = source.classes[few[0]]
        others = f", and {len(few) - 1} more of {len(expected)}" if len(few) > 1 else ""
        raise SourceError(
            f"a class has {'a single' if counts[few[0]] else 'no'} {what} to train on",
            received=name + others,
            hint="a class needs two pictures at least; add some, or remove the class",
        )


def _draw(
    pool: NDArray[np.int64], source: Source, survey: Survey, shares: dict[str, float]
) -> dict[str, NDArray[np.int64]]:
    """Draw pictures from the pool for the splits that are to be made."""
    if not len(pool):
        return dict.fromkeys(shares, pool)
    groups, members = _groups(pool, survey.digests)
    words = np.frombuffer(bytes.fromhex("".join(group[:16] for group in groups)), ">u8")
    labels = source.labels[pool[[first[0] for first in members]]]
    taken = np.full(len(groups), "", dtype="U5")
    left = 1.0
    for name, share in shares.items():  # val, then test: each from what is left
        keys = hashes(0, 0, words.astype(np.uint64), _DRAWS[name]) / 2.0**64
        free = taken == ""
        taken[free & (keys < share / left)] = name
        left -= share
        if share:
            _stand_in(name, keys, labels, taken)
    drawn = {}
    for name in shares:
        chosen = [place for group in np.flatnonzero(taken == name) for place in members[group]]
        drawn[name] = np.sort(pool[np.asarray(chosen, np.int64)])
    return drawn


def _groups(pool: NDArray[np.int64], digests: Sequence[str]) -> tuple[list[str], list[list[int]]]:
    """The different contents in the pool, and the places in the pool that hold each."""
    members: dict[str, list[int]] = {}
    for place, index in enumerate(pool.tolist()):
        members.setdefault(digests[index], []).append(place)
    return list(members), list(members.values())


def _stand_in(
    name: str, keys: NDArray[np.float64], labels: NDArray[np.int64], taken: NDArray[np.str_]
) -> None:
    """Send the nearest content of a class that was not drawn; keep one of each for training."""
    order = np.lexsort((keys, labels))
    starts = np.flatnonzero(np.diff(labels[order], prepend=-1))
    for places in np.split(order, starts[1:]):
        free, here = places[taken[places] == ""], places[taken[places] == name]
        if not len(free) and len(here):
            taken[here[-1]] = ""
        elif not len(here) and len(free) > 1:
            taken[free[0]] = name
