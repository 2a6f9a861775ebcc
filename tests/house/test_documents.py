"""What the documents show is true: commands run, code runs, links lead somewhere.

A fenced block marked `bash` or `console` holds commands, in a `console` block after `$ `. A block
that cannot run here stands below a comment that says why: <!-- not run: it needs a GPU -->.
"""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest

ROOT = Path(__file__).resolve().parents[2]
DOCUMENTS = ["README.md", "CONTRIBUTING.md"]
DOCUMENTS += [path.relative_to(ROOT).as_posix() for path in sorted(ROOT.glob("docs/**/*.md"))]

QUICK = ("--help", "--version", "models", "recipes", "show", "-h")  # of `resnets`: load no engine
SET_UP = ("make", "pip", "python3 -m venv", "git", "cd", "source", ".ci/run")
TRAINS = re.compile(r"\b(train|resume|build|fit|load|evaluate|predict)\(")


class Block(NamedTuple):
    """A fenced block: its language, its text, and whether it is to be run."""

    language: str
    text: str
    runs: bool


def blocks(document: str) -> list[Block]:
    """The fenced blocks of a document, in order."""
    text = (ROOT / document).read_text(encoding="utf-8")
    fence = r"(?:<!-- not run: (?P<why>[^\n]+) -->\n+)?^```(?P<language>\w*)\n(?P<text>.*?)^```$"
    return [
        Block(found["language"], found["text"], not found["why"])
        for found in re.finditer(fence, text, re.M | re.S)
    ]


def commands(document: str, skipped: bool = False) -> Iterator[str]:
    """The commands that a document shows, one string each."""
    for block in blocks(document):
        if block.language not in ("bash", "console", "sh", "shell") or not (block.runs or skipped):
            continue
        text = re.sub(r"\\\n\s*", " ", block.text)
        if block.language == "console":
            text = "\n".join(line[2:] for line in text.splitlines() if line.startswith("$ "))
        for line in text.splitlines():
            command = re.sub(r"(^|\s+)# .*$", "", line).strip()
            if command:
                yield command


def sets_up(command: str) -> bool:
    """Whether a command installs or prepares, which make and .ci/run see to."""
    return command.startswith(tuple(f"{word} " for word in SET_UP)) or command in SET_UP


def is_quick(command: str) -> bool:
    """Whether a command answers from tables alone."""
    words = shlex.split(command)
    return words[0] == "resnets" and len(words) > 1 and (words[1] in QUICK or words[-1] in QUICK)


@pytest.fixture
def workplace(tmp_path: Path, shared_folder: Path) -> Path:
    """A folder like the repository, where runs can be left behind, with the shared data beside."""
    place = tmp_path / "repository"
    place.mkdir()
    for name in ("README.md", "docs", "examples", "src", "tests", "pyproject.toml"):
        (place / name).symlink_to(ROOT / name)
    if shared_folder.is_dir():
        (tmp_path / "shared").symlink_to(shared_folder.resolve())
    return place


def run(command: str | list[str], place: Path) -> str:
    """Run a command there with the interpreter's programs first; give what it printed."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        command if isinstance(command, list) else ["bash", "-euo", "pipefail", "-c", command],
        check=False,
        cwd=place,
        env={**os.environ, "PATH": path},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, f"{command}\n{done.stdout[-2000:]}\n{done.stderr[-4000:]}"
    return done.stdout + done.stderr


def needs_shared(text: str, shared_folder: Path) -> None:
    """Skip where the text reads shared data that is not there."""
    for name in re.findall(r"\.\./shared/([\w./-]+)", text):
        if not (shared_folder / name).exists():
            pytest.skip(f"no shared data: {shared_folder / name} is missing (set RESNETS_SHARED)")


# --- shell


def test_the_readme_begins_with_the_two_commands() -> None:
    first = [command for command in commands("README.md") if not command.startswith(("git", "cd"))]
    assert first[:2] == ["make demo", "make test"]


def test_make_commands_have_their_targets_and_ci_runs_the_readmes() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    targets = set(re.findall(r"^([\w-]+):", makefile, re.M))
    ci = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    for document in DOCUMENTS:
        for command in commands(document, skipped=True):
            if command.startswith("make "):
                words = [word for word in command.split()[1:] if "=" not in word]
                assert set(words) <= targets, f"{document}: {command}"
                assert document != "README.md" or command in ci


def test_extras_that_are_named_exist() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    for document in DOCUMENTS:
        text = (ROOT / document).read_text(encoding="utf-8")
        for extras in re.findall(r"resnets\[([\w,]+)\]", text):
            assert set(extras.split(",")) <= set(project["optional-dependencies"]), document


@pytest.mark.parametrize(
    ("document", "command"),
    tuple(
        (document, command)
        for document in DOCUMENTS
        for command in dict.fromkeys(commands(document))
        if not sets_up(command) and is_quick(command)
    ),
)
def test_a_quick_command_runs(document: str, command: str, workplace: Path) -> None:
    assert run(command, workplace)


@pytest.mark.slow
@pytest.mark.parametrize(
    "document", [name for name in DOCUMENTS if not all(map(sets_up, commands(name)))]
)
def test_the_commands_run_one_after_the_other(
    document: str, workplace: Path, shared_folder: Path
) -> None:
    todo = [command for command in commands(document) if not sets_up(command)]
    needs_shared("\n".join(todo), shared_folder)
    for command in todo:
        run(command, workplace)


# --- Python


def python_of(document: str) -> str:
    """The Python blocks of a document as one program; those with prompts as a doctest."""
    parts = []
    for block in blocks(document):
        if block.language == "python" and block.runs:
            if ">>> " in block.text:
                parts.append(
                    f"import doctest as _d\n_text = {block.text!r}\n"
                    "_t = _d.DocTestParser().get_doctest(_text, globals(), 'doc', None, 0)\n"
                    "_r = _d.DocTestRunner()\n"
                    "_r.run(_t, clear_globs=False)\n"
                    "assert not _r.failures\n"
                )
            else:
                parts.append(block.text)
    return "\n".join(parts)


PYTHON: Any = [
    pytest.param(name, marks=pytest.mark.slow if TRAINS.search(python_of(name)) else ())
    for name in DOCUMENTS
    if python_of(name)
]


@pytest.mark.parametrize("document", PYTHON)
def test_python_runs(document: str, workplace: Path, shared_folder: Path) -> None:
    program = python_of(document)
    needs_shared(program, shared_folder)
    run([sys.executable, "-c", program], workplace)


# --- links and pictures


@pytest.mark.parametrize("document", (*DOCUMENTS, "CHANGELOG.md"))
def test_links_lead_somewhere(document: str) -> None:
    text = re.sub(
        r"^```.*?^```$", "", (ROOT / document).read_text(encoding="utf-8"), flags=re.M | re.S
    )
    targets = re.findall(r"\]\(([^)#\s]+)[^)]*\)", text) + re.findall(r'src="([^"]+)"', text)
    broken = [
        target
        for target in targets
        if "://" not in target and not ((ROOT / document).parent / target).exists()
    ]
    assert broken == []
