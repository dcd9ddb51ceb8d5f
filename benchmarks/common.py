"""What the benchmarks share: sound to work on, timed processes, and a table with a verdict."""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import av
import numpy as np
from numpy.typing import NDArray
from rich.console import Console
from rich.table import Table

from voxface.audio import read

EXAMPLE = Path(__file__).resolve().parent.parent / "examples" / "speech.flac"


def speech(seconds: float, rate: int = 16_000) -> NDArray[np.float32]:
    """Return the example recording, repeated to a length; shape (N,)."""
    once = read(EXAMPLE, rate)
    return np.resize(once, round(seconds * rate))


def write_sound(
    path: Path, seconds: float, rate: int, codec: str, sample_format: str, layout: str
) -> Path:
    """Write speech to a file of any length, piece by piece."""
    piece = speech(10, rate)
    channels = 2 if layout == "stereo" else 1
    planes = np.ascontiguousarray(np.stack([piece, 0.8 * piece])[:channels])
    with av.open(str(path), "w") as container:
        stream = container.add_stream(codec, rate=rate, layout=layout)
        stream.format = sample_format
        stream.codec_context.options = {"compression_level": "9" if "mp3" in codec else "0"}
        resampler = av.AudioResampler(format=sample_format, layout=layout, rate=rate)
        for begin in range(0, round(seconds * rate), len(piece)):
            count = min(len(piece), round(seconds * rate) - begin)
            part = np.ascontiguousarray(planes[:, :count])
            frame = av.AudioFrame.from_ndarray(part, format="fltp", layout=layout)
            frame.sample_rate, frame.pts = rate, begin
            for converted in resampler.resample(frame):
                container.mux(stream.encode(converted))
        container.mux(stream.encode(None))
    return path


def seconds_of(command: Sequence[str | Path], repeats: int) -> list[float]:
    """Run a process several times; return how long each run took from start to end."""
    times = []
    for _ in range(repeats):
        started = time.perf_counter()
        subprocess.run([str(word) for word in command], check=True, stdout=subprocess.DEVNULL)
        times.append(time.perf_counter() - started)
    return times


def arguments(what: str, usual: float) -> tuple[float, Path | None]:
    """Read the command line of a benchmark: one number and ``--model FILE``."""
    parser = argparse.ArgumentParser()
    parser.add_argument(what.lower(), metavar=what, type=float, nargs="?", default=usual)
    parser.add_argument("--model", type=Path, help="model file; default: the one in the package")
    found = parser.parse_args()
    return getattr(found, what.lower()), found.model


def animate_command(source: Path, output: Path, model: Path | None) -> list[str | Path]:
    """Return the command line that animates a file."""
    words: list[str | Path] = [sys.executable, "-m", "voxface", "animate", source, "-o", output]
    return words if model is None else [*words, "--model", model]


def print_table(title: str, rows: Sequence[tuple[str, str, str, bool | None]]) -> None:
    """Print rows of (what, measured, limit, met), and what else the machine is doing."""
    table = Table(title=title)
    for name in ("what", "measured", "limit", ""):
        table.add_column(name)
    for what, measured, limit, met in rows:
        verdict = "" if met is None else "met" if met else "MISSED"
        table.add_row(what, measured, limit, verdict)
    console = Console()
    console.print(table)
    load = os.getloadavg()[0]
    console.print(f"{os.cpu_count()} processors, load average {load:.1f} (0 is an idle machine)")


def write_results(page: Path, text: str) -> None:
    """Put Markdown between the result marks of a page, in place of what stands there."""
    begin, end = "<!-- results -->", "<!-- end of results -->"
    before, found, rest = page.read_text(encoding="utf-8").partition(begin)
    _, closed, after = rest.partition(end)
    if not found or not closed:
        raise SystemExit(f"'{page}' has no lines '{begin}' and '{end}' to put tables between")
    page.write_text(f"{before}{begin}\n\n{text}\n\n{end}{after}", encoding="utf-8")
