"""Fit the dominances of the viseme method to captured curves of one speaker's training takes.

    python benchmarks/viseme_tuning.py data/examples

Only takes of GRID speaker 1 that every recipe trains on are looked at (hold_out_every 15): no
held-out take and no other speaker. One number after the other is moved up and down as long as the
mean of jaw r and mouth r rises and lips still shut on p, b and m. Prints `voxface.visemes.rules`
as they should read; a person copies them there.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from dataclasses import dataclass, fields, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from voxface.audio import read
from voxface.corpus.examples import Example, load_examples
from voxface.evaluation import metrics
from voxface.evaluation.lips import opening, phone_middles
from voxface.evaluation.takes import JAW, MOUTH, truth
from voxface.face import ARKIT_CHANNELS, FaceClip
from voxface.phones.articulation import phones_from_articulation
from voxface.training.recipe import Data
from voxface.training.train import split
from voxface.visemes import Rules, TimedViseme, spoken_face, timed_visemes

SPEAKER = "s1"
HELD_OUT = Data(sets={"grid": 1.0}, hold_out_every=15)
SHUT = 0.039
"""Opening under which 90 % of captured p, b and m fall (`voxface evaluate`)."""
SHUT_SHARE = 0.98
STEPS = (1.25, 0.8)
LIMITS = {"alpha": (0.4, 40.0), "before": (10.0, 70.0), "after": (10.0, 70.0), "core": (0.0, 0.6)}
FIXED = ("shut", "teeth")
"""Kinds that are not for a fit to choose."""


@dataclass(frozen=True, eq=False)
class Take:
    """What is needed of a take again and again."""

    looks: list[TimedViseme]
    pcm: NDArray[np.float32]
    frames: int
    at: NDArray[np.int64]
    true: NDArray[np.float64]
    shut: NDArray[np.float64]


def main() -> None:
    """Tune and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("examples", type=Path, help="folder that 'voxface prepare' wrote")
    parser.add_argument("--every", type=int, default=14, help="use every so many takes")
    parser.add_argument("--rounds", type=int, default=3)
    given = parser.parse_args()
    heard, _ = split(load_examples(given.examples / "grid.npz"), HELD_OUT)
    own = [example for example in heard if example.speaker == SPEAKER]
    fitted, checked = own[:: given.every], own[given.every // 2 :: given.every]
    takes, others = [_take(e) for e in fitted], [_take(e) for e in checked]
    rules = Rules()
    best = score(takes, rules)
    print(f"{len(takes)} takes: {best:.4f}; {len(others)} others: {score(others, rules):.4f}")
    for turn in range(given.rounds):
        before = best
        for name, low, high in _numbers(rules):
            rules, best = _moved(takes, rules, name, (low, high), best)
        print(f"round {turn + 1}: {best:.4f}, others {score(others, rules):.4f}")
        _show(rules)
        if best - before < 0.001:
            break


def _show(rules: Rules) -> None:
    """Print rules as they are written in `voxface.visemes.rules`."""
    for group in ("jaw", "lips"):
        print(group)
        for kind, rule in getattr(rules, group).items():
            numbers = ", ".join(f"{getattr(rule, f.name):.3g}" for f in fields(rule))
            print(f'    "{kind}": Dominance({numbers}),')
    print(f"lead {rules.lead:.3g}, loudness {rules.loudness:.3g}", flush=True)


def score(takes: list[Take], rules: Rules) -> float:
    """Return the mean of jaw r and mouth r, less what lips fail to shut."""
    found, shut, count = [], 0.0, 0
    for take in takes:
        weights = spoken_face(take.looks, take.frames, take.pcm, rules).weights
        said = weights[take.at].astype(np.float64)
        r = metrics.pearson(said, take.true)
        moves = metrics.moving(take.true)
        mouth = [column for column in MOUTH if moves[column]]
        found.append((r[JAW] + (r[mouth].mean() if mouth else 0.0)) / 2)
        clip = FaceClip(weights, 100, ARKIT_CHANNELS)
        if len(take.shut):
            part = metrics.closures(opening(clip), 100, take.shut, [], SHUT)
            shut += part.recall * part.count
            count += part.count
    return float(np.mean(found)) - 2 * max(0.0, SHUT_SHARE - shut / max(count, 1))


def _take(example: Example) -> Take:
    true = truth(example)
    seen = true.tracked.any(axis=1)
    at = np.round(true.times[seen] * 100).astype(int)
    inside = at < len(example)
    return Take(
        timed_visemes(phones_from_articulation(example.articulation)),
        read(example.about["recording"]),
        len(example),
        at[inside],
        true.weights[seen][inside].astype(np.float64),
        phone_middles(example).shut,
    )


def _numbers(rules: Rules) -> Iterator[tuple[str, float, float]]:
    """Yield the path of every number that may move, and between which limits."""
    for group in ("jaw", "lips"):
        for kind in getattr(rules, group):
            for part, (low, high) in LIMITS.items():
                if kind not in FIXED:
                    yield f"{group}.{kind}.{part}", low, high
    yield "lead", -0.04, 0.12
    yield "loudness", 0.0, 0.025


def _moved(
    takes: list[Take], rules: Rules, name: str, limits: tuple[float, float], best: float
) -> tuple[Rules, float]:
    """Move one number up, or else down, as long as it helps."""
    for step in STEPS:
        helped = False
        while True:
            tried = _with(rules, name, _stepped(_value(rules, name), name, step, limits))
            found = score(takes, tried)
            if found <= best + 1e-5:
                break
            rules, best, helped = tried, found, True
        if helped:
            break
    return rules, best


def _stepped(value: float, name: str, step: float, limits: tuple[float, float]) -> float:
    by_sum = name.endswith(("core", "lead", "loudness"))
    size = 0.1 if name.endswith("core") else 0.01 if name == "lead" else 0.003
    moved = value + (size if step > 1 else -size) if by_sum else value * step
    return float(np.clip(moved, *limits))


def _value(rules: Rules, name: str) -> float:
    group, _, rest = name.partition(".")
    if not rest:
        return float(getattr(rules, group))
    kind, part = rest.split(".")
    return float(getattr(getattr(rules, group)[kind], part))


def _with(rules: Rules, name: str, value: float) -> Rules:
    group, _, rest = name.partition(".")
    if not rest:
        return replace(rules, **{group: value})
    kind, part = rest.split(".")
    table = dict(getattr(rules, group))
    table[kind] = replace(table[kind], **{part: value})
    return replace(rules, **{group: table})


if __name__ == "__main__":
    main()
