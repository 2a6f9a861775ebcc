"""Which engine computes: found, chosen and named without loading it."""

from __future__ import annotations

import contextlib
import importlib.metadata
import importlib.util
import json
import os
import sys
from collections.abc import Iterator
from pathlib import Path

from resnets import catalog
from resnets.errors import EngineError

# The engine, the module that has to be there, and the extra that brings it; best first.
ENGINES = {
    "tensorflow": ("tensorflow", "cpu"),
    "torch": ("torch", "torch"),
    "jax": ("jax", "jax"),
}


# TensorFlow reads its switch when it is loaded: if it was there before us, it has chosen alone.
_TENSORFLOW_CAME_FIRST = "tensorflow" in sys.modules and "TF_ENABLE_ONEDNN_OPTS" not in os.environ


def switch_on_onednn() -> None:
    """Ask TensorFlow for its oneDNN kernels, unless the user has already decided.

    TensorFlow leaves them off on processors without AVX-512 VNNI, where a residual net then
    trains at half to a third of its speed. It reads the variable once, when it is loaded.
    """
    os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "1")


def installed() -> list[str]:
    """List the engines that are installed, best first, without importing any."""
    return [name for name, (module, _) in ENGINES.items() if importlib.util.find_spec(module)]


def configured() -> str:
    """Name the engine that Keras would load: its environment variable, its file, its default."""
    if "KERAS_BACKEND" in os.environ:
        return os.environ["KERAS_BACKEND"]
    home = Path(os.environ.get("KERAS_HOME", Path.home() / ".keras"))
    try:
        return str(json.loads((home / "keras.json").read_text())["backend"])
    except (OSError, ValueError, KeyError, TypeError):
        return "tensorflow"


def require() -> str:
    """Make sure that an engine is there and chosen, before Keras is imported.

    Without KERAS_BACKEND the engine is the configured one, or, where that is not installed, the
    first that is.

    Returns:
        The engine's name: tensorflow, torch or jax.

    Raises:
        UnknownNameError: KERAS_BACKEND names no engine that we know.
        EngineError: no engine, or not the one asked for, is installed.
    """
    if "keras" in sys.modules:
        return str(sys.modules["keras"].backend.backend())
    asked = configured()
    module, extra = catalog.look_up(ENGINES, asked, "engine (KERAS_BACKEND)")
    present = installed()
    if importlib.util.find_spec(module) is None:
        if "KERAS_BACKEND" in os.environ or not present:
            raise EngineError(
                "no engine to compute with is installed"
                if not present
                else f"the engine {asked} is not installed",
                received=asked,
                hint=f'install it with: pip install "resnets[{extra}]"',
            )
        asked = present[0]
    os.environ["KERAS_BACKEND"] = asked
    return asked


@contextlib.contextmanager
def quietly() -> Iterator[None]:
    """While an engine is loaded here, keep what its C++ greets the world with off stderr.

    TensorFlow prints four lines before any setting of its logging counts. Errors are exceptions
    and pass. Whoever has set TF_CPP_MIN_LOG_LEVEL hears everything.
    """
    if "keras" in sys.modules or "TF_CPP_MIN_LOG_LEVEL" in os.environ:
        yield
        return
    os.environ["TF_CPP_MIN_LOG_LEVEL"] = "2"
    sys.stderr.flush()
    kept, nowhere = os.dup(2), os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 2)
    try:
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        os.close(nowhere)


def version(name: str) -> str:
    """Tell the version of an installed engine, or an empty text."""
    for distribution in (name, f"{name}-cpu", f"{name}-intel"):
        try:
            return importlib.metadata.version(distribution)
        except importlib.metadata.PackageNotFoundError:
            continue
    return ""


def warnings() -> list[str]:
    """Say what about the engine costs speed without a word from anyone else."""
    found = []
    if _TENSORFLOW_CAME_FIRST:
        found.append(
            "TensorFlow was imported before resnets, so oneDNN is as TensorFlow chose: off on "
            "CPUs without AVX-512 VNNI; hint: import resnets first"
        )
    if os.environ.get("TF_ENABLE_ONEDNN_OPTS") == "0":
        found.append(
            "TF_ENABLE_ONEDNN_OPTS=0 leaves oneDNN off, which costs a residual net half its speed "
            "or more; hint: unset it"
        )
    return found
