"""Who is measured beside whom, for which job, and what has to be installed for it."""

from __future__ import annotations

import importlib.util
import os
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from resnets.engine import ENGINES

OURS = "resnets"
STOCK = "stock Keras"
BARE = "bare step"
PEAK = "matrix peak"
WITHOUT = "RESNETS_BENCHMARK_WITHOUT"  # names a variable that the worker takes away again


@dataclass(frozen=True)
class Peer:
    """One contestant: code that does a job, in a process of its own.

    Args:
        name: in tables and messages; those of one name are variants, and the fastest counts.
        variant: what tells them apart, such as an engine or a mode.
        jobs: `train`, `whole`, `infer`, `load`, `start`.
        code: the module below `resnets.benchmarks` that does it.
        needs: modules that have to be installed.
        install: what to install them with.
        variables: of its environment.
        half: it also computes in bfloat16, where the processor does.
    """

    name: str
    variant: str
    jobs: tuple[str, ...]
    code: str
    needs: tuple[str, ...]
    install: str
    variables: tuple[tuple[str, str], ...] = ()
    half: bool = True

    @property
    def python(self) -> str | None:
        """The Python that has what it needs: this one, or the one that a variable names.

        An environment of another engine is named by `RESNETS_TORCH_PYTHON`, `RESNETS_JAX_PYTHON`
        or `RESNETS_TENSORFLOW_PYTHON`, after the first module that the peer needs.
        """
        if all(importlib.util.find_spec(module) for module in self.needs):
            return sys.executable
        other = os.environ.get(f"RESNETS_{self.needs[0].upper()}_PYTHON")
        return other if other and os.path.exists(other) else None


def _keras(name: str, jobs: tuple[str, ...], code: str, engine: str) -> Peer:
    module, extra = ENGINES[engine]
    variables = [("KERAS_BACKEND", engine)]
    if name == STOCK:  # as it comes: without the switch that `import resnets` sets
        variables.append((WITHOUT, "TF_ENABLE_ONEDNN_OPTS"))
    return Peer(
        name,
        engine,
        jobs,
        code,
        (module,),
        f'pip install "resnets[{extra}]"',
        tuple(variables),
    )


_CPU = 'pip install "resnets[cpu]"'
_TORCH = 'pip install "resnets[torch]"'
_PEERS = 'pip install "resnets[peers]"'
PEERS: Sequence[Peer] = (
    *(_keras(OURS, ("train", "infer"), "ours", engine) for engine in ENGINES),
    *(_keras(STOCK, ("train", "infer"), "stock", engine) for engine in ENGINES),
    *(_keras(OURS, ("whole",), "whole", engine) for engine in ENGINES),
    *(_keras(BARE, ("whole",), "ours", engine) for engine in ENGINES),
    Peer("PyTorch", "eager", ("train", "infer"), "native", ("torch",), _TORCH),
    Peer("PyTorch", "compiled", ("train", "infer"), "native", ("torch",), _TORCH),
    Peer(
        "ONNX Runtime", "", ("infer",), "runtimes", ("torch", "onnxruntime", "onnxscript"), _PEERS,
        half=False,
    ),
    Peer("OpenVINO", "", ("infer",), "runtimes", ("torch", "openvino", "onnxscript"), _PEERS),
    Peer(OURS, "decoding", ("load",), "loaders", ("PIL",), "", half=False),
    Peer(OURS, "on the disk", ("load",), "loaders", ("PIL",), "", half=False),
    Peer(OURS, "in memory", ("load",), "loaders", ("PIL",), "", half=False),
    Peer("tf.data", "", ("load",), "loaders", ("tensorflow",), _CPU, half=False),
    Peer("tf.data with cache", "", ("load",), "loaders", ("tensorflow",), _CPU, half=False),
    Peer("Grain", "threads", ("load",), "loaders", ("grain",), "pip install grain", half=False),
    Peer("Grain", "processes", ("load",), "loaders", ("grain",), "pip install grain", half=False),
    Peer("DataLoader", "", ("load",), "loaders", ("torch",), _TORCH, half=False),
    Peer(OURS, "--help", ("start",), "start", ("PIL",), "", half=False),
    Peer(OURS, "predict", ("start",), "start", ("PIL",), "", half=False),
    Peer("import keras", "", ("start",), "start", ("keras",), "", half=False),
    Peer(PEAK, "", ("train", "infer"), "matrix", ("tensorflow",), _CPU),
)  # fmt: skip


def environment(peer: Peer, source: str, base: Mapping[str, str]) -> dict[str, str]:
    """Give the variables that a peer's process runs with.

    Args:
        peer: whose.
        source: the folder that `resnets` is imported from, for a Python that lacks it.
        base: the variables here.
    """
    given = dict(peer.variables)
    return {**base, "PYTHONPATH": source, "TF_CPP_MIN_LOG_LEVEL": "2", **given}
