"""Pictures within memory and disk, and batches that depend on seed, epoch and step alone."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from resnets.data import Augment, Batches, Pictures, Preprocess, open_source, prepare_picture
from resnets.data import batches as module
from resnets.errors import PictureError, UsageError

SPEC = Preprocess(16, 16)
BYTES = 16 * 16 * 3
EVERYTHING = Augment(flip=True, pad_crop=0.125, cutout=0.25)


@pytest.fixture
def folder(fill: Callable[..., Path]) -> Path:
    return fill({f"{'ab'[i % 2]}/{i:03}": i for i in range(40)})


def expected(folder: Path) -> np.ndarray:
    source = open_source(folder)
    return np.stack(
        [prepare_picture(source.read(index), SPEC, "a") for index in range(len(source))]
    )


@pytest.mark.parametrize(
    ("memory", "kept"), ((None, 40), (40 * BYTES, 40), (10 * BYTES + 5, 10), (0, 0))
)
def test_pictures_stay_within_their_memory(memory: int | None, kept: int, folder: Path) -> None:
    pictures = Pictures(open_source(folder), np.arange(40), SPEC, memory=memory)
    assert pictures.kept == kept
    assert pictures.nbytes <= (memory if memory is not None else 40 * BYTES)
    assert pictures.kept + pictures.spilled == 40
    assert len(pictures) == 40
    assert pictures.shape == (16, 16, 3)
    truth, positions = expected(folder), np.asarray([39, 0, 5, 12, 12, 38])
    assert (pictures.get(positions) == truth[positions]).all()
    assert (pictures.get(np.arange(40)) == truth).all()


@pytest.mark.parametrize(("disk", "spilled"), ((None, 30), (7 * BYTES, 7), (BYTES - 1, 0), (0, 0)))
def test_what_memory_has_no_room_for_lies_on_the_disk_and_the_rest_is_decoded_anew(
    disk: int | None, spilled: int, folder: Path
) -> None:
    pictures = Pictures(open_source(folder), np.arange(40), SPEC, memory=10 * BYTES, disk=disk)
    assert (pictures.kept, pictures.spilled) == (10, spilled)
    truth, read = expected(folder), []
    pictures._read = lambda index: read.append(index) or truth[index]  # type: ignore[method-assign,func-returns-value]
    assert (pictures.get(np.arange(39, -1, -1)) == truth[::-1]).all()
    assert sorted(read) == list(range(10 + spilled, 40))


def test_a_disk_that_fails_at_any_picture_changes_none(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    truth, write = expected(folder), os.pwrite
    for whole in (0, 1, 17, 29):
        writes = iter(range(40))

        def failing(number: int, data: Any, place: int) -> int:
            if next(writes) == whole:  # noqa: B023
                raise OSError(errno.ENOSPC, "No space left on device")
            return write(number, data, place)

        monkeypatch.setattr(os, "pwrite", failing)
        pictures = Pictures(open_source(folder), np.arange(40), SPEC, memory=10 * BYTES)
        assert (pictures.kept, pictures.spilled) == (10, 0)
        assert (pictures.get(np.arange(40)) == truth).all()


def test_what_the_disk_lost_is_decoded_anew(folder: Path) -> None:
    pictures = Pictures(open_source(folder), np.arange(40), SPEC, memory=10 * BYTES)
    file = pictures._spill._file
    assert file is not None
    os.pwrite(file, bytes(3 * BYTES), 5 * BYTES)  # pages that never reached it, say
    os.ftruncate(file, 20 * BYTES)
    assert (pictures.get(np.arange(40)) == expected(folder)).all()


def test_what_is_given_out_is_a_copy(folder: Path) -> None:
    pictures = Pictures(open_source(folder), np.arange(40), SPEC)
    pictures.get([3])[:] = 0
    assert (pictures.get([3]) == expected(folder)[[3]]).all()


def test_the_default_budget_is_asked_for(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "budget", lambda: 7 * BYTES)
    assert Pictures(open_source(folder), np.arange(40), SPEC).kept == 7


@pytest.mark.parametrize("disk", (None, 0, BYTES))
@pytest.mark.parametrize("memory", (None, 0, BYTES))
def test_pictures_that_cannot_be_decoded_are_left_out(
    memory: int | None, disk: int | None, fill: Callable[..., Path], encode: Any, picture: Any
) -> None:
    cut = encode(picture(3, 40, 40))[:2000]
    root = fill({"a/1": 1, "a/2": cut, "b/1": 2, "b/2": b"text", "b/3": 3})
    source = open_source(root)
    pictures = Pictures(source, np.arange(5), SPEC, memory=memory, disk=disk)
    assert pictures.indices.tolist() == [0, 2, 4]
    assert set(pictures.bad) == {1, 3}
    assert "cannot be decoded" in pictures.bad[1]
    assert pictures.bad[3] == "this is text, not a picture"
    for position, index in enumerate((0, 2, 4)):
        truth = prepare_picture(source.read(index), SPEC, "a")
        assert (pictures.get([position])[0] == truth).all()


def test_a_picture_that_vanishes_is_named_and_never_swapped(folder: Path) -> None:
    pictures = Pictures(open_source(folder), np.arange(40), SPEC, memory=0, disk=0)
    (folder / "a" / "004").unlink()
    with pytest.raises(PictureError, match="No such file") as caught:
        pictures.get(np.arange(40))
    assert caught.value.received == "a/004"


def batches(pictures: Pictures, **changes: Any) -> Batches:
    labels = np.arange(len(pictures)) % 7
    options: dict[str, Any] = {
        "batch": 8,
        "seed": 3,
        "augment": EVERYTHING,
        "shuffle": True,
        "drop_last": True,
    }
    return Batches(pictures, labels, **{**options, **changes})


def test_a_jump_equals_the_undisturbed_rest_whatever_the_workers_memory_and_disk(
    folder: Path,
) -> None:
    source = open_source(folder)
    steady = batches(Pictures(source, np.arange(40), SPEC, workers=1))
    walk = [steady.batch(epoch, step) for epoch in range(3) for step in range(5)]
    kept, spilled, mixed = (None, 0), (0, None), (9 * BYTES, 16 * BYTES)
    for workers, (memory, disk) in product((1, 3, 4), (kept, spilled, (0, 0), mixed)):
        some = Pictures(source, np.arange(40), SPEC, memory=memory, disk=disk, workers=workers)
        jumper = batches(some)
        places = [(2, 4), (0, 1), (1, 3), (2, 0)]
        with ThreadPoolExecutor(workers) as pool:
            found = list(pool.map(jumper.batch, *zip(*places, strict=True)))
        for (epoch, step), (pictures, labels) in zip(places, found, strict=True):
            assert (pictures == walk[epoch * 5 + step][0]).all()
            assert (labels == walk[epoch * 5 + step][1]).all()


def test_an_epoch_shows_every_picture_once(folder: Path) -> None:
    pictures = Pictures(open_source(folder), np.arange(40), SPEC)
    made = batches(pictures)
    orders = [
        np.concatenate([made.ids(epoch, step) for step in range(made.steps)]) for epoch in (0, 1)
    ]
    for order in orders:
        assert sorted(order.tolist()) == list(range(40))
    assert (orders[0] != orders[1]).any()
    other = batches(pictures, seed=4)
    assert (other.ids(0, 0) != made.ids(0, 0)).any()


def test_labels_go_with_their_pictures(folder: Path) -> None:
    made = batches(Pictures(open_source(folder), np.arange(40), SPEC), augment=None)
    truth = expected(folder)
    for step in range(made.steps):
        pictures, labels = made.batch(1, step)
        ids = made.ids(1, step)
        assert (pictures == truth[ids]).all()
        assert labels.tolist() == (ids % 7).tolist()
        assert (pictures.dtype, labels.dtype) == (np.uint8, np.int32)


def test_the_last_incomplete_batch(folder: Path) -> None:
    pictures = Pictures(open_source(folder), np.arange(21), SPEC)
    assert batches(pictures).steps == 2
    whole = batches(pictures, drop_last=False, shuffle=False)
    assert (whole.steps, whole.batch_size, whole.pictures) == (3, 8, 21)
    assert whole.ids(5, 2).tolist() == [16, 17, 18, 19, 20]
    assert whole.batch(0, 2)[0].shape == (5, 16, 16, 3)


@pytest.mark.parametrize(
    ("changes", "what", "received"),
    (
        ({"batch": 0}, "the batch is out of range for 40 pictures", 0),
        ({"batch": -3}, "the batch is out of range for 40 pictures", -3),
        ({"batch": 41}, "the batch is out of range for 40 pictures", 41),
    ),
)
def test_batches_out_of_range(
    changes: dict[str, Any], what: str, received: Any, folder: Path
) -> None:
    pictures = Pictures(open_source(folder), np.arange(40), SPEC)
    with pytest.raises(UsageError, match=what) as caught:
        batches(pictures, **changes)
    assert caught.value.received == received
    assert caught.value.hint == "give 1 to 40"
    assert batches(pictures, batch=64, drop_last=False).steps == 1


def test_steps_and_labels_that_are_not_there(folder: Path) -> None:
    pictures = Pictures(open_source(folder), np.arange(40), SPEC)
    made = batches(pictures)
    for epoch, step in ((0, 5), (0, -1), (-1, 0)):
        with pytest.raises(UsageError, match="no such step in epochs of 5 steps") as caught:
            made.batch(epoch, step)
        assert caught.value.received == f"epoch {epoch}, step {step}"
    with pytest.raises(UsageError, match="labels for other pictures than the 40") as caught:
        Batches(pictures, [1, 2], batch=2, shuffle=False, drop_last=False)
    assert caught.value.received == "2 labels"
    assert "pictures.indices" in caught.value.hint


def test_the_sides_of_a_batch_are_a_function_of_the_step(folder: Path) -> None:
    source = open_source(folder)
    pictures = Pictures(source, np.arange(40), SPEC)
    grown = {"batch": 10, "seed": 3, "augment": EVERYTHING, "shuffle": True, "drop_last": True}
    small = Batches(
        pictures, source.labels, sides=lambda step: (8, 12) if step < 5 else (16, 16), **grown
    )
    whole = Batches(pictures, source.labels, **grown)
    assert small.batch(0, 3)[0].shape == small.batch(1, 0)[0].shape == (10, 8, 12, 3)
    assert (small.batch(1, 1)[0] == whole.batch(1, 1)[0]).all()
    assert (small.batch(0, 3)[1] == whole.batch(0, 3)[1]).all()
    # Four levels become one: of a batch halved both ways the mean hardly moves.
    assert abs(small.batch(0, 3)[0].mean() - whole.batch(0, 3)[0].mean()) < 1.0
