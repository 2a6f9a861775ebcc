"""What every picture of a source is, without decoding one: size, channels, digest, or why not."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np
import PIL
from numpy.typing import NDArray

from resnets.data.cache import Memory
from resnets.data.decode import QUIET, Limits, header
from resnets.data.sources import Source
from resnets.data.workers import spread
from resnets.errors import PictureError


class BadPicture(NamedTuple):
    """A picture that is left out, and why."""

    path: str
    reason: str


@dataclass(frozen=True)
class Survey:
    """Columns beside those of the source, one row for each picture.

    Args:
        sizes: (N, 2) height and width as shown, in pixels; 0, 0 where the picture is bad.
        channels: (N,) 1 grey, 3 colour, 4 colour with alpha; 0 where the picture is bad.
        digests: N SHA-256 in hex, of the encoded bytes (of shape and pixels for arrays); empty
            where the bytes cannot be read.
        bad: the reason, by index, why a picture is left out.
    """

    sizes: NDArray[np.int32]
    channels: NDArray[np.int8]
    digests: list[str]
    bad: dict[int, str] = field(default_factory=dict)

    @property
    def readable(self) -> NDArray[np.bool_]:
        """(N,) whether each picture is not bad."""
        good = np.ones(len(self.digests), bool)
        good[list(self.bad)] = False
        return good

    def bad_pictures(self, source: Source) -> list[BadPicture]:
        """Name the bad pictures, in the order of the source."""
        return [BadPicture(source.paths[index], self.bad[index]) for index in sorted(self.bad)]


def make_survey(
    source: Source,
    limits: Limits = Limits(),  # noqa: B008 frozen
    workers: int | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Survey:
    """Read every picture's bytes once, and no more of it than its header.

    Pictures that were looked at before and have not changed since are not read again (see
    `resnets.data.cache`). Bad ones are: what is wrong with them may lie outside of them.

    Args:
        source: of N pictures.
        limits: what a picture may be at most.
        workers: threads; None for one a core.
        progress: called with (done, total) now and then, counting those that are read.
    """
    count = len(source)
    memory = _memory(source, limits)
    sizes, channels = np.zeros((count, 2), np.int32), np.zeros(count, np.int8)
    digests, bad = _unpacked(memory), {}
    if memory.columns:
        sizes, channels = memory.columns["sizes"], memory.columns["channels"]
    unknown = np.flatnonzero(~memory.known).tolist()

    def look(index: int) -> tuple[str, tuple[int, int, int] | str]:
        digest = ""
        try:
            data = source.read(index, limits.bytes)
            digest = digest_of(data)
            seen = header(data, source.paths[index], limits)
        except PictureError as error:
            return digest, error.what
        return digest, (seen.height, seen.width, seen.channels)

    with QUIET:
        found = spread(look, unknown, workers=workers, progress=progress)
        for index, (digest, facts) in zip(unknown, found, strict=True):
            digests[index] = digest
            if isinstance(facts, str):
                bad[index] = facts
            else:
                sizes[index], channels[index] = facts[:2], facts[2]
    survey = Survey(sizes, channels, digests, bad)
    memory.keep(
        {"sizes": sizes, "channels": channels, "digests": _packed(digests)}, survey.readable
    )
    return survey


def known_digests(source: Source) -> list[str]:
    """Recall the digests of pictures that a survey has read and that have not changed since.

    Returns:
        N SHA-256 in hex; empty where a picture has to be read.
    """
    return _unpacked(_memory(source, Limits()))


def _memory(source: Source, limits: Limits) -> Memory:
    # Pillow is what reads the headers: another version may see something else in them.
    question = {"of": "survey", "limits": limits.to_json(), "pillow": PIL.__version__}
    return Memory(source, question)


def _unpacked(memory: Memory) -> list[str]:
    digests = [""] * len(memory.known)
    if memory.columns:
        text = memory.columns["digests"].tobytes().hex()
        for index in np.flatnonzero(memory.known).tolist():
            digests[index] = text[64 * index : 64 * (index + 1)]
    return digests


def _packed(digests: Sequence[str]) -> NDArray[np.uint8]:
    whole = bytes.fromhex("".join(digest or "0" * 64 for digest in digests))
    return np.frombuffer(whole, np.uint8).reshape(-1, 32)


def digest_of(data: bytes | NDArray[np.uint8]) -> str:
    """Hash a picture's content: SHA-256 in hex of its bytes, or of an array's shape and pixels."""
    if isinstance(data, bytes):
        return hashlib.sha256(data).hexdigest()
    shape = f"{data.shape}".encode()
    return hashlib.sha256(shape + np.ascontiguousarray(data).tobytes()).hexdigest()


def copies(digests: Sequence[str], indices: Sequence[int] | NDArray[np.int64]) -> list[list[int]]:
    """Find the groups of byte-equal pictures.

    Args:
        digests: as in `Survey`.
        indices: where to look; pictures without a digest are passed over.

    Returns:
        Groups of two or more indices, in the order of their first picture.
    """
    groups: dict[str, list[int]] = {}
    for index in indices:
        if digests[index]:
            groups.setdefault(digests[index], []).append(int(index))
    return [group for group in groups.values() if len(group) > 1]
