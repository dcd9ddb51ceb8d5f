"""Which of nine drawn mouths a face shows, and for how long: the alphabet of Rhubarb Lip Sync.

====== ================================================================
A      lips shut, as in p, b, m
B      slightly open, as in most consonants and "ee"
C      open, as in "bed"
D      wide open, as in "father"
E      open and rounded, as in "bird", "off"
F      puckered, as in "you", "w"
G      lower lip at the upper teeth, as in f, v
H      open with the tongue raised, as in l
X      at rest
====== ================================================================

Shapes: https://github.com/DanielSWolf/rhubarb-lip-sync#mouth-shapes. The decision is ours: every
frame is compared with each shape, and the cheapest sequence of shapes is taken of which each is
held for a least time. How far a mouth opens and rounds is counted in what this clip's mouth does:
speakers, trackers and models differ by more than shapes do.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from voxface.face import FaceClip

SHAPES = "ABCDEFGHX"
RATE = 100
"""Frames a second on which shapes are decided; times of cues are hundredths of a second."""

LEAST_HELD = {"A": 0.04, "X": 0.25}
"""Seconds for which a shape is held at least: a p is short, a rest is not."""
LEAST_HELD_OTHERWISE = 0.08
CHANGE = 0.2
"""What a change of shape costs, in frames of a shape that is as wrong as can be."""

USUAL_OPENING = (0.2, 0.7)
USUAL_ROUNDING = (0.2, 0.9)
"""What counts as wide open and as puckered lies between these, wherever the clip's own reach is."""

SHUT, REST = 0.25, 0.12
"""Shares of a moderate opening below which lips count as shut, and as at rest."""
STILL = 0.04
"""Opening and rounding below which a mouth does nothing."""
MODERATE = 0.3
"""The widest opening of quiet speech."""

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Cue:
    """One shape from `start` to `end`, in seconds."""

    start: float
    end: float
    shape: str


def mouth_cues(clip: FaceClip, shapes: str = SHAPES) -> list[Cue]:
    """Decide which shapes a clip shows, from time 0 to its end, without a gap.

    Neighbouring cues differ. A clip that begins after 0 is at rest until then.

    Parameters
    ----------
    clip : FaceClip
    shapes : str
        The letters to choose from.
    """
    frames = round((clip.start + clip.duration) * RATE)
    if frames <= 0 or not len(clip):
        return []
    costs = _costs(clip, np.arange(frames) / RATE)
    chosen = _cheapest(
        np.stack([costs[shape] for shape in shapes], axis=1),
        [round(RATE * LEAST_HELD.get(shape, LEAST_HELD_OTHERWISE)) for shape in shapes],
    )
    edges = [0, *(np.flatnonzero(np.diff(chosen)) + 1).tolist(), frames]
    return [Cue(begin / RATE, end / RATE, shapes[chosen[begin]]) for begin, end in pairwise(edges)]


