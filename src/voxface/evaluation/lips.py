"""Lips on known phones: shut on p, b and m, open on open vowels; and a mouth that rests."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.stats import mannwhitneyu

from voxface.audio.features import FRAME_RATE, SAMPLE_RATE
from voxface.corpus.examples import Example
from voxface.errors import VoxfaceError
from voxface.evaluation.metrics import ClosureScore, closures, motion_where
from voxface.evaluation.takes import truth
from voxface.face import SPEECH_CHANNELS, FaceClip, channel_indices
from voxface.phones.symbols import FEATURE_NAMES

Predict = Callable[[Example], FaceClip]
PredictSound = Callable[[NDArray[np.float32]], FaceClip]

TRUE_RECALL = 90
"""The threshold is set so that captured lips pass it on this percentage of p, b and m."""


def opening(clip: FaceClip) -> NDArray[np.float64]:
    """Return the mouth opening (T,): the jaw, less what brings the lips together in spite of it."""
    return np.asarray(clip["jawOpen"].astype(np.float64) - clip["mouthClose"])


def rounding(clip: FaceClip) -> NDArray[np.float64]:
    """Return how rounded the lips are (T,): puckered or funnelled."""
    return np.asarray(clip["mouthPucker"].astype(np.float64) + clip["mouthFunnel"])


@dataclass(frozen=True)
class PhoneMiddles:
    """Middles in seconds of the phones whose lips everybody sees.

    Attributes
    ----------
    shut
        p, b and m.
    tongue
        Stops and nasals of the tongue, as t, d, k, g and n: lips need not meet.
    opened
        Open vowels without rounding, as in "ah".
    rounded, spread
        Vowels with rounding, as in "oo", and without.
    """

    shut: NDArray[np.float64]
    tongue: NDArray[np.float64]
    opened: NDArray[np.float64]
    rounded: NDArray[np.float64]
    spread: NDArray[np.float64]


def phone_middles(example: Example) -> PhoneMiddles:
    """Find the telling phones of an example: p/b/m from 30 ms, vowels from 70 ms on."""
    said = example.articulation.astype(np.float32) / 255

    def value(name: str) -> NDArray[np.float32]:
        return np.asarray(said[:, FEATURE_NAMES.index(name)])

    vowel, round_lips = value("vowel") > 0.5, value("lip_rounding") > 0.5
    closure, lips = value("stop") + value("nasal") > 0.5, value("bilabial") > 0.5
    return PhoneMiddles(
        _middles(closure & lips, 3),
        _middles(closure & ~lips & ~vowel, 3),
        _middles(vowel & (value("height") < 0.4) & ~round_lips, 7),
        _middles(vowel & round_lips, 7),
        _middles(vowel & ~round_lips, 7),
    )


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
        for time in phone_middles(example).shut:
            first, last = (round((time - clip.start + d) * clip.fps) for d in (-0.06, 0.06))
            part = curve[max(0, first) : max(0, last + 1)]
            if len(part):
                lowest.append(part.min())
    if not lowest:
        raise VoxfaceError(
            "no captured take holds p, b or m, which show when lips are shut; prepare more takes"
        )
    return float(np.percentile(lowest, TRUE_RECALL))


@dataclass(frozen=True)
class LipScore:
    """How lips behave on known phones.

    Attributes
    ----------
    shut
        Closures of p, b and m, and false ones on open vowels.
    shut_on_tongue
        Share of t, d, k, g, n and the like on which lips are shut as well. It need not be 0: jaws
        are high there.
    opened
        Probability that the jaw is further open on an open vowel than on a p, b or m.
    rounded
        Probability that lips are rounder on a rounded vowel than on another: 0.5 is chance.
    """

    shut: ClosureScore
    shut_on_tongue: float
    opened: float
    rounded: float


def score_lips(examples: Sequence[Example], predict: Predict, threshold: float) -> LipScore:
    """Score the lips of predictions for recordings with known phones.

    The opening is compared with the threshold as it is, not about the prediction's own rest: a
    mouth that never shuts must not pass.
    """
    scores, tongue, jaws, shapes = [], [], ([], []), ([], [])  # type: ignore[var-annotated]
    for example in examples:
        clip = predict(example)
        at = phone_middles(example)
        rate = float(clip.fps)
        score = closures(opening(clip), rate, at.shut, at.opened, threshold)
        scores.append((score, len(at.shut), len(at.opened)))
        tongue.append(_read(opening(clip), at.tongue, rate) <= threshold)
        for values, times in zip(jaws, (at.opened, at.shut), strict=True):
            values.append(_read(clip["jawOpen"], times, rate))
        for values, times in zip(shapes, (at.rounded, at.spread), strict=True):
            values.append(_read(rounding(clip), times, rate))
    count, vowels = sum(n for _, n, _ in scores), sum(n for _, _, n in scores)
    recall = sum(score.recall * n for score, n, _ in scores if n) / max(count, 1)
    false_share = sum(score.false_share * n for score, _, n in scores if n) / max(vowels, 1)
    return LipScore(
        ClosureScore(recall, false_share, count),
        float(np.concatenate(tongue).mean()) if sum(map(len, tongue)) else float("nan"),
        *(_larger(np.concatenate(more), np.concatenate(less)) for more, less in (jaws, shapes)),
    )


def _read(
    values: NDArray[np.floating], times: NDArray[np.float64], rate: float
) -> NDArray[np.float64]:
    at = np.clip(np.round(times * rate).astype(int), 0, len(values) - 1)
    return np.asarray(values[at], np.float64)


def _larger(more: NDArray[np.float64], less: NDArray[np.float64]) -> float:
    """Return the probability that a value of `more` exceeds one of `less` (ROC area)."""
    if not len(more) or not len(less):
        return float("nan")
    return float(mannwhitneyu(more, less).statistic / (len(more) * len(less)))


def motion_without_speech(predict: PredictSound, seconds: float = 20.0) -> dict[str, float]:
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
