"""The front door: the dozen names of the walk, each loaded from its room when first used."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

from resnets import engine

if TYPE_CHECKING:
    from resnets.data import Augment as Augment
    from resnets.data import Preprocess as Preprocess
    from resnets.data import open_source as open_source
    from resnets.durations import Duration as Duration
    from resnets.models import NetSpec as NetSpec
    from resnets.models import build as build
    from resnets.training import Recipe as Recipe
    from resnets.training import Run as Run
    from resnets.training import Run as load
    from resnets.training import import_weights as import_weights
    from resnets.training import resume as resume
    from resnets.training import train as train

    __version__: str

__all__ = [
    "Augment",
    "Duration",
    "NetSpec",
    "Preprocess",
    "Recipe",
    "Run",
    "__version__",
    "build",
    "import_weights",
    "load",
    "open_source",
    "resume",
    "train",
]

# Each name, the room it lives in, and what it is called there.
_PLACES = {
    "Augment": ("data", "Augment"),
    "Duration": ("durations", "Duration"),
    "NetSpec": ("models", "NetSpec"),
    "Preprocess": ("data", "Preprocess"),
    "Recipe": ("training", "Recipe"),
    "Run": ("training", "Run"),
    "build": ("models", "build"),
    "import_weights": ("training", "import_weights"),
    "load": ("training", "Run"),
    "open_source": ("data", "open_source"),
    "resume": ("training", "resume"),
    "train": ("training", "train"),
}

# Without an engine these could only fail, and would do so with Keras's words instead of ours.
_NEED_ENGINE = frozenset({"Run", "build", "load", "resume", "train"})

# TensorFlow reads its switch once, when it is loaded, so this comes before any Keras.
engine.switch_on_onednn()


def __getattr__(name: str) -> Any:
    if name == "__version__":
        from importlib.metadata import version

        return version("resnets")
    if name not in _PLACES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    if name in _NEED_ENGINE:
        engine.require()
    room, there = _PLACES[name]
    return getattr(importlib.import_module(f"{__name__}.{room}"), there)


def __dir__() -> list[str]:
    return sorted(__all__)