def _costs(clip: FaceClip, times: Floats) -> dict[str, Floats]:
    """Return how wrong each shape would be at `times`; about 1 is as wrong as can be."""

    def channel(*names: str) -> Floats:
        values = clip.select(names).weights.mean(axis=1)
        return np.asarray(np.interp(times, clip.times, values, left=0.0))

    parted = [f"mouth{way}{side}" for way in ("LowerDown", "UpperUp") for side in ("Left", "Right")]
    lips = channel(*parted)
    jaw = channel("jawOpen")
    opening = np.maximum(jaw - channel("mouthClose"), 0) + 0.5 * lips
    rounding = channel("mouthPucker") + channel("mouthFunnel")
    lower, upper = channel("mouthRollLower"), channel("mouthRollUpper")
    pressed = channel("mouthPressLeft", "mouthPressRight") + upper
    # The lower lip alone is drawn in at the teeth; in p, b and m both are.
    biting = np.clip((lower - upper) / 0.3, 0, 1)
    tongue = np.clip(channel("tongueOut") / 0.15, 0, 1)
    # Silence before and after must not change what counts as wide.
    moving = (opening > STILL) | (rounding > STILL)
    widest = _reach(opening[moving], USUAL_OPENING)
    roundest = _reach(rounding[moving], USUAL_ROUNDING)
    wide, round_ = np.clip(opening / widest, 0, 1.2), np.clip(rounding / roundest, 0, 1)
    # However wide a mouth opens at times, lips that meet leave no gap.
    gap = np.clip(opening / min(widest, MODERATE), 0, 1.2)

    def from_shape(opened: float, rounded: float) -> Floats:
        return (wide - opened) ** 2 + 0.5 * (round_ - rounded) ** 2

    # Rounded lips with any gap at all are puckered, not shut.
    puckered = 1.5 * np.maximum(round_ - 0.75, 0) ** 2 * np.clip(gap / 0.15, 0, 1)
    spoken = {
        "A": np.maximum(gap - SHUT, 0) ** 2 * 4 + puckered + 0.025,
        "B": from_shape(0.5, 0.1),
        "C": from_shape(0.76, 0.1),
        "D": from_shape(0.95, 0.2),
        "E": from_shape(0.7, 0.7),
        "F": from_shape(0.35, 0.85),
    }
    return {
        **{shape: cost + 0.5 * biting + 0.5 * tongue for shape, cost in spoken.items()},
        "G": (wide - 0.25) ** 2 * 0.5 + 0.8 * (1 - biting),
        "H": (wide - 0.6) ** 2 * 0.5 + 0.8 * (1 - tongue),
        "X": np.maximum(gap - REST, 0) ** 2 * 4 + 0.1 * np.minimum(rounding + pressed + lower, 1),
    }


def _reach(values: Floats, usual: tuple[float, float]) -> float:
    """Return how far a mouth goes at its most, short of outliers."""
    return float(np.clip(np.percentile(values, 95), *usual)) if len(values) else usual[0]


def _cheapest(costs: Floats, least: list[int]) -> NDArray[np.int64]:
    """Return the cheapest sequence of shapes, each held for its least number of frames.

    Dynamic programming: the best way to be in a shape after so many frames either was in it one
    frame before, or entered it exactly its least time ago from the best other shape.

    Parameters
    ----------
    costs : ndarray, shape (T, N)
    least : list of int, length N

    Returns
    -------
    ndarray of int, shape (T,)
        Columns of `costs`.
    """
    frames, count = costs.shape
    sums = np.concatenate([np.zeros((1, count)), np.cumsum(costs, axis=0)])
    if frames <= max(least):
        return np.full(frames, sums[-1].argmin())
    held, columns = np.array(least), np.arange(count)
    best = np.full((frames + 1, count), np.inf)
    origin = np.full((frames + 1, count), -1)  # where a shape was entered from; -1: it stayed
    # The two cheapest ways up to every frame, because a shape does not follow itself.
    first, second, winner = (np.full(frames + 1, np.inf) for _ in range(3))
    for end in range(1, frames + 1):
        begin = end - held
        at = np.maximum(begin, 0)
        before = np.where(winner[at] == columns, second[at], first[at]) + CHANGE
        before[begin == 0] = 0.0
        before[begin < 0] = np.inf
        entered = before + sums[end] - sums[at, columns]
        stayed = best[end - 1] + costs[end - 1]
        best[end] = np.minimum(entered, stayed)
        origin[end] = np.where(entered < stayed, at, -1)
        winner[end] = best[end].argmin()
        first[end], second[end] = np.partition(best[end], 1)[:2]
    return _trace(best, origin)


def _trace(best: Floats, origin: NDArray[np.int64]) -> NDArray[np.int64]:
    """Follow the cheapest way back from its end."""
    chosen = np.empty(len(best) - 1, np.int64)
    end, shape = len(best) - 1, int(best[-1].argmin())
    while end > 0:
        begin = int(origin[end, shape])
        if begin < 0:
            chosen[end - 1] = shape
            end -= 1
            continue
        chosen[begin:end] = shape
        others = best[begin].copy()
        others[shape] = np.inf
        end, shape = begin, int(others.argmin())
    return chosen
