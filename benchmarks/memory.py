"""Peak memory while a recording of three hours is animated.

Run: ``python benchmarks/memory.py [HOURS] [--model FILE]`` (a minute or two, and half a gigabyte of
disk)
"""

from __future__ import annotations

import resource
import sys
import tempfile
from pathlib import Path

from common import animate_command, arguments, print_table, seconds_of, write_sound

LIMIT = 400.0


def main() -> None:
    hours, model = arguments("HOURS", 3)
    seconds = hours * 3600
    with tempfile.TemporaryDirectory() as name:
        source = write_sound(Path(name) / "a.flac", seconds, 16_000, "flac", "s16", "mono")
        (took,) = seconds_of(animate_command(source, Path(name) / "a.csv", model), 1)
        rows = sum(1 for _ in (Path(name) / "a.csv").open("rb")) - 1
    # Kilobytes on Linux, bytes on macOS.
    unit = 1e6 if sys.platform == "darwin" else 1e3
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / unit
    print_table(
        f"{hours:g} hours of FLAC at 16 kHz",
        [
            ("peak memory", f"{peak:.0f} MB", f"under {LIMIT:.0f} MB", peak < LIMIT),
            ("frames", f"{rows}", f"{round(seconds * 60)}", rows == round(seconds * 60)),
            ("time", f"{took:.1f} s ({seconds / took:.0f} x real time)", "", None),
        ],
    )


if __name__ == "__main__":
    main()
