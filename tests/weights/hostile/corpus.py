"""Make the hostile corpus: python corpus.py FOLDER READER [SOURCE...].

The files go to FOLDER/files, what is to be known of them to FOLDER/items.jsonl, for `guard.py`. It
is a process of its own, so that what the making takes is not counted as what the reading takes.
"""

from __future__ import annotations

import json
import os
import sys
from itertools import chain
from pathlib import Path

FOLDER = Path(sys.argv[1]).resolve()
CANARY, SECRET = FOLDER / "watched" / "canary", FOLDER / "watched" / "secret"
os.environ["HOSTILE_CANARY"], os.environ["HOSTILE_SECRET"] = str(CANARY), str(SECRET)

import any_files  # noqa: E402 - the paths above have to be known first
import hdf5_files  # noqa: E402
import keras_files  # noqa: E402
import readers  # noqa: E402
import safetensors_files  # noqa: E402
import torch_files  # noqa: E402
from items import Item, place  # noqa: E402

SOURCES = {
    "torch": torch_files,
    "hdf5": hdf5_files,
    "keras": keras_files,
    "safetensors": safetensors_files,
    "any": any_files,
}


def main() -> None:
    """Make the files that the reader is for, one after the other."""
    _, chosen = readers.READERS[sys.argv[2]]
    files, sound = FOLDER / "files", FOLDER / "sound"
    for folder in (files, sound, SECRET.parent):
        folder.mkdir()
    SECRET.write_bytes(b"secret" * 100)
    (files / "linked.safetensors").symlink_to(SECRET)
    corpus = chain.from_iterable(SOURCES[name].items() for name in sys.argv[3:] or SOURCES)
    with (FOLDER / "items.jsonl").open("w", encoding="utf-8") as items:
        for number, item in enumerate(corpus):
            if chosen(item):
                path = place(item, files, number)
                said = {**vars(item), "data": None, "path": str(path)}
                items.write(json.dumps(said) + "\n")
    for number, (ending, data) in enumerate(any_files.sound_files().items()):
        place(Item("", f"sound.{ending}", data), sound, number)


if __name__ == "__main__":
    main()
