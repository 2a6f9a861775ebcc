"""Memory: what system files say, worked by hand."""

from __future__ import annotations

from pathlib import Path

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
    (tmp_path / "outer" / "memory.current").write_text("800000\n")
    assert free_memory(machine(tmp_path), group, tmp_path) == 0


def test_a_container_of_version_1(tmp_path: Path) -> None:
    group = tmp_path / "group"
    group.write_text("3:cpu,cpuacct:/x\n2:memory:/\n")
    (tmp_path / "memory").mkdir()
    (tmp_path / "memory" / "memory.limit_in_bytes").write_text("9000\n")
    (tmp_path / "memory" / "memory.usage_in_bytes").write_text("4000\n")
    assert free_memory(machine(tmp_path), group, tmp_path) == 5000


def test_a_machine_that_says_nothing(tmp_path: Path) -> None:
    assert free_memory(tmp_path / "none", tmp_path / "none", tmp_path) == memory.FALLBACK
    assert 0 < budget(0.5) <= free_memory()
