"""How much the same channels move on different speakers: as weights, and in log-odds.

    python benchmarks/speaker_scales.py data/grid

FOLDER holds captured GRID takes (``voxface capture``). The table says why nets learn log-odds:
between speakers, weights differ by orders of magnitude, log-odds by a small factor.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np
from rich.console import Console
from rich.table import Table

from voxface.corpus.grid import grid_speaker
from voxface.corpus.labels import log_odds
from voxface.face import FaceClip

CHANNELS = (
    "jawOpen", "mouthPucker", "mouthFunnel", "mouthRollUpper", "mouthLowerDownLeft",
    "mouthUpperUpLeft", "mouthSmileLeft",
)  # fmt: skip
FEWEST = 5


def main() -> None:
    """Print the mean standard deviation within a take, per speaker and channel."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path, help="captured GRID takes")
    found: dict[str, list[tuple[np.ndarray, np.ndarray]]] = {}
    for path in sorted(parser.parse_args().folder.glob("*.npz")):
        if path.name.endswith(".landmarks.npz"):
            continue
        clip = FaceClip.load(path).select(CHANNELS)
        seen = clip.weights[clip.tracked.all(axis=1)]
        if len(seen) > 1:
            spread = (seen.std(axis=0), log_odds(seen).std(axis=0))
            found.setdefault(grid_speaker(path), []).append(spread)
    table = Table(title="mean standard deviation within a take: weight / log-odds")
    chosen = {speaker: takes for speaker, takes in found.items() if len(takes) >= FEWEST}
    for column in ("channel", *(f"{name} ({len(takes)})" for name, takes in chosen.items())):
        table.add_column(column)
    means = {name: np.mean(takes, axis=0) for name, takes in chosen.items()}
    for row, channel in enumerate(CHANNELS):
        table.add_row(channel, *(f"{m[0, row]:.3f} / {m[1, row]:.2f}" for m in means.values()))
    Console().print(table)


if __name__ == "__main__":
    main()
