"""The list of verbs, and how fast and how clean it is."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable

import resnets
from resnets.cli import VERBS


def test_help_lists_every_verb_and_loads_nothing_heavy() -> None:
    script = (
        "import sys, resnets.cli\n"
        "try: resnets.cli.main(['--help'])\n"
        "except SystemExit as left: code = left.code\n"
        "heavy = {'keras', 'tensorflow', 'torch', 'jax', 'numpy', 'matplotlib', 'rich'}\n"
        "print(code, sorted(heavy & sys.modules.keys()))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert done.stdout.splitlines()[-1] == "0 []"
    for verb, (_, words) in VERBS.items():
        assert f"  {verb}" in done.stdout
        assert words.split(":")[0] in done.stdout


def test_every_verb_has_help(call: Callable[..., tuple[int, str, str]]) -> None:
    for verb in VERBS:
        code, out, _ = call(verb, "--help")
        assert code == 0
        assert out.startswith(f"Usage: resnets {verb}")


def test_the_version_is_the_packages(call: Callable[..., tuple[int, str, str]]) -> None:
    assert call("--version") == (0, f"resnets {resnets.__version__}\n", "")


def test_no_verb_shows_the_verbs_and_is_misuse(call: Callable[..., tuple[int, str, str]]) -> None:
    code, out, err = call()
    assert (code, out) == (2, "")
    assert "train" in err
