"""Loaders: JPEGs from a folder to augmented batches of uint8; ours and those of three libraries."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from resnets.benchmarks.task import Task, Work
from resnets.data import Augment, Batches, Feed, Pictures, Preprocess, open_source
from resnets.data.workers import worker_count

SCALE = (0.25, 1.0)  # of the area that a crop keeps
ROOM = {"decoding": (0, 0), "on the disk": (0, None), "in memory": (None, 0)}  # memory and disk


def prepare(task: Task) -> Work:
    """Give an epoch's batches of (N, H, W, 3) uint8, from a loader that never ends.

    Threads and processes that make a batch each end together, so that single batches come in
    bursts: only many of them tell the speed. The first epochs, which do not count, fill caches.
    """
    loaders = {
        "resnets": _ours,
        "tf.data": _tf_data,
        "tf.data with cache": _tf_data_with_cache,
        "DataLoader": _data_loader,
        "Grain": _grain,
    }
    batches = loaders[task.peer](task)
    epoch = max(1, len(_paths(task)) // task.batch)

    def work() -> int:
        return sum(len(next(batches)) for _ in range(epoch))

    return work


def _paths(task: Task) -> list[str]:
    return sorted(str(path) for path in Path(task.pictures).glob("*/*.jpg"))


def _ours(task: Task) -> Iterator[Any]:
    """Threads with Pillow, which decode every time, or read what they have prepared once."""
    source = open_source(task.pictures)
    shape = Preprocess(task.size, task.size)
    memory, disk = ROOM[task.variant]
    pictures = Pictures(source, np.arange(len(source)), shape, memory=memory, disk=disk)
    augment = Augment(flip=True, scale_crop=SCALE)
    batches = Batches(
        pictures, source.labels, batch=task.batch, augment=augment, shuffle=True, drop_last=True
    )
    return (pixels for _, _, pixels, _ in Feed(batches))


def _tf_data(task: Task) -> Iterator[Any]:
    """Crop while decoding, resize, mirror; as many threads as `tf.data` likes."""
    import tensorflow as tf

    def load(path: Any) -> Any:
        data = tf.io.read_file(path)
        begin, size = _window(tf.image.extract_jpeg_shape(data))
        window = tf.concat([begin[:2], size[:2]], 0)
        return _finished(tf.image.decode_and_crop_jpeg(data, window, channels=3), task.size)

    paths = _paths(task)
    made = tf.data.Dataset.from_tensor_slices(paths).shuffle(len(paths)).repeat()
    return _batched(made.map(load, tf.data.AUTOTUNE, deterministic=False), task)


def _tf_data_with_cache(task: Task) -> Iterator[Any]:
    """Prepare every picture once, as ours does; then crop, resize, mirror what memory keeps."""
    import tensorflow as tf

    def load(path: Any) -> Any:
        picture = tf.image.decode_jpeg(tf.io.read_file(path), channels=3)
        shape = tf.shape(picture)
        side = tf.minimum(shape[0], shape[1])
        square = tf.image.resize_with_crop_or_pad(picture, side, side)
        small = tf.image.resize(square, (task.size, task.size), antialias=True)
        return tf.cast(tf.round(small), tf.uint8)

    def change(picture: Any) -> Any:
        begin, size = _window(tf.shape(picture))
        return _finished(tf.slice(picture, begin, size), task.size)

    paths = _paths(task)
    kept = tf.data.Dataset.from_tensor_slices(paths).map(load, tf.data.AUTOTUNE).cache()
    made = kept.shuffle(len(paths)).repeat()
    return _batched(made.map(change, tf.data.AUTOTUNE, deterministic=False), task)


def _window(shape: Any) -> tuple[Any, Any]:
    """Draw a crop's begin and size, each (3,), for TensorFlow."""
    import tensorflow as tf

    box = tf.constant([0.0, 0.0, 1.0, 1.0], shape=(1, 1, 4))
    begin, size, _ = tf.image.sample_distorted_bounding_box(shape, box, area_range=SCALE)
    return begin, size


def _finished(picture: Any, side: int) -> Any:
    """Resize and mirror with TensorFlow."""
    import tensorflow as tf

    picture = tf.image.resize(picture, (side, side), antialias=True)
    return tf.cast(tf.image.random_flip_left_right(picture), tf.uint8)


def _batched(made: Any, task: Task) -> Iterator[Any]:
    import tensorflow as tf

    made = made.batch(task.batch, drop_remainder=True).prefetch(tf.data.AUTOTUNE)
    return iter(made.as_numpy_iterator())


def _cropped(path: str, side: int, draw: Sequence[float]) -> np.ndarray:
    """Decode with Pillow, crop, resize, mirror, by five numbers from 0 to 1."""
    picture = Image.open(io.BytesIO(Path(path).read_bytes())).convert("RGB")
    share = (SCALE[0] + draw[0] * (SCALE[1] - SCALE[0])) ** 0.5
    ratio = (3 / 4 + draw[1] * (4 / 3 - 3 / 4)) ** 0.5
    width = min(picture.width, picture.width * share * ratio)
    height = min(picture.height, picture.height * share / ratio)
    left, top = draw[2] * (picture.width - width), draw[3] * (picture.height - height)
    box = (left, top, left + width, top + height)
    picture = picture.resize((side, side), Image.Resampling.BILINEAR, box)
    if draw[4] < 0.5:
        picture = picture.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
    return np.asarray(picture)


class _Folder:
    """A map-style dataset for `DataLoader`."""

    def __init__(self, task: Task) -> None:
        self.paths = _paths(task)
        self.size = task.size

    def __len__(self) -> int:
        return len(self.paths)

    def __getitem__(self, index: int) -> np.ndarray:
        import torch

        draw = torch.rand(5).tolist()
        return _cropped(self.paths[index], self.size, draw).copy()  # PyTorch wants to write to it


def _data_loader(task: Task) -> Iterator[Any]:
    """Worker processes, one a core, kept from epoch to epoch."""
    import torch

    loader = torch.utils.data.DataLoader(
        _Folder(task),
        batch_size=task.batch,
        shuffle=True,
        num_workers=max(2, torch.get_num_threads()),
        drop_last=True,
        persistent_workers=True,
    )
    while True:
        yield from loader


def _grain(task: Task) -> Iterator[Any]:
    """Grain's threads, which decode with Pillow, or its processes of one thread each."""
    import grain

    def load(path: str, generator: np.random.Generator) -> np.ndarray:
        return _cropped(path, task.size, generator.random(5).tolist())

    cores = worker_count()
    made = grain.MapDataset.source(_paths(task)).seed(0).shuffle().repeat().random_map(load)
    threads = cores if task.variant == "threads" else 1
    reading = grain.ReadOptions(num_threads=threads, prefetch_buffer_size=4 * task.batch)
    made = made.to_iter_dataset(reading).batch(task.batch, drop_remainder=True)
    if task.variant == "processes":
        made = made.mp_prefetch(grain.MultiprocessingOptions(num_workers=cores))
    return iter(made)
