"""Lips on known phones: shut on p, b and m, open on open vowels; and a mouth that rests."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from voxface.audio.features import FRAME_RATE, SAMPLE_RATE
from voxface.corpus.examples import Example
from voxface.corpus.phones import FEATURE_NAMES
from voxface.errors import VoxfaceError
from voxface.evaluation.metrics import ClosureScore, closures, motion_where
from voxface.evaluation.takes import truth
from voxface.face import SPEECH_CHANNELS, FaceClip, channel_indices

Predict = Callable[[Path | NDArray[np.float32]], FaceClip]

TRUE_RECALL = 90
"""The threshold is set so that captured lips pass it on this percentage of p, b and m."""


def opening(clip: FaceClip) -> NDArray[np.float64]:
    """Return the mouth opening (T,): the jaw, less what brings the lips together in spite of it."""
    return np.asarray(clip["jawOpen"].astype(np.float64) - clip["mouthClose"])


def phone_middles(example: Example) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Return the middles in seconds of p/b/m and of open vowels."""
    said = example.articulation.astype(np.float32) / 255

    def value(name: str) -> NDArray[np.float32]:
        return np.asarray(said[:, FEATURE_NAMES.index(name)])

    bilabial = (value("bilabial") > 0.5) & (value("stop") + value("nasal") > 0.5)
    vowel = (value("vowel") > 0.5) & (value("height") < 0.4) & (value("lip_rounding") < 0.5)
    return _middles(bilabial, 3), _middles(vowel, 7)


def closure_threshold(examples: Sequence[Example]) -> float:
    """Return the opening under which captured lips fall on 90 % of p, b and m.

    Raises
    ------
    VoxfaceError
        If nobody says any of them.
    """
    lowest = []
    for example in examples:
        clip = truth(example)
        curve = opening(clip) - np.percentile(opening(clip), 5)
        for time in phone_middles(example)[0]:
            first, last = (round((time - clip.start + d) * clip.fps) for d in (-0.06, 0.06))
            part = curve[max(0, first) : max(0, last + 1)]
            if len(part):
                lowest.append(part.min())
    if not lowest:
        raise VoxfaceError(
            "no captured take holds p, b or m, which show when lips are shut; prepare more takes"
        )
    return float(np.percentile(lowest, TRUE_RECALL))


def score_closures(examples: Sequence[Example], predict: Predict, threshold: float) -> ClosureScore:
    """Score lip closures over recordings with known phones."""
    shut, wrong, count, vowels = 0.0, 0.0, 0, 0
    for example in examples:
        clip = predict(Path(example.about["recording"]))
        closed_at, open_at = phone_middles(example)
        score = closures(opening(clip), float(clip.fps), closed_at, open_at, threshold)
        if score.count:
            shut += score.recall * score.count
            count += score.count
        if len(open_at):
            wrong += score.false_share * len(open_at)
            vowels += len(open_at)
    return ClosureScore(shut / max(count, 1), wrong / max(vowels, 1), count)


def motion_without_speech(predict: Predict, seconds: float = 20.0) -> dict[str, float]:
    """Return the mean absolute frame-to-frame motion of speech channels where nobody speaks.

    Digital silence, white and pink noise at -30 dB, mains hum, and a chord of plucked strings.
    """
    columns = channel_indices(SPEECH_CHANNELS)
    result = {}
    for name, sound in nobody_speaking(seconds).items():
        clip = predict(sound)
        everywhere = np.ones(len(clip), bool)
        result[name] = motion_where(clip.weights[:, columns], everywhere)
    return result


def nobody_speaking(seconds: float) -> dict[str, NDArray[np.float32]]:
    """Return sounds at 16 kHz in which nobody speaks, by name; always the same."""
    rng = np.random.default_rng(0)
    samples = round(seconds * SAMPLE_RATE)
    time = np.arange(samples) / SAMPLE_RATE
    white = rng.standard_normal(samples)
    spectrum = np.fft.rfft(white) / np.sqrt(np.maximum(np.arange(samples // 2 + 1), 1))
    pink = np.fft.irfft(spectrum, samples)
    strings = np.zeros(samples)
    for begin in np.arange(0, seconds, 0.5):
        since = np.maximum(time - begin, 0)
        note = 220 * 2 ** (rng.integers(0, 24) / 12)
        heard = (time >= begin) * np.exp(-3 * since)
        strings += heard * sum(np.sin(2 * np.pi * note * k * since) / k for k in range(1, 8))
    level = 10 ** (-30 / 20)
    sounds = {
        "digital silence": np.zeros(samples),
        "white noise": white / white.std() * level,
        "pink noise": pink / pink.std() * level,
        "mains hum": np.sin(2 * np.pi * 50 * time) * level,
        "plucked strings": strings / strings.std() * level,
    }
    return {name: sound.astype(np.float32) for name, sound in sounds.items()}


def _middles(active: NDArray[np.bool_], least: int) -> NDArray[np.float64]:
    edges = np.flatnonzero(np.diff(np.concatenate([[0], active.astype(np.int8), [0]])))
    begins, ends = edges[::2], edges[1::2]
    long = ends - begins >= least
    return np.asarray((begins + ends)[long] / 2 / FRAME_RATE)
