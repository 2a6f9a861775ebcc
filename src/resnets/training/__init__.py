"""Training room: recipes, the plan, the trainer, evaluation and answers; Keras loads when used."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from resnets.training.imported import import_weights as import_weights
    from resnets.training.recipes import RECIPES as RECIPES
    from resnets.training.recipes import Recipe as Recipe
    from resnets.training.run import Run as Run
    from resnets.training.run import load as load
    from resnets.training.session import resume as resume
    from resnets.training.session import train as train

_PLACES = {
    "RECIPES": "recipes",
    "Recipe": "recipes",
    "Run": "run",
    "import_weights": "imported",
    "load": "run",
    "resume": "session",
    "train": "session",
}

__all__ = ["RECIPES", "Recipe", "Run", "import_weights", "load", "resume", "train"]


def __getattr__(name: str) -> Any:
    if name not in _PLACES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(importlib.import_module(f"{__name__}.{_PLACES[name]}"), name)
