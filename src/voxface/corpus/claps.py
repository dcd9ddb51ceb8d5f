"""Claps and clicks in a recording: found, silenced, or cut from sound and face together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.ndimage import uniform_filter1d
from scipy.signal import butter, find_peaks, sosfiltfilt

from voxface.audio.features import SAMPLE_RATE
from voxface.errors import VoxfaceError
from voxface.face import MeshClip

SILENCE = 0.2
"""Seconds of sound that a clap costs."""
BEFORE = 0.03
"""Seconds of them before its peak."""
FADE = 0.002
"""Seconds in which the sound around it fades."""
HOP = 16
"""Samples from one level to the next: 1 ms."""
LOUD = 5.0
"""Decibels above the recording's loud high frequencies (their 99th percentile) from which a peak is
a clap, if low frequencies rise with it."""
VERY_LOUD = 10.0
"""Decibels from which they need not rise with it, as where somebody speaks."""
SUDDEN = 15.0
"""Decibels by which high frequencies rise at a clap within milliseconds."""
WITH_IT = 6.0
"""Decibels by which low frequencies then rise."""
SHORT = 10.0
"""Decibels by which high frequencies have fallen 20 to 60 ms later."""
NARROW = 22
"""Milliseconds in which high frequencies may be within `SHORT` of a clap's peak."""
COLOUR = (-16.0, 12.0)
"""Decibels by which high frequencies may be above low ones: /s/ and /t/ are above, vowels below."""
QUIET = -6.0
"""Decibels re the recording's loud parts below which a peak is no clap."""

Span = tuple[float, float]
"""Begin and end in seconds."""
FloatArray = NDArray[np.float32]


def find_claps(pcm: ArrayLike) -> NDArray[np.float64]:
    """Return when claps and clicks sound, in seconds, shape (n,).

    They are sudden, short and loud peaks of the energy above 4 kHz, of all frequencies: what is
    sudden in speech, such as /t/, has little below 2 kHz, and what is loud in it is not sudden. The
    measure of loud is the recording itself, so that sound that is nothing but clicks has none.

    Parameters
    ----------
    pcm : array_like, shape (N,)
        Mono sound at 16 kHz.
    """
    sound = np.asarray(pcm, np.float64)
    if len(sound) < SAMPLE_RATE // 4:
        return np.zeros(0)
    high, low, whole = (
        _level(sound, *band) for band in ((4000, "high"), (2000, "low"), (100, "high"))
    )
    loud, loudest = np.percentile(high, 99), np.percentile(whole, 99)
    peaks, _ = find_peaks(high, height=loud + LOUD, distance=50, prominence=SHORT)
    return np.array(
        [
            peak * HOP / SAMPLE_RATE
            for peak in peaks
            if _is_clap(peak, high, low, whole, loud, loudest)
        ]
    )


def clap_spans(claps: ArrayLike, seconds: float) -> list[Span]:
    """Return what each clap costs of a recording of so many seconds, joined where they touch."""
    spans: list[Span] = []
    for clap in np.sort(np.asarray(claps, np.float64)):
        begin, end = max(0.0, clap - BEFORE), min(seconds, clap - BEFORE + SILENCE)
        if spans and begin <= spans[-1][1]:
            spans[-1] = (spans[-1][0], end)
        else:
            spans.append((float(begin), float(end)))
    return spans


def silence_claps(pcm: ArrayLike) -> tuple[FloatArray, list[Span]]:
    """Return sound with 0.2 s of silence in place of each clap, and where; nothing is moved."""
    sound = np.array(pcm, np.float32)
    spans = clap_spans(find_claps(sound), len(sound) / SAMPLE_RATE)
    for begin, end in spans:
        first, last = round(begin * SAMPLE_RATE), round(end * SAMPLE_RATE)
        _fade(sound, first, last)
        sound[first:last] = 0
    return sound, spans


