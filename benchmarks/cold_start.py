"""Three seconds of WAV, from a cold process to a written CSV.

Run: ``python benchmarks/cold_start.py [REPEATS]``
"""

from __future__ import annotations

import statistics
import sys
import tempfile
from pathlib import Path

from common import animate_command, print_table, seconds_of, write_sound

LIMIT = 1.0


def main() -> None:
    repeats = int(sys.argv[1]) if len(sys.argv) > 1 else 7
    with tempfile.TemporaryDirectory() as name:
        source = write_sound(Path(name) / "a.wav", 3, 16_000, "pcm_s16le", "s16", "mono")
        times = seconds_of(animate_command(source, Path(name) / "a.csv"), repeats)
    median = statistics.median(times)
    print_table(
        f"3 s of WAV, process start to CSV, {repeats} runs",
        [
            ("best", f"{min(times):.2f} s", "", None),
            ("median", f"{median:.2f} s", f"under {LIMIT:.0f} s", median < LIMIT),
            ("worst", f"{max(times):.2f} s", "", None),
        ],
    )


if __name__ == "__main__":
    main()
