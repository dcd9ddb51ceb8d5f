"""A progress bar over recordings, on a terminal and only for long work; and lines beside it."""

from __future__ import annotations

import sys
import warnings
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Any

import typer

LONG = 120.0
"""Seconds of sound from which a single recording is worth a bar."""


class SpeechProgress:
    """Shows how far the work on recordings has come.

    Parameters
    ----------
    sources : list of Path
        The recordings, in the order of work.
    """

    def __init__(self, sources: list[Path]) -> None:
        self._sources = sources
        self._done = 0
        self._bar: Any = None
        self._task: Any = None
        self._stack = ExitStack()

    def __enter__(self) -> SpeechProgress:
        self._stack.enter_context(warnings.catch_warnings())
        warnings.simplefilter("always", UserWarning)
        warnings.showwarning = lambda message, *_, **__: self.complain(f"warning: {message}")
        if sys.stderr.isatty() and self._worth_a_bar():
            self._start_bar()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stack.close()

    def seconds(self, seconds: float) -> None:
        """Take note of how much of the current recording is animated."""
        if self._bar is not None and len(self._sources) == 1:
            self._bar.update(self._task, completed=seconds)

    def next(self) -> None:
        """Take note that a recording is done."""
        self._done += 1
        if self._bar is not None and len(self._sources) > 1:
            self._bar.update(self._task, completed=self._done)

    def say(self, text: str) -> None:
        """Print a line of results."""
        if self._bar is not None:
            self._bar.console.print(text, markup=False, highlight=False, soft_wrap=True)
        else:
            typer.echo(text)

    def complain(self, text: str) -> None:
        """Print a line about something that went wrong."""
        if self._bar is not None:
            self.say(f"voxface: {text}")
        else:
            typer.echo(f"voxface: {text}", err=True)

    def _worth_a_bar(self) -> bool:
        return len(self._sources) > 1 or self._total() >= LONG

    def _total(self) -> float:
        from voxface.audio import announced_duration
        from voxface.errors import VoxfaceError

        if len(self._sources) > 1:
            return len(self._sources)
        try:
            return announced_duration(self._sources[0]) or 0.0
        except VoxfaceError:
            return 0.0  # what is wrong with it is said when its turn comes

    def _start_bar(self) -> None:
        from rich.console import Console
        from rich.progress import Progress

        self._bar = self._stack.enter_context(Progress(console=Console(stderr=True)))
        self._task = self._bar.add_task("animate", total=self._total())
