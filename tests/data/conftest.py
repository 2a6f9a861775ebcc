"""Small pictures and folders of them, made anew for every test."""

from __future__ import annotations

import io
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from resnets.data import spill

Encode = Callable[..., bytes]


@pytest.fixture(autouse=True)
def cache(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A cache folder of the test's own, on whatever kind of file system it lies."""
    folder = tmp_path_factory.mktemp("cache")
    monkeypatch.setenv("XDG_CACHE_HOME", str(folder))
    monkeypatch.setattr(spill, "file_system", lambda _: "ext4")
    return folder


def encoded(pixels: Any, kind: str = "PNG", **options: Any) -> bytes:
    """The file that Pillow writes of an array or a picture."""
    image = pixels if isinstance(pixels, Image.Image) else Image.fromarray(pixels)
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


def noise(number: int, height: int = 12, width: int = 12, channels: int = 3) -> np.ndarray:
    """Pixels that differ for every number."""
    shape = (height, width, channels) if channels > 1 else (height, width)
    return np.random.default_rng(number).integers(0, 256, shape, dtype=np.uint8)


@pytest.fixture
def encode() -> Encode:
    return encoded


@pytest.fixture
def picture() -> Callable[..., np.ndarray]:
    return noise


@pytest.fixture
def fill(tmp_path: Path) -> Callable[..., Path]:
    """Write files below a folder: bytes as they are, a number as the picture of that number."""

    def write(files: Mapping[str, bytes | int], folder: str = "pictures") -> Path:
        root = tmp_path / folder
        root.mkdir(exist_ok=True)
        for path, content in files.items():
            place = root / path
            place.parent.mkdir(parents=True, exist_ok=True)
            data = encoded(noise(content)) if isinstance(content, int) else content
            place.write_bytes(data)
        return root

    return write
