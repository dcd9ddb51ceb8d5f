"""Scores of a model on captured takes: its prediction from the sound against the tracked face."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from pathlib import Path

import numpy as np

from voxface.audio.features import FRAME_RATE
from voxface.corpus.examples import Example
from voxface.corpus.facegood import read_take
from voxface.errors import VoxfaceError
from voxface.evaluation import metrics
from voxface.evaluation.intervals import bootstrap_means
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


def summary(scores: Sequence[TakeScore]) -> dict[str, tuple[float, float, float]]:
    """Return each figure's mean over takes with its 95 % bootstrap interval.

    Figures that no take has are left out.
    """
    table = [[getattr(score, name) for name in FIGURES] for score in scores]
    return {
        name: (found.mean, found.low, found.high)
        for name, found in zip(FIGURES, bootstrap_means(table), strict=True)
        if found.count
    }
