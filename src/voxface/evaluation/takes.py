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
from voxface.evaluation.matching import Matched, match
from voxface.face import ARKIT_CHANNELS, REGIONS, FaceClip, channel_index

JAW = channel_index("jawOpen")
MOUTH = [channel_index(name) for name in REGIONS["mouth"] if name.startswith("mouth")]


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
    """Compare a prediction with the captured take of an example.

    Raises
    ------
    VoxfaceError
        If the take has no capture, or the prediction cannot be of it: see `match`.
    """
    return score_matched(match(example, predicted, truth(example)))


def score_matched(matched: Matched) -> TakeScore:
    """Do what `score_take` does with a take whose prediction and capture were brought together."""
    own, said = (values[:, : len(ARKIT_CHANNELS)] for values in (matched.own, matched.said))
    known = matched.tracked
    r = metrics.pearson(said, own)
    ratio = metrics.amplitude_ratio(said, own)
    moves = metrics.moving(own)
    chosen = [column for column in MOUTH if known[column] and moves[column]]
    error = metrics.mean_absolute_error(
        metrics.about_rest(said, matched.resting), metrics.about_rest(own, matched.resting)
    )
    mouth = [column for column in MOUTH if known[column]]
    nothing = float("nan")
    return TakeScore(
        matched.example.name,
        matched.example.speaker,
        float(r[JAW]) if known[JAW] else nothing,
        float(np.mean(r[chosen])) if chosen else nothing,
        float(ratio[JAW]) if known[JAW] else nothing,
        float(np.exp(np.mean(np.log(ratio[chosen] + 1e-6)))) if chosen else nothing,
        float(error[mouth].mean()) if mouth else nothing,
        float(error[JAW]) if known[JAW] else nothing,
        # Frames of a video are coarse: the lag is told to the prediction's own frame.
        metrics.lag(
            matched.predicted.weights[matched.within, JAW],
            matched.own_at_feature_rate(own[:, JAW]),
            FRAME_RATE,
        ),
    )


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
