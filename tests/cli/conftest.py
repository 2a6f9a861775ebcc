"""The command line, called in this process."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

import resnets.cli


@pytest.fixture
def call(capsys: pytest.CaptureFixture[str]) -> Callable[..., tuple[int, str, str]]:
    """Run a command line; gives its exit code, stdout and stderr."""

    def run(*arguments: str) -> tuple[int, str, str]:
        with pytest.raises(SystemExit) as left:
            resnets.cli.main(arguments)
        out, err = capsys.readouterr()
        return int(left.value.code or 0), out, err

    return run


@pytest.fixture
def call_json(call: Callable[..., tuple[int, str, str]]) -> Callable[..., Any]:
    """Run a command line with --json; gives the one object on stdout."""

    def run(*arguments: str) -> Any:
        code, out, err = call(*arguments, "--json")
        assert code == 0, err
        return json.loads(out)

    return run
