"""Every error that a user can meet, as one tree, and how untrusted text is shown.

ResnetsError                    exit 2: what was asked for cannot be done
├── UsageError                  a value or a combination of values is out of range
│   └── UnknownNameError        a name is in no table; the nearest one is proposed
├── SourceError                 the pictures, or their split, cannot be trained on
│   └── PictureError            one picture cannot be read
├── RunError                    a folder is no run, or not one that can be read or written
│   ├── DamageError             a file of a run does not match its manifest
│   └── LockedError             another process is writing to the run
├── WeightsError                a file of weights by others is refused, by a rule that is named
├── EngineError                 the engine that a verb needs is not installed
├── DivergenceError             exit 1: the loss is no longer a finite number
└── StorageError                exit 74: the run could not be saved three times in a row
"""

from __future__ import annotations

import unicodedata


def printable(text: str, limit: int = 300) -> str:
    r"""Show text that others wrote (names of files and classes) on one line, whatever is in it.

    Control characters, direction marks and bytes that are not UTF-8 come out as escapes, so that
    a file's name can neither move the cursor of a terminal nor break a line of a log.

    Args:
        text: any string, lone surrogates included (as `os.fsdecode` makes them).
        limit: characters shown before the middle is cut out; at least 20.

    >>> printable("cat\x1b[2J.jpg")
    'cat\\x1b[2J.jpg'
    """
    shown = "".join(_escape(character) for character in text)
    if len(shown) <= limit:
        return shown
    half = (limit - 3) // 2
    return f"{shown[:half]}...{shown[-half:]}"


def _escape(character: str) -> str:
    code = ord(character)
    if 0xDC80 <= code <= 0xDCFF:  # a byte that is not UTF-8, carried by surrogateescape
        return f"\\x{code - 0xDC00:02x}"
    if unicodedata.category(character) in {"Cc", "Cf", "Cs", "Co", "Zl", "Zp"}:
        return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"
    return character


class ResnetsError(Exception):
    """The root of the tree: what was wrong, where, the value received, and what to do.

    Args:
        what: one sentence without its full stop, naming the place (a file, a field, a layer).
        received: the offending value; shown as it is, with what cannot be printed escaped.
        hint: the next thing to try, as a phrase that follows `hint:`.
    """

    exit_code = 2

    def __init__(self, what: str, *, received: object, hint: str) -> None:
        self.what = printable(what, limit=2000)
        self.received = received
        self.hint = printable(hint, limit=2000)
        super().__init__(self.what)

    def __str__(self) -> str:
        shown = self.received if isinstance(self.received, str) else repr(self.received)
        return f"{self.what} (received: {printable(shown)})\nhint: {self.hint}"


class UsageError(ResnetsError):
    """A value or a combination of values is out of range."""


class UnknownNameError(UsageError):
    """A name is in no table; the message proposes the nearest one."""


class SourceError(ResnetsError):
    """The pictures of a source, or the split of them, cannot be trained on."""


class PictureError(SourceError):
    """One picture cannot be read; `received` is its path."""


class RunError(ResnetsError):
    """A folder is no run, or not one that this version can read or write."""


class DamageError(RunError):
    """A file of a run does not match its manifest."""


class LockedError(RunError):
    """Another process is writing to the run."""


class WeightsError(ResnetsError):
    """A file of weights written by others is refused; the message names the rule it breaks."""


class EngineError(ResnetsError):
    """The engine that a verb needs is not installed."""


class DivergenceError(ResnetsError):
    """The loss is no longer a finite number; the last good state is kept."""

    exit_code = 1


class StorageError(ResnetsError):
    """The run could not be saved three times in a row (EX_IOERR of sysexits.h)."""

    exit_code = 74
