"""Loaders: every one gives endless batches of the size that was asked for."""

from __future__ import annotations

import importlib.util
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from resnets.benchmarks import loaders, material
from resnets.benchmarks.task import Task


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setattr(material, "COUNT", 6)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    with material.photographs("load", 32) as name:
        yield Path(name)


@pytest.mark.parametrize(
    ("peer", "variant", "module"),
    (
        ("resnets", "decoding", "PIL"),
        ("resnets", "on the disk", "PIL"),
        ("resnets", "in memory", "PIL"),
        ("tf.data", "", "tensorflow"),
        ("tf.data with cache", "", "tensorflow"),
        ("DataLoader", "", "torch"),
        ("Grain", "threads", "grain"),
        ("Grain", "processes", "grain"),
    ),
)
def test_batches_without_end(folder: Path, peer: str, variant: str, module: str) -> None:
    if importlib.util.find_spec(module) is None:
        pytest.skip(f"MISSING: {module}")
    task = Task("load", "resnet50", 32, 4, "float32", variant, peer, str(folder))
    work = loaders.prepare(task)
    assert [work() for _ in range(4)] == [4] * 4  # an epoch has one whole batch


def test_ours_are_uint8_and_differ_from_epoch_to_epoch(folder: Path) -> None:
    task = Task("load", "resnet50", 32, 6, "float32", "decoding", "resnets", str(folder))
    batches = loaders._ours(task)
    first, second = next(batches), next(batches)
    assert (first.shape, first.dtype) == ((6, 32, 32, 3), np.uint8)
    assert (first != second).any()
