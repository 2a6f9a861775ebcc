"""What a training says while it runs: words, a line an epoch, and a bar with the time left."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
from rich.progress import Progress as Bar


class Progress:
    """Speaks to stderr, so that stdout holds data only; the bar shows on a terminal alone.

    Args:
        silent: say nothing at all.
    """

    def __init__(self, silent: bool = False) -> None:
        self.console = Console(
            file=sys.stderr, quiet=silent, highlight=False, markup=False, soft_wrap=True
        )
        self._bar: Bar | None = None
        self._task: Any = None

    def say(self, text: str) -> None:
        """Print one line, above the bar if there is one."""
        self.console.print(text)

    @contextmanager
    def bar(self, total: int, done: int) -> Iterator[None]:
        """Show a bar of steps while the block runs.

        Args:
            total: steps of the whole training.
            done: steps already behind.
        """
        columns = (
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("steps, {task.fields[words]}, left"),
            TimeRemainingColumn(),
        )
        shown = self.console.is_terminal and not self.console.quiet
        with Bar(*columns, console=self.console, transient=True, disable=not shown) as bar:
            self._bar = bar
            self._task = bar.add_task("", total=total, completed=done, words="")
            try:
                yield
            finally:
                self._bar = None

    def advance(self, loss: float) -> None:
        """Move the bar by one step."""
        if self._bar is not None:
            self._bar.update(self._task, advance=1, words=f"loss {loss:.3f}")

    def epoch(self, row: Mapping[str, Any], epochs: int) -> None:
        """Print an epoch's line from its row of metrics."""
        val = f"  val error {row['val_error']:6.2%}" if "val_error" in row else ""
        waited = row["waited"] / row["seconds"] if row["seconds"] else 0.0
        self.say(
            f"epoch {row['epoch']:>3}/{epochs}  loss {row['loss']:.3f}  error {row['error']:6.2%}"
            f"{val}  rate {row['learning_rate']:.2g}  {row['seconds']:.1f} s, "
            f"{waited:.0%} waiting for data"
        )
