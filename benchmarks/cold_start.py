"""Three seconds of WAV, from a cold process to a written CSV.

Run: ``python benchmarks/cold_start.py [REPEATS] [--model FILE]``
"""

from __future__ import annotations

import statistics
import tempfile
from pathlib import Path

from common import animate_command, arguments, print_table, seconds_of, write_sound

LIMIT = 1.0


def main() -> None:
    number, model = arguments("REPEATS", 7)
    repeats = int(number)
    with tempfile.TemporaryDirectory() as name:
        source = write_sound(Path(name) / "a.wav", 3, 16_000, "pcm_s16le", "s16", "mono")
        times = seconds_of(animate_command(source, Path(name) / "a.csv", model), repeats)
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
