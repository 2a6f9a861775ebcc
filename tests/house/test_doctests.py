"""The examples in docstrings give what they show."""

from __future__ import annotations

import doctest
import importlib
from typing import Any


def test_every_doctest(package: list[Any]) -> None:
    shown = [file for file in package if any(">>> " in text for text in file.docstrings)]
    failed = {}
    for file in shown:
        module = importlib.import_module(f"resnets.{file.module}")
        result = doctest.testmod(module, report=True)
        assert result.attempted > 0, file.path
        if result.failed:
            failed[file.path] = result.failed
    assert failed == {}
    assert len(shown) >= 5
