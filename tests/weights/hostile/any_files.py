"""What goes for every container, kinds A65 to A68: no files, other files, files that change."""

from __future__ import annotations

from collections.abc import Iterator

import hdf5_files
import keras_files
import safetensors_files
import torch_files
from items import Item
from zip_maker import archive

ENDINGS = ("safetensors", "pth", "th", "h5", "weights.h5", "keras")

TEXTS = {
    "lfs": b"version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 12345\n",
    "page": b"<!DOCTYPE html>\n<html><body>404: not found</body></html>",
    "text": b"The weights are at another address now.\n",
    "json": b'{"error": "not found"}',
    "zeros": bytes(4096),
    "noise": bytes(range(128, 256)) * 8,
    "byte": b"\x80",
}


def sound_files() -> dict[str, bytes]:
    """One sound file of each container, by ending."""
    return {
        "safetensors": safetensors_files.sound(),
        **torch_files.sound_files(),
        "h5": hdf5_files.made(hdf5_files.nothing),
        "keras": archive(keras_files.sound_parts()),
    }


def items() -> Iterator[Item]:
    """All of them."""
    for ending in ENDINGS:
        yield Item("A65", f"empty.{ending}")
        yield Item("A66", f"folder.{ending}", special="folder")
        yield Item("A66", f"pipe.{ending}", special="pipe")
        yield Item("A66", f"socket.{ending}", special="socket")
        yield Item("A66", f"missing.{ending}", special="missing")
        for called, data in TEXTS.items():
            yield Item("A67", f"{called}.{ending}", data)
        for other, data in sound_files().items():
            if other != ending:  # what a file is, its content says
                yield Item("A67", f"{other}-as.{ending}", data, "read")
    for device in ("/dev/zero", "/dev/null", "/dev/urandom"):
        yield Item("A66", device.replace("/", "-"), device.encode(), special="device")
    for ending, data in sound_files().items():
        parsed = ending in ("h5", "keras")  # read whole before anybody could change them
        for change in ("shorter", "longer", "other"):
            verdict = "read" if parsed else "refused"
            yield Item("A68", f"{change}.{ending}", data, verdict, special=f"change-{change}")
