"""The viseme method on captured faces: held-out takes of GRID speaker 1, s4, and FACEGOOD.

    python benchmarks/viseme_baseline.py data/examples [--every 4]

Prints for phones that are known and for phones that are recognised: jaw r and mouth r by
`voxface.evaluation.takes.score_take` (beside them stand those of nets in the model card), and the
share of p, b and m on which lips shut.
"""

from __future__ import annotations

import argparse
from pathlib import Path

import numpy as np

from voxface.corpus.examples import Example, load_examples
from voxface.evaluation import metrics
from voxface.evaluation.lips import opening, phone_middles
from voxface.evaluation.takes import score_take
from voxface.evaluation.viseme_method import FITTED_TO, VisemeMethod
from voxface.training.train import split

SHUT = 0.039
"""Opening under which 90 % of captured p, b and m fall (`voxface evaluate`)."""


def main() -> None:
    """Print a row for every group and way to find phones."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("examples", type=Path, help="folder that 'voxface prepare' wrote")
    parser.add_argument("--every", type=int, default=1, help="score every so many takes")
    given = parser.parse_args()
    _, out = split(load_examples(given.examples / "grid.npz"), FITTED_TO)
    groups = {
        "GRID s1, held out": [e for e in out if e.speaker == "s1"],
        "GRID s4": [e for e in out if e.speaker == "s4"],
        "FACEGOOD": load_examples(given.examples / "facegood.npz"),
    }
    for knows in (True, False):
        for name, takes in groups.items():
            if knows and not takes[0].articulation.shape[1]:
                continue
            way = "known phones" if knows else "recognised"
            some = takes[:: given.every]
            print(f"{name}, {way}: {row(some, VisemeMethod(knows_phones=knows))}", flush=True)


def row(takes: list[Example], method: VisemeMethod) -> str:
    """Return the figures of one group in words."""
    scores, shut, count, late = [], 0.0, 0, []
    for take in takes:
        clip = method.predict(take)
        scores.append(score_take(take, clip))
        late.append(scores[-1].lag)
        if take.articulation.shape[1]:
            found = metrics.closures(opening(clip), 100, phone_middles(take).shut, [], SHUT)
            shut += found.recall * found.count if found.count else 0
            count += found.count
    jaw, mouth, jaw_ratio = (
        float(np.mean([getattr(score, name) for score in scores]))
        for name in ("jaw_r", "mouth_r", "jaw_ratio")
    )
    lips = f", shut on {shut / count:.1%} of {count} p, b, m" if count else ""
    return (
        f"{len(takes)} takes, jaw r {jaw:.3f}, mouth r {mouth:.3f}, jaw ratio {jaw_ratio:.2f}, "
        f"late by {np.nanmedian(late):.0f} ms{lips}"
    )


if __name__ == "__main__":
    main()
