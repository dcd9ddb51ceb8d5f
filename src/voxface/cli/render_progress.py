"""A progress bar over pictures, on a terminal only."""

from __future__ import annotations

import sys
from types import TracebackType
from typing import Any


class RenderProgress:
    """Shows how many pictures are done, and how long the rest will take."""

    def __init__(self) -> None:
        self._bar: Any = None
        self._task: Any = None

    def __enter__(self) -> RenderProgress:
        if sys.stderr.isatty():
            from rich.console import Console
            from rich.progress import Progress

            self._bar = Progress(console=Console(stderr=True))
            self._task = self._bar.add_task("render", total=None)
            self._bar.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._bar is not None:
            self._bar.stop()

    def update(self, done: int, total: int) -> None:
        """Take note that `done` of `total` pictures are drawn."""
        if self._bar is not None:
            self._bar.update(self._task, completed=done, total=total)
