"""What makes a command that draws start sooner."""

from __future__ import annotations

import gc
import os
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def quick_start() -> Iterator[None]:
    """Import and read within this block; NumPy must not be imported before it."""
    # Threads of linear algebra, of which little is done here, would wait in busy loops and take
    # the processor from the renderer's. NumPy reads this when it is first imported.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    # What a start makes is kept, and looking through it for garbage takes a tenth of the start.
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()
