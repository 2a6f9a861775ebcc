"""Loaders: JPEGs from a folder to augmented batches of uint8; ours, `tf.data`, `DataLoader`."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from resnets.benchmarks.task import Task, Work
from resnets.data import Augment, Batches, Feed, Pictures, Preprocess, open_source

SCALE = (0.25, 1.0)  # of the area that a crop keeps


def prepare(task: Task) -> Work:
    """Give one batch of (N, H, W, 3) uint8, from a loader that never ends."""
    loaders = {"resnets": _ours, "tf.data": _tf_data, "DataLoader": _data_loader}
    batches = loaders[task.peer](task)

    def work() -> int:
        return len(next(batches))

    return work


def _ours(task: Task) -> Iterator[Any]:
    """Threads with Pillow, which decode every time or keep the prepared pictures in memory."""
    source = open_source(task.pictures)
    shape = Preprocess(task.size, task.size)
    memory = 0 if task.variant == "decoding" else None
    pictures = Pictures(source, np.arange(len(source)), shape, memory=memory)
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
        box = tf.constant([0.0, 0.0, 1.0, 1.0], shape=(1, 1, 4))
        begin, size, _ = tf.image.sample_distorted_bounding_box(
            tf.image.extract_jpeg_shape(data), box, area_range=SCALE
        )
        window = tf.concat([begin[:2], size[:2]], 0)
        picture = tf.image.decode_and_crop_jpeg(data, window, channels=3)
        picture = tf.image.resize(picture, (task.size, task.size), antialias=True)
        return tf.cast(tf.image.random_flip_left_right(picture), tf.uint8)

    paths = [str(path) for path in Path(task.pictures).glob("*/*.jpg")]
    made = tf.data.Dataset.from_tensor_slices(paths).shuffle(len(paths)).repeat()
    made = made.map(load, tf.data.AUTOTUNE, deterministic=False).batch(task.batch, True)
    return iter(made.prefetch(tf.data.AUTOTUNE).as_numpy_iterator())


class _Folder:
    """A map-style dataset for `DataLoader`, with Pillow."""

    def __init__(self, task: Task) -> None:
        self.paths = sorted(Path(task.pictures).glob("*/*.jpg"))
        self.size = task.size

    def __len__(self) -> int:
        return len(self.paths)

    def __getitem__(self, index: int) -> np.ndarray:
        import torch
        from PIL import Image

        draw = torch.rand(5).tolist()
        picture = Image.open(io.BytesIO(self.paths[index].read_bytes())).convert("RGB")
        share = (SCALE[0] + draw[0] * (SCALE[1] - SCALE[0])) ** 0.5
        ratio = (3 / 4 + draw[1] * (4 / 3 - 3 / 4)) ** 0.5
        width = min(picture.width, picture.width * share * ratio)
        height = min(picture.height, picture.height * share / ratio)
        left, top = draw[2] * (picture.width - width), draw[3] * (picture.height - height)
        box = (left, top, left + width, top + height)
        picture = picture.resize((self.size, self.size), Image.Resampling.BILINEAR, box)
        if draw[4] < 0.5:
            picture = picture.transpose(Image.Transpose.FLIP_LEFT_RIGHT)
        return np.asarray(picture)


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
