"""How long a push of 10 ms takes, on one core.

Run: ``python benchmarks/push_latency.py [SECONDS] [--model FILE]``
"""

from __future__ import annotations

import os
import time

import numpy as np
from common import arguments, print_table, speech

from voxface import Model, Stream

LIMIT = 0.7e-3
LATENCY_LIMIT = 0.120


def main() -> None:
    seconds, file = arguments("SECONDS", 60)
    model = Model(file)
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    rows: list[tuple[str, str, str, bool | None]] = []
    for rate in (16_000, 44_100, 48_000):
        stream = Stream(fps=60, sample_rate=rate, model=model)
        times = push_times(stream, speech(seconds, rate), rate // 100)
        middle, slow = np.percentile(times, [50, 99])
        limit = f"under {LIMIT * 1e3:.1f} ms"
        name = f"{rate / 1000:g} kHz"
        rows += [
            (f"{name}: median", f"{middle * 1e3:.2f} ms", limit, bool(middle < LIMIT)),
            (f"{name}: 99th percentile", f"{slow * 1e3:.2f} ms", limit, bool(slow < LIMIT)),
        ]
        met = stream.latency <= LATENCY_LIMIT
        wanted = f"at most {LATENCY_LIMIT * 1e3:.0f} ms"
        rows.append((f"{name}: stream.latency", f"{stream.latency * 1e3:.0f} ms", wanted, met))
    print_table(f"{seconds:.0f} s of speech in pushes of 10 ms, one core", rows)


def push_times(stream: Stream, sound: np.ndarray, step: int) -> list[float]:
    """Return the duration of every push, leaving out the first second."""
    times = []
    for begin in range(0, len(sound) - step, step):
        block = sound[begin : begin + step]
        started = time.perf_counter()
        stream.push(block)
        times.append(time.perf_counter() - started)
    return times[100:]


if __name__ == "__main__":
    main()
