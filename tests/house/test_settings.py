"""Settings with their reasons, one version everywhere, and nothing of any one machine."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest

IGNORES = 4  # at most, of warnings; a strict rule with a long list of excuses is a loose rule


@pytest.fixture(scope="module")
def pyproject(root: Path) -> str:
    return (root / "pyproject.toml").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def settings(pyproject: str) -> dict[str, Any]:
    return tomllib.loads(pyproject)


def test_warnings_are_errors(settings: dict[str, Any]) -> None:
    first, *ignored = settings["tool"]["pytest"]["ini_options"]["filterwarnings"]
    assert first == "error"
    assert len(ignored) <= IGNORES


def test_every_ignored_warning_has_its_reason(pyproject: str) -> None:
    (block,) = re.findall(r"^filterwarnings = \[\n(.*?)^\]", pyproject, re.M | re.S)
    before = ""
    for line in block.splitlines():
        if '"ignore' in line:
            assert before.lstrip().startswith("# "), line
        before = line


def test_every_ignored_rule_has_its_reason(pyproject: str) -> None:
    (block,) = re.findall(r"^ignore = \[\n(.*?)^\]", pyproject, re.M | re.S)
    for line in block.splitlines():
        assert re.search(r"# \w+", line), line
    (block,) = re.findall(r"^\[tool.ruff.lint.per-file-ignores\]\n(.*?)^\[", pyproject, re.M | re.S)
    codes = [line for line in block.splitlines() if re.search(r'"[A-Z]+\d*"', line)]
    assert [line for line in codes if "#" not in line] == []


def test_every_noqa_names_its_rule(texts: dict[str, str]) -> None:
    bare = [
        f"{path}: {line.strip()}"
        for path, text in texts.items()
        if path.endswith(".py") and path != "tests/house/test_settings.py"
        for line in text.splitlines()
        if re.search(r"# (noqa|type: ignore)(?![:\[])", line)
    ]
    assert bare == []


def test_one_version(settings: dict[str, Any], root: Path) -> None:
    version = settings["project"]["version"]
    citation = (root / "CITATION.cff").read_text(encoding="utf-8")
    changelog = (root / "CHANGELOG.md").read_text(encoding="utf-8")
    assert re.findall(r"^version: (.*)$", citation, re.M) == [version]
    assert re.findall(r"^## \[(\d[^]]*)\]", changelog, re.M)[0] == version


def test_every_dependency_is_pinned_and_argued(settings: dict[str, Any], root: Path) -> None:
    pinned = dict(
        line.split("==")
        for line in (root / "constraints.txt").read_text(encoding="utf-8").splitlines()
        if line and not line.startswith("#")
    )
    argued = (root / "docs" / "decisions" / "0001-dependencies.md").read_text(encoding="utf-8")
    extras = settings["project"]["optional-dependencies"]
    core = settings["project"]["dependencies"]
    for requirement in [*core, *(line for lines in extras.values() for line in lines)]:
        found = re.match(r"([\w-]+)(\[[\w-]+\])?>=([\d.]+)", requirement)
        assert found, requirement
        name, _, lowest = found.groups()
        numbers = [int(part) for part in lowest.split(".")]
        assert [int(part) for part in pinned[name].split(".")[: len(numbers)]] >= numbers
        if requirement in core:
            assert f"| {name} | {lowest} |" in argued


def test_the_core_needs_no_engine(settings: dict[str, Any]) -> None:
    names = {re.split(r"[^\w-]", line)[0] for line in settings["project"]["dependencies"]}
    assert names & {"tensorflow", "tensorflow-cpu", "torch", "jax"} == set()


FOREIGN = {
    "a registry's host": r"(?:pypi\.|pythonhosted|download\.pytorch|conda\.|storage\.googleapis)",
    "a folder of one machine": r"(?<![\w.])/(?:work|root|home)/\w",
    "how the work was handed out": r"(?i)\b(?:issue #?\d|pull request|the lead\b|session \d)",
}


@pytest.mark.parametrize("what", FOREIGN)
def test_the_project_speaks_of_itself_alone(what: str, texts: dict[str, str]) -> None:
    found = [
        f"{path}: {line.strip()[:100]}"
        for path, text in texts.items()
        if path != "tests/house/test_settings.py"
        for line in text.splitlines()
        if re.search(FOREIGN[what], line)
    ]
    assert found == []
