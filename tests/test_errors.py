"""The tree of errors: its drawing, its messages, its exit codes, and text that strangers wrote."""

from __future__ import annotations

import inspect
import os
import re

import pytest

from resnets import errors
from resnets.errors import (
    DivergenceError,
    ResnetsError,
    RunError,
    SourceError,
    StorageError,
    UsageError,
    printable,
)

CLASSES = [
    found
    for _, found in inspect.getmembers(errors, inspect.isclass)
    if issubclass(found, ResnetsError)
]


def test_the_drawing_is_the_tree() -> None:
    drawn = re.findall(r"^([│├└─ ]*)(\w+Error) ", errors.__doc__ or "", re.M)
    parents: list[str] = []
    for branch, name in drawn:
        depth = len(branch) // 4
        parents[depth:] = [name]
        if depth:
            assert getattr(errors, name).__bases__ == (getattr(errors, parents[depth - 1]),)
    assert sorted(name for _, name in drawn) == sorted(found.__name__ for found in CLASSES)


def test_a_message_says_what_the_value_and_the_way_out() -> None:
    error = UsageError("epochs must be above 0", received=-3, hint="give at least 1")
    assert str(error) == "epochs must be above 0 (received: -3)\nhint: give at least 1"
    assert (error.what, error.received, error.hint) == (
        "epochs must be above 0",
        -3,
        "give at least 1",
    )


@pytest.mark.parametrize(
    ("received", "shown"),
    (("cats", "cats"), ("", ""), (8, "8"), (None, "None"), (["a"], "['a']"), (0.5, "0.5")),
)
def test_a_text_is_shown_without_quotes_and_everything_else_as_python(
    received: object, shown: str
) -> None:
    error = ResnetsError("what", received=received, hint="do")
    assert str(error) == f"what (received: {shown})\nhint: do"


def test_no_part_of_a_message_moves_the_cursor() -> None:
    evil = "a\x1b[2J\nb"
    error = SourceError(evil, received=evil, hint=evil)
    safe = "a\\x1b[2J\\x0ab"
    assert str(error) == f"{safe} (received: {safe})\nhint: {safe}"
    assert error.received == evil  # as it was, for programs


def test_a_value_shown_as_python_is_escaped_too() -> None:
    class Evil:
        def __repr__(self) -> str:
            return "\x9b31m"

    assert "\\x9b31m" in str(RunError("what", received=Evil(), hint="do"))


def test_exit_codes() -> None:
    codes = {found.__name__: found.exit_code for found in CLASSES}
    assert codes.pop(DivergenceError.__name__) == 1
    assert codes.pop(StorageError.__name__) == 74
    assert set(codes.values()) == {2}


@pytest.mark.parametrize(
    ("text", "shown"),
    (
        ("Füße 猫 🐈", "Füße 猫 🐈"),
        ("tab\there", "tab\\x09here"),
        ("null\0", "null\\x00"),
        ("delete\x7f", "delete\\x7f"),
        ("csi\x9b2J", "csi\\x9b2J"),
        (os.fsdecode(b"caf\xe9.jpg"), "caf\\xe9.jpg"),  # Latin-1, no UTF-8
        ("\ud800", "\\ud800"),  # half a pair
        ("exe\u202egpj.", "exe\\u202egpj."),  # turns the direction of writing
        ("zero\u200bwidth", "zero\\u200bwidth"),
        ("line\u2028end", "line\\u2028end"),
        ("own\ue000use", "own\\ue000use"),
        ("", ""),
    ),
)
def test_text_of_strangers(text: str, shown: str) -> None:
    assert printable(text) == shown
    printable(text).encode("utf-8")  # and can be printed


def test_long_text_loses_its_middle() -> None:
    assert printable("a" * 300) == "a" * 300
    assert printable("a" * 200 + "b" * 200, limit=21) == "a" * 9 + "..." + "b" * 9
