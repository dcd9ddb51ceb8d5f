"""How many planted claps are found in real speech, and what is found where there is none.

Run: ``python benchmarks/claps.py ../shared/data/voices/librispeech [--every 3]``

Every recording is heard as it is, and with a clap, a click of one millisecond or a dull clap
somewhere in it, as loud as, twice as loud and half as loud as its loudest speech.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np

from voxface.audio import SAMPLE_RATE, read
from voxface.corpus.claps import find_claps

KINDS = ("clap", "dull clap", "click")
LEVELS = (2.0, 1.0, 0.5)
NEAR = 0.02
"""Seconds by which a clap may be found early or late."""


def planted(kind: str, rng: np.random.Generator) -> np.ndarray:
    """Return 0.2 s of a clap of peak 1."""
    times = np.arange(SAMPLE_RATE // 5) / SAMPLE_RATE
    if kind == "click":
        sound = np.where(times < 0.001, rng.normal(size=len(times)), 0)
    else:
        hands = rng.normal(size=len(times)) * np.exp(-times / rng.uniform(0.004, 0.015))
        sound = hands + 0.08 * rng.normal(size=len(times)) * np.exp(-times / 0.05)
    if kind == "dull clap":
        for n in range(1, len(sound)):
            sound[n] += 0.5 * sound[n - 1]
    return sound / np.abs(sound).max()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--every", type=int, default=1, help="take one recording in so many")
    chosen = parser.parse_args()
    rng = np.random.default_rng(0)
    seconds, false = 0.0, 0
    found: dict[tuple[str, float], list[bool]] = {}
    for file in sorted(chosen.folder.glob("*.ogg"))[:: chosen.every]:
        sound = read(file).astype(float)
        seconds += len(sound) / SAMPLE_RATE
        false += len(find_claps(sound))
        for kind in KINDS:
            for level in LEVELS:
                clapped = sound.copy()
                first = int(rng.uniform(0.1, 0.8) * len(sound))
                part = clapped[first : first + SAMPLE_RATE // 5]
                part += level * np.abs(sound).max() * planted(kind, rng)[: len(part)]
                off = find_claps(np.clip(clapped, -1, 1)) - first / SAMPLE_RATE
                found.setdefault((kind, level), []).append(bool((np.abs(off) < NEAR).any()))
    print(f"{seconds / 60:.1f} minutes of speech; found where none was planted: {false}\n")
    print("| planted | " + " | ".join(f"{level:g} x the speech's peak" for level in LEVELS) + " |")
    print("|---" * (len(LEVELS) + 1) + "|")
    for kind in KINDS:
        shares = [100 * np.mean(found[kind, level]) for level in LEVELS]
        print(f"| {kind} | " + " | ".join(f"{share:.0f} %" for share in shares) + " |")


if __name__ == "__main__":
    main()
