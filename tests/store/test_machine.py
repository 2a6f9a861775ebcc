"""The machine: what is read from Linux's own words, and what is said where there are none."""

import os

import pytest

from resnets.store.machine import cores, machine

ZEN_5 = """processor\t: 0
model name\t: AMD EPYC 9575F 64-Core Processor
flags\t\t: fpu avx2 fma avx512f avx512_vnni avx512_bf16 rdpid
bugs\t\t: spectre_v1

processor\t: 1
model name\t: AMD EPYC 9575F 64-Core Processor
flags\t\t: fpu avx2 fma avx512f avx512_vnni avx512_bf16 rdpid
"""


@pytest.mark.parametrize(
    ("text", "cpu", "flags", "bfloat16"),
    (
        (
            ZEN_5,
            "AMD EPYC 9575F 64-Core Processor",
            ["avx2", "fma", "avx512f", "avx512_vnni", "avx512_bf16"],
            True,
        ),
        ("model name : Xeon\nflags : avx2 amx_bf16 amx_tile\n", "Xeon", ["avx2", "amx_bf16"], True),
        ("model name : Ryzen 7\nflags : avx2 fma\n", "Ryzen 7", ["avx2", "fma"], False),
        # On ARM bf16 was never measured here, so it is told but not counted on.
        ("model name : N1\nFeatures : fp asimd bf16\n", "N1", ["asimd", "bf16"], False),
        ("model name : \xff\x1b[2J\nflags :\nbugs : avx2\n", "\xff\x1b[2J", [], False),
    ),
)
def test_what_linux_says(tmp_path, text, cpu, flags, bfloat16):
    (tmp_path / "cpuinfo").write_text(text, encoding="utf-8")
    found = machine(tmp_path / "cpuinfo")
    assert (found["cpu"], found["flags"], found["bfloat16"]) == (cpu, flags, bfloat16)


def test_where_there_is_no_such_file(tmp_path):
    found = machine(tmp_path / "missing")
    assert found["cpu"]
    assert (found["flags"], found["bfloat16"]) == ([], False)


def test_this_machine():
    found = machine()
    assert found["cores"] == cores() >= 1
    assert found["memory"] is None or found["memory"] > 1 << 28
    assert found["architecture"] == os.uname().machine


def test_only_cores_that_may_be_used_count(monkeypatch):
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {3, 5}, raising=False)
    assert cores() == 2
    monkeypatch.delattr(os, "sched_getaffinity")
    monkeypatch.setattr(os, "cpu_count", lambda: None)
    assert cores() == 1
