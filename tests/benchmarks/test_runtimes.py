"""The runtimes give the native net's logits, where they are installed."""

from __future__ import annotations

import keras
import pytest

if keras.backend.backend() != "torch":
    pytest.skip("needs KERAS_BACKEND=torch", allow_module_level=True)

pytest.importorskip("onnxscript", reason="needs resnets[peers]")

from resnets.benchmarks import runtimes
from resnets.benchmarks.task import Task

# PyTorch 2.13's exporter warns about its own use of its own classes.
pytestmark = [pytest.mark.core, pytest.mark.filterwarnings("ignore:.*LeafSpec:FutureWarning")]


@pytest.mark.parametrize(
    ("peer", "module"), (("ONNX Runtime", "onnxruntime"), ("OpenVINO", "openvino"))
)
def test_its_work_counts_pictures(peer: str, module: str) -> None:
    pytest.importorskip(module, reason="needs resnets[peers]")
    assert runtimes.prepare(Task("infer", "resnet20", 16, 4, "float32", "", peer))() == 4
