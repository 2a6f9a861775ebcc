"""Runtimes that only answer: the native net exported once, run by ONNX Runtime or OpenVINO."""

from __future__ import annotations

import tempfile
from pathlib import Path

import torch

from resnets.benchmarks.native import net
from resnets.benchmarks.task import Task, Work


def prepare(task: Task) -> Work:
    """Give one batch of answers."""
    pixels, _ = task.pixels_and_labels()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "net.onnx"
        torch.onnx.export(net(task).eval(), (torch.from_numpy(pixels),), path, verbose=False)
        run = _onnx_runtime(path) if task.peer == "ONNX Runtime" else _openvino(path, task)

    def infer() -> int:
        run(pixels)
        return len(pixels)

    return infer


def _onnx_runtime(path: Path):  # type: ignore[no-untyped-def]
    import onnxruntime

    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    name = session.get_inputs()[0].name
    return lambda pixels: session.run(None, {name: pixels})[0]


def _openvino(path: Path, task: Task):  # type: ignore[no-untyped-def]
    import openvino

    precision = "bf16" if task.precision == "bfloat16" else "f32"
    core = openvino.Core()
    hints = {"INFERENCE_PRECISION_HINT": precision, "PERFORMANCE_HINT": "LATENCY"}
    model = core.compile_model(core.read_model(path), "CPU", hints)
    return lambda pixels: model(pixels)[0]
