"""Scores of a model on captured takes: its prediction from the sound against the tracked face."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, fields
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from voxface.audio.features import FRAME_RATE
from voxface.corpus.examples import Example
from voxface.corpus.facegood import read_take
from voxface.errors import VoxfaceError
from voxface.evaluation import metrics
from voxface.face import ARKIT_CHANNELS, REGIONS, FaceClip, channel_index

JAW = channel_index("jawOpen")
MOUTH = [channel_index(name) for name in REGIONS["mouth"] if name.startswith("mouth")]
COVERED = 0.8
"""Share of the captured frames that a prediction must reach."""


@dataclass(frozen=True)
class TakeScore:
    """One take's figures.

    Attributes
    ----------
    jaw_r, mouth_r
        Pearson's r of jawOpen, and its mean over the mouth channels that move in this take.
    jaw_ratio, mouth_ratio
        Amplitude ratios (predicted over true standard deviation): of jawOpen, and the geometric
        mean over the mouth channels that move.
    mouth_error
        Mean absolute error of all mouth channels that were tracked, about each curve's own rest.
    jaw_error
        The same of jawOpen.
    lag
        Milliseconds by which the predicted jaw is late, to 10 ms.
    """

    name: str
    speaker: str
    jaw_r: float
    mouth_r: float
    jaw_ratio: float
    mouth_ratio: float
    mouth_error: float
    jaw_error: float
    lag: float


FIGURES = tuple(item.name for item in fields(TakeScore))[2:]


def truth(example: Example) -> FaceClip:
    """Return the captured clip of an example, with all ARKit channels.

    Raises
    ------
    VoxfaceError
        If the example does not name its capture.
    """
    path = example.about.get("capture")
    if not path:
        raise VoxfaceError(f"'{example.name}' has no captured face to compare with")
    clip = read_take(path) if example.corpus == "facegood" else FaceClip.load(Path(path))
    return clip.select(ARKIT_CHANNELS)


def score_take(example: Example, predicted: FaceClip) -> TakeScore:
    """Compare a prediction at the feature rate (100 fps) with the captured take of an example.

    Raises
    ------
    VoxfaceError
        If the prediction is of another rate or covers less than `COVERED` of the captured frames.
    """
    if predicted.fps != FRAME_RATE:
        raise VoxfaceError(
            f"a prediction for '{example.name}' has {float(predicted.fps):g} frames per second; "
            f"resample it to {FRAME_RATE}"
        )
    true = truth(example)
    predicted = predicted.select(ARKIT_CHANNELS)
    seen = true.tracked.any(axis=1)
    at = np.round((true.times[seen] - predicted.start) * FRAME_RATE).astype(int)
    inside = (at >= 0) & (at < min(len(predicted), len(example)))
    if inside.sum() < max(3, COVERED * len(inside)):
        raise VoxfaceError(
            f"a prediction for '{example.name}' covers {inside.sum()} of {len(inside)} captured "
            "frames; predict the whole take"
        )
    at = at[inside]
    known = true.tracked.any(axis=0)
    own = true.weights[seen][inside].astype(np.float64)
    said = predicted.weights[at].astype(np.float64)
    resting = example.speech[at] == 0
    r = metrics.pearson(said, own)
    ratio = metrics.amplitude_ratio(said, own)
    moves = metrics.moving(own)
    chosen = [column for column in MOUTH if moves[column]]
    error = metrics.mean_absolute_error(
        metrics.about_rest(said, resting), metrics.about_rest(own, resting)
    )
    return TakeScore(
        example.name,
        example.speaker,
        float(r[JAW]),
        float(np.mean(r[chosen])) if chosen else float("nan"),
        float(ratio[JAW]),
        float(np.exp(np.mean(np.log(ratio[chosen] + 1e-6)))) if chosen else float("nan"),
        float(error[[column for column in MOUTH if known[column]]].mean()),
        float(error[JAW]),
        _lag(predicted, true.times[seen][inside], own[:, JAW]),
    )


def _lag(predicted: FaceClip, times: NDArray[np.float64], jaw: NDArray[np.float64]) -> float:
    """Return how late the predicted jaw is, to its own frame: frames of a video are coarse."""
    clock = predicted.times
    within = (clock >= times[0]) & (clock <= times[-1])
    said = predicted.weights[within, JAW]
    return metrics.lag(said, np.interp(clock[within], times, jaw), float(predicted.fps))


def score_takes(
    examples: Iterable[Example], predict: Callable[[Path], FaceClip]
) -> list[TakeScore]:
    """Score every example; `predict` animates a recording at 100 fps without a gate."""
    return [score_take(e, predict(Path(e.about["recording"]))) for e in examples]


def summary(
    scores: Sequence[TakeScore], draws: int = 1000
) -> dict[str, tuple[float, float, float]]:
    """Return each figure's mean over takes with its 95 % bootstrap interval.

    Notes
    -----
    Percentile bootstrap over takes (Efron & Tibshirani, 1993), seeded.
    """
    result = {}
    rng = np.random.default_rng(0)
    for name in FIGURES:
        values: NDArray[np.float64] = np.array([getattr(score, name) for score in scores])
        values = values[np.isfinite(values)]
        if not len(values):
            continue
        means = values[rng.integers(0, len(values), (draws, len(values)))].mean(axis=1)
        low, high = np.percentile(means, [2.5, 97.5])
        result[name] = (float(values.mean()), float(low), float(high))
    return result
