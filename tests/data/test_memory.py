"""Memory: what system files say, worked by hand."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image

from resnets.data import memory
from resnets.data.memory import budget, free_memory


def machine(folder: Path, kibibytes: int = 1000) -> Path:
    file = folder / "meminfo"
    file.write_text(f"MemTotal: 9000 kB\nMemFree: 10 kB\nMemAvailable:    {kibibytes} kB\n")
    return file


def test_the_machine_alone(tmp_path: Path) -> None:
    assert free_memory(machine(tmp_path), tmp_path / "none", tmp_path) == 1000 * 1024


def test_a_container_of_version_2_and_the_groups_above_it(tmp_path: Path) -> None:
    group = tmp_path / "group"
    group.write_text("0::/outer/inner\n")
    inner = tmp_path / "outer" / "inner"
    inner.mkdir(parents=True)
    (inner / "memory.max").write_text("max\n")
    (inner / "memory.current").write_text("5\n")
    (tmp_path / "outer" / "memory.max").write_text("700000\n")
    (tmp_path / "outer" / "memory.current").write_text("200000\n")
    assert free_memory(machine(tmp_path), group, tmp_path) == 500_000
    (tmp_path / "outer" / "memory.stat").write_text("anon 5\ninactive_file 100000\n")
    assert free_memory(machine(tmp_path), group, tmp_path) == 600_000  # files that were read
    (tmp_path / "outer" / "memory.current").write_text("900000\n")
    assert free_memory(machine(tmp_path), group, tmp_path) == 0


def test_a_container_of_version_1(tmp_path: Path) -> None:
    group = tmp_path / "group"
    group.write_text("3:cpu,cpuacct:/x\n2:memory:/\n")
    (tmp_path / "memory").mkdir()
    (tmp_path / "memory" / "memory.limit_in_bytes").write_text("9000\n")
    (tmp_path / "memory" / "memory.usage_in_bytes").write_text("4000\n")
    assert free_memory(machine(tmp_path), group, tmp_path) == 5000
    (tmp_path / "memory" / "memory.stat").write_text("inactive_file 7\ntotal_inactive_file 90\n")
    assert free_memory(machine(tmp_path), group, tmp_path) == 5090


def test_a_machine_that_says_nothing(tmp_path: Path) -> None:
    assert free_memory(tmp_path / "none", tmp_path / "none", tmp_path) == memory.FALLBACK
    nothing = tmp_path / "none"
    assert free_memory(nothing, nothing, tmp_path, fallback=77) == 77
    assert 0 < budget(0.5) <= free_memory()


LIMITED = """
import resource, sys
import numpy as np
from resnets.data import Batches, Pictures, Preprocess, open_source
from resnets.data.memory import free_memory

source = open_source(sys.argv[1])
with open("/proc/self/status") as status:
    used = next(int(line.split()[1]) * 1024 for line in status if line.startswith("VmData"))
resource.setrlimit(resource.RLIMIT_DATA, (used + 160 * 2**20,) * 2)
assert 100 * 2**20 < free_memory() <= 160 * 2**20, free_memory()
memory = None if sys.argv[2] == "free" else 2**40
pictures = Pictures(source, np.arange(len(source)), Preprocess(224, 224), memory=memory)
batches = Batches(pictures, source.labels, batch=50, shuffle=True, drop_last=True)
total = sum(int(batches.batch(0, step)[0].sum(dtype=np.int64)) for step in range(batches.steps))
print(len(pictures), pictures.kept, total)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="Linux says what a process has taken")
@pytest.mark.parametrize("given", ("free", "everything"))
def test_a_source_larger_than_the_memory_of_the_process(given: str, tmp_path: Path) -> None:
    """2,000 pictures of 224 pixels are 301 MB decoded; 168 MB may be taken."""
    for label in ("dark", "light"):
        (tmp_path / label).mkdir()
        for number in range(1000):
            shade = number % 100 + (100 if label == "light" else 0)
            Image.new("RGB", (224, 224), (shade, number // 100, 7)).save(
                tmp_path / label / f"{number}.png", compress_level=1
            )
    child = subprocess.run(
        [sys.executable, "-c", LIMITED, str(tmp_path), given],
        capture_output=True,
        text=True,
        check=False,
    )
    if given == "everything":  # the limit is one: without the budget it is run into
        assert "MemoryError" in child.stderr
        return
    assert child.returncode == 0, child.stderr
    number, kept, total = map(int, child.stdout.split())
    assert number == 2000
    assert 100 < kept < 700
    shades = sum(n % 100 + n // 100 + 7 for n in range(1000)) * 2 + 100 * 1000
    assert total == shades * 224 * 224
