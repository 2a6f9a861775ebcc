"""Every file has a caption, and the tree in the README is these captions."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest


def tree_of(files: list[Any]) -> list[str]:
    """The tree as the README shows it: one file a line, its path and its caption."""
    width = max(len(file.path) for file in files)
    return [f"src/resnets/{file.path.ljust(width)}  {file.caption}" for file in files]


def tree_in(readme: str) -> list[str]:
    """The lines of the README that begin with a path in the package."""
    return [line.rstrip() for line in re.findall(r"^src/resnets/\S+\.py +.*$", readme, re.M)]


def test_every_file_has_a_caption(package: list[Any], suite: list[Any]) -> None:
    files = [*package, *suite]
    assert [file.path for file in files if not file.caption] == []
    assert [file.path for file in files if not file.caption.endswith((".", "?", "`."))] == []


def test_no_two_files_have_one_caption(package: list[Any]) -> None:
    captions = [file.caption for file in package]
    assert sorted(captions) == sorted(set(captions))


def test_the_readme_tree_is_the_captions(root: Path, package: list[Any]) -> None:
    expected = tree_of(package)
    shown = tree_in((root / "README.md").read_text(encoding="utf-8"))
    if [line.split(maxsplit=1) for line in shown] != [line.split(maxsplit=1) for line in expected]:
        whole = "\n".join(expected)
        pytest.fail(f"the README's tree should be:\n\n{whole}\n", pytrace=False)
