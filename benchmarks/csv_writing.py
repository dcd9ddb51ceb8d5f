"""Writing ten minutes of face at 60 fps: every format of ours, and `numpy.savetxt` beside them.

Run: ``python benchmarks/csv_writing.py``
"""

from __future__ import annotations

import os

os.environ.setdefault("OMP_NUM_THREADS", "1")

import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.table import Table

from voxface.face import FaceClip
from voxface.face.euler import quaternion_from_euler
from voxface.formats import FORMATS, load_clip, save_clip

FRAMES = 36_000
REPEATS = 5


def main() -> None:
    random = np.random.default_rng(0)
    head = np.zeros((FRAMES, 7))
    head[:, :3] = random.normal(0, 1, (FRAMES, 3))
    head[:, 3:] = quaternion_from_euler(random.normal(0, 0.2, (FRAMES, 3)))
    clip = FaceClip(random.random((FRAMES, 52)), 60, head=head)
    numbers = np.concatenate([clip.weights, random.normal(0, 0.2, (FRAMES, 9))], axis=1)

    table = Table(title=f"{FRAMES} frames, best of {REPEATS}, one thread")
    for column in ("file", "write (s)", "read (s)", "size (MB)"):
        table.add_column(column, justify="left" if column == "file" else "right")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "savetxt.csv"
        seconds = best(lambda: np.savetxt(path, numbers, fmt="%.10f", delimiter=","))
        table.add_row("61 columns by numpy.savetxt", f"{seconds:.3f}", "", megabytes(path))
        for each in FORMATS:
            for suffix in each.writers:
                path = Path(folder) / f"clip{suffix}"
                written = best(lambda p=path, f=each.name: save_clip(clip, p, f))
                started = time.perf_counter()
                load_clip(path)
                read = time.perf_counter() - started
                name = f"{each.title} ({suffix})"
                table.add_row(name, f"{written:.3f}", f"{read:.3f}", megabytes(path))
    Console().print(table)


def best(work: Callable[[], None]) -> float:
    """Return the shortest of several runs, in seconds."""
    times = []
    for _ in range(REPEATS):
        started = time.perf_counter()
        work()
        times.append(time.perf_counter() - started)
    return min(times)


def megabytes(path: Path) -> str:
    return f"{path.stat().st_size / 1e6:.1f}"


if __name__ == "__main__":
    main()
