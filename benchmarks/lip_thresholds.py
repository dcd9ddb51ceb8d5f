"""Where the lips of a run should begin to shut: what every choice of thresholds costs.

    python benchmarks/lip_thresholds.py runs/voice_to_action_lips --examples data/examples

Prints, for pairs of probabilities, the share of p, b and m on which the lips of the exported model
would shut, and of t, d, k, g, n and open vowels on which they would as well. It looks at voices
that were trained on and that neither `voxface evaluate` nor `lips_on_the_head.py` looks at, so that
these remain a test of what is chosen here.
"""

from __future__ import annotations

import argparse
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
from rich.console import Console
from rich.table import Table

from voxface.audio.features import FRAME_RATE
from voxface.corpus.examples import Example, load_examples
from voxface.evaluation.beyond_takes import VOICES_SCORED
from voxface.evaluation.lips import closure_threshold, opening, phone_middles
from voxface.face import ARKIT_CHANNELS, FaceClip
from voxface.models import FaceOutput
from voxface.training.checkpoint import load_trained
from voxface.training.graph import FaceWeights, lip_thresholds
from voxface.training.predict import predict

PAIRS = (
    (0.05, 0.15),
    (0.09, 0.26),
    (0.12, 0.35),
    (0.15, 0.4),
    (0.2, 0.5),
    (0.3, 0.6),
    (0.4, 0.8),
    (0.6, 0.9),
)
SETS = ("librispeech", "speechocean762", "arabic_commands")
EACH, REACH = 60, 0.06


def not_scored(voices: list[Example]) -> dict[str, list[Example]]:
    """Return some voices of each set, without those that the reports score."""
    by_language: dict[str, list[Example]] = {}
    by_set: dict[str, list[Example]] = {}
    for one in voices:
        by_language.setdefault(str(one.about.get("language")), []).append(one)
        by_set.setdefault(Path(one.recording).parent.name, []).append(one)
    # Both reports take every so manieth, the first one first.
    out = {
        one.name
        for group, count in [(g, VOICES_SCORED) for g in by_language.values()]
        + [(g, 40) for g in by_set.values()]
        for one in group[:: max(1, len(group) // count)]
    }
    left = {name: [one for one in by_set.get(name, []) if one.name not in out] for name in SETS}
    return {name: group[:: max(1, len(group) // EACH)] for name, group in left.items() if group}


def shares(
    held: list[tuple[Example, FaceOutput]], weights: FaceWeights, threshold: float
) -> tuple[float, float, float]:
    """Return the shares of p/b/m, of t/d/k/g/n and of open vowels on which lips shut."""
    met: list[bool] = []
    tongue: list[bool] = []
    vowels: list[bool] = []
    for example, said in held:
        with torch.inference_mode():
            shown = weights(said)[0].numpy()
        curve = opening(FaceClip(shown, FRAME_RATE, ARKIT_CHANNELS)) <= threshold
        at = phone_middles(example)
        for time in at.shut:
            first, last = (round((time + d) * FRAME_RATE) for d in (-REACH, REACH))
            met.append(bool(curve[max(0, first) : last + 1].any()))
        for found, times in ((tongue, at.tongue), (vowels, at.opened)):
            frames = np.round(times * FRAME_RATE).astype(int)
            found.extend(curve[np.minimum(frames, len(curve) - 1)])
    return float(np.mean(met)), float(np.mean(tongue)), float(np.mean(vowels))


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("run", type=Path, help="folder that 'voxface train' wrote")
    parser.add_argument("--examples", type=Path, default=Path("data/examples"))
    given = parser.parse_args()
    trained = load_trained(given.run)
    usual = lip_thresholds(trained.about)
    grid = load_examples(given.examples / "grid.npz")
    threshold = closure_threshold(grid[:: max(1, len(grid) // 200)])
    voices = not_scored(load_examples(given.examples / "voices.npz"))
    heard = {
        name: [(one, predict(trained, [one])[0]) for one in group] for name, group in voices.items()
    }
    table = Table(title="lips shut on p/b/m, t/d/k/g/n, open vowels")
    table.add_column("shut from, to")
    for name, group in voices.items():
        count = sum(len(phone_middles(one).shut) for one in group)
        table.add_column(f"{name} ({count} p/b/m)", justify="right")
    for pair in PAIRS:
        weights = FaceWeights(trained.scale, replace(usual, shut=pair)).eval()
        cells = [
            " / ".join(f"{share:.1%}" for share in shares(group, weights, threshold))
            for group in heard.values()
        ]
        table.add_row(f"{pair[0]}, {pair[1]}", *cells)
    Console(width=None if Console().is_terminal else 140).print(table)


if __name__ == "__main__":
    main()