def cut_together(
    pcm: ArrayLike, frames: int, fps: float, spans: Sequence[Span], start: float = 0.0
) -> tuple[FloatArray, NDArray[np.bool_]]:
    """Cut spans from the sound and from the frames of a face or a video, which stay aligned.

    Whole frames go: each that a span touches, and just the sound of those frames with them. What
    is left is even again: kept frame j stands at ``start + j / fps`` of the sound that is returned.

    Parameters
    ----------
    pcm : array_like, shape (N,)
        Mono sound at 16 kHz.
    frames : int
        How many there are.
    fps : float
    spans : sequence of (begin, end)
        Seconds of the sound.
    start : float
        When frame 0 stands on the sound's clock, in seconds.

    Returns
    -------
    pcm : ndarray, shape (M,)
    kept : ndarray of bool, shape (frames,)

    Raises
    ------
    VoxfaceError
        If nothing is left.
    """
    sound = np.asarray(pcm, np.float32)
    begins = start + np.arange(frames) / fps
    kept = np.ones(frames, bool)
    for begin, end in spans:
        kept &= (begins + 1 / fps <= begin + 1e-9) | (begins >= end - 1e-9)
    if not kept.any():
        raise VoxfaceError("cutting claps leaves no frame; take a recording with fewer of them")
    edges = np.flatnonzero(np.diff(kept.astype(int), prepend=1, append=1))
    # A face may begin before its sound.
    early = max(0, int(np.ceil(-start * SAMPLE_RATE)))
    sound = np.concatenate([np.zeros(early, np.float32), sound])
    parts, done, gone = [], 0, 0
    for first, last in zip(edges[0::2], edges[1::2], strict=True):
        at = early + round((start + first / fps) * SAMPLE_RATE)
        # Counted over all that was cut before: rounding never adds up.
        gone_now = round(float((~kept[:last]).sum() / fps * SAMPLE_RATE))
        until = at + gone_now - gone
        _fade(sound, at, until)
        parts.append(sound[done:at])
        done, gone = until, gone_now
    return np.concatenate([*parts, sound[done:]])[early:], kept


def cut_claps(pcm: ArrayLike, mesh: MeshClip) -> tuple[FloatArray, MeshClip, list[Span]]:
    """Cut claps from a recording and from its moving mesh; see `cut_together`.

    Returns
    -------
    pcm : ndarray, shape (M,)
    mesh : MeshClip
    spans : list of (begin, end)
        Of the recording as it was, in seconds.
    """
    sound = np.asarray(pcm, np.float32)
    spans = clap_spans(find_claps(sound), len(sound) / SAMPLE_RATE)
    left, kept = cut_together(sound, len(mesh), float(mesh.fps), spans, mesh.start)
    return left, replace(mesh, vertices=mesh.vertices[kept], head=mesh.head[kept]), spans


def _level(sound: NDArray[np.float64], corner: float, kind: str) -> NDArray[np.float64]:
    """Return the level in dB of a band, once a millisecond, over 2 ms."""
    band = sosfiltfilt(butter(4, corner, kind, fs=SAMPLE_RATE, output="sos"), sound)
    power = uniform_filter1d(band * band, 2 * HOP)[::HOP]
    return np.asarray(10 * np.log10(power + 1e-10))


def _is_clap(
    peak: int,
    high: NDArray[np.float64],
    low: NDArray[np.float64],
    whole: NDArray[np.float64],
    loud: float,
    loudest: float,
) -> bool:
    around = slice(max(0, peak - 2), peak + 3)
    before = slice(max(0, peak - 25), max(1, peak - 5))
    after = high[peak + 20 : peak + 60]
    near = high[max(0, peak - 40) : peak + 80]
    colour = high[peak] - low[around].max()
    return bool(
        whole[around].max() > loudest + QUIET
        and high[around].max() - np.median(high[before]) > SUDDEN
        and (not len(after) or high[peak] - np.median(after) > SHORT)
        and (near > high[peak] - SHORT).sum() <= NARROW
        and COLOUR[0] < colour < COLOUR[1]
        and (high[peak] > loud + VERY_LOUD or low[around].max() - np.median(low[before]) > WITH_IT)
    )


def _fade(sound: FloatArray, first: int, last: int) -> None:
    """Fade sound out before `first` and in from `last`."""
    length = round(FADE * SAMPLE_RATE)
    ramp = (0.5 + 0.5 * np.cos(np.pi * (np.arange(length) + 1) / length)).astype(np.float32)
    out = sound[max(0, first - length) : first]
    out *= ramp[length - len(out) :]
    into = sound[last : last + length]
    into *= ramp[::-1][: len(into)]
