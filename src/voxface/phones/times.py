"""Phones in time, and whether such times can be true of a recording."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from voxface.audio.features import SAMPLE_RATE
from voxface.phones.symbols import SILENCE, feature, is_vowel

LONGEST_STOP, LONGEST_ONSET = 0.12, 0.2
"""Seconds that a stop and another consonant may last after a pause; see `trim_onsets`."""
GLIDE = 0.6
"""Share of a diphthong's duration that belongs to its first vowel."""


@dataclass(frozen=True)
class TimedPhone:
    """One phone of a recording.

    Attributes
    ----------
    symbol : str
        IPA as in `voxface.phones.symbols`, or ``"sil"``.
    start, end : float
        Seconds from the beginning of the sound.
    """

    symbol: str
    start: float
    end: float

    @property
    def middle(self) -> float:
        """Return the time half way, in seconds."""
        return (self.start + self.end) / 2


def spread(symbols: Sequence[str], start: float, end: float) -> list[TimedPhone]:
    """Share a stretch of time among phones: a diphthong's first vowel gets 60 %, else equally."""
    count = len(symbols)
    edges = np.linspace(0, 1, count + 1)
    if count == 2:
        edges[1] = GLIDE
    times = (start + edges * (end - start)).tolist()
    return [TimedPhone(*part) for part in zip(symbols, times[:-1], times[1:], strict=True)]


def trim_onsets(phones: Iterable[TimedPhone]) -> list[TimedPhone]:
    """Give back to silence what a consonant after it has swallowed.

    An aligner cannot tell the closed lips of a first p from the pause before it, and takes some of
    the pause: on GRID one first p, b or m in three came out longer than `LONGEST_STOP`. What ends
    the consonant can be heard, so its end stays.
    """
    trimmed: list[TimedPhone] = []
    for phone in phones:
        longest = LONGEST_STOP if feature(phone.symbol, "stop") else LONGEST_ONSET
        start = round(phone.end - longest, 4)
        first = not trimmed or trimmed[-1].symbol == SILENCE
        consonant = phone.symbol != SILENCE and not is_vowel(phone.symbol)
        if first and consonant and start > phone.start:
            begin = trimmed.pop().start if trimmed else phone.start
            trimmed.append(TimedPhone(SILENCE, begin, start))
            trimmed.append(TimedPhone(phone.symbol, start, phone.end))
        else:
            trimmed.append(phone)
    return trimmed


def cover(phones: Iterable[TimedPhone], duration: float) -> list[TimedPhone]:
    """Fill every gap with silence so that the phones cover 0 to ``duration`` without overlap.

    Neighbouring silences become one, phones past the end are cut; times are rounded to 0.1 ms.
    """
    covered: list[TimedPhone] = []
    at = 0.0

    def add(symbol: str, end: float) -> None:
        nonlocal at
        end = round(min(end, duration), 4)
        if end <= at:
            return
        if symbol == SILENCE and covered and covered[-1].symbol == SILENCE:
            covered[-1] = TimedPhone(SILENCE, covered[-1].start, end)
        else:
            covered.append(TimedPhone(symbol, at, end))
        at = end

    for phone in phones:
        if phone.start > at:
            add(SILENCE, phone.start)
        add(phone.symbol, phone.end)
    add(SILENCE, duration)
    return covered


def loudness(pcm: NDArray[np.float32]) -> NDArray[np.float64]:
    """Return the loudness in dB of every 10 ms of a sound at 16 kHz, frame t at t + 5 ms."""
    hop = SAMPLE_RATE // 100
    whole = pcm[: len(pcm) // hop * hop].reshape(-1, hop).astype(np.float64)
    return np.asarray(10 * np.log10(np.mean(whole * whole, axis=1) + 1e-9))


def energy_agreement(pcm: NDArray[np.float32], phones: Sequence[TimedPhone]) -> float:
    """Say how well silences are quiet and phones are not: 0.5 is chance, 1 is perfect.

    It is the probability that a frame inside speech is louder than a frame of silence (the area
    under the ROC curve). Where there is no silence at all, or less than 50 ms of it, it is 1.
    """
    level = loudness(pcm)
    speech = speech_mask(phones, len(level))
    if speech.sum() < 5 or (~speech).sum() < 5:
        return 1.0 if speech.sum() >= 5 else 0.0
    rank = np.empty(len(level))
    rank[np.argsort(level)] = np.arange(len(level))
    loud = int(speech.sum())
    wins = rank[speech].sum() - loud * (loud - 1) / 2
    return float(wins / (loud * (len(level) - loud)))


def speech_mask(phones: Sequence[TimedPhone], frames: int) -> NDArray[np.bool_]:
    """Return for every 10 ms frame whether its middle lies in a phone that is not silence."""
    mask = np.zeros(frames, np.bool_)
    for phone in phones:
        if phone.symbol != SILENCE:
            mask[round(phone.start * 100) : round(phone.end * 100)] = True
    return mask
