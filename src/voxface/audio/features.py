"""Speech features: 80 log-mel bands, voice activity, zero-crossing rate and loudness at 100 Hz.

This module is the one definition of the features. Training reads them from here, and the exporter
builds the same front end into ``model.onnx`` from the constants and matrices below.

Nothing is normalised by the recording itself: full scale is 0 dB and values are clipped to a fixed
range, which is what makes streaming equal to offline.
"""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import ArrayLike, NDArray

SAMPLE_RATE = 16_000
"""Samples per second of all sound inside voxface."""
HOP = 160
"""Samples from one frame to the next: 10 ms."""
FRAME_RATE = SAMPLE_RATE // HOP
"""Feature frames per second."""
WINDOW = 400
"""Samples in one analysis window: 25 ms. The window of frame t is centred on sample t x 160."""
FFT_SIZE = 512
MEL_BANDS = 80
MEL_RANGE = (0.0, 8000.0)
"""Lowest and highest frequency of the mel bands, in hertz."""
DECIBEL_RANGE = (-80.0, 10.0)
"""Clip range of band energies and loudness; a full-scale sine is 0 dB."""
FEATURE_NAMES: tuple[str, ...] = (
    *(f"mel{band:02d}" for band in range(MEL_BANDS)),
    "voiceActivity",
    "zeroCrossingRate",
    "loudness",
)
"""Names of the 83 feature columns."""

SPEECH_BAND = (200.0, 4000.0)
"""Where voice activity listens, in hertz."""
VOICE_LEVEL = -45.0
"""Speech-band level in dB at which voice activity is one half."""
VOICE_SLOPE = 4.0
"""Decibels from one half to 73 % voice activity."""

FloatArray = NDArray[np.float32]


def frame_total(samples: int) -> int:
    """Return the number of feature frames of a recording: one for every begun 10 ms."""
    return -(-samples // HOP)


@cache
def analysis_window() -> FloatArray:
    """Return the periodic Hann window, shape (400,), scaled so that a full-scale sine is 0 dB."""
    window = 0.5 - 0.5 * np.cos(2 * np.pi * np.arange(WINDOW) / WINDOW)
    scaled: FloatArray = (window * (2 / window.sum())).astype(np.float32)
    return scaled


@cache
def mel_filters() -> FloatArray:
    """Return triangular mel filters of peak one, shape (257, 80), on Slaney's mel scale.

    Notes
    -----
    Slaney, "Auditory Toolbox", Interval Research Technical Report 1998-010: linear below 1 kHz,
    logarithmic above.
    """
    corners = _mel_corners()
    frequency = np.arange(FFT_SIZE // 2 + 1)[:, None] * (SAMPLE_RATE / FFT_SIZE)
    rising = (frequency - corners[:-2]) / np.diff(corners)[:-1]
    falling = (corners[2:] - frequency) / np.diff(corners)[1:]
    return np.maximum(0, np.minimum(rising, falling)).astype(np.float32)


@cache
def mel_centres() -> FloatArray:
    """Return the centre frequency of each mel band in hertz, shape (80,)."""
    return _mel_corners()[1:-1].astype(np.float32)


@cache
def speech_band() -> FloatArray:
    """Return the 0/1 mask of the spectrum bins in which voice activity listens, shape (257,)."""
    frequency = np.arange(FFT_SIZE // 2 + 1) * (SAMPLE_RATE / FFT_SIZE)
    inside = (frequency >= SPEECH_BAND[0]) & (frequency <= SPEECH_BAND[1])
    return inside.astype(np.float32)


def features(pcm: ArrayLike) -> FloatArray:
    """Compute the features of a recording.

    Parameters
    ----------
    pcm : array_like, shape (N,)
        Mono sound at 16 kHz, full scale ±1.

    Returns
    -------
    ndarray of float32, shape (ceil(N / 160), 83)
        80 log-mel bands in dB (-80 to 10), voice activity (0 to 1), zero-crossing rate (crossings
        per sample, 0 to 1) and loudness (RMS in dB re a full-scale sine, -80 to 10). Frame t is
        centred on t x 10 ms; before and after the recording there is silence.
    """
    sound = np.asarray(pcm, dtype=np.float32)
    result = np.empty((frame_total(len(sound)), len(FEATURE_NAMES)), np.float32)
    padded = np.pad(sound, (WINDOW // 2, WINDOW))
    # One minute at a time keeps the memory flat and the spectra in the processor's cache.
    for begin in range(0, len(result), 6000):
        count = min(6000, len(result) - begin)
        part = padded[begin * HOP : (begin + count - 1) * HOP + WINDOW]
        result[begin : begin + count] = _features_of_frames(
            np.lib.stride_tricks.sliding_window_view(part, WINDOW)[::HOP]
        )
    return result


def _features_of_frames(frames: FloatArray) -> FloatArray:
    power = np.abs(np.fft.rfft(frames * analysis_window(), FFT_SIZE, axis=1)).astype(np.float32)
    power *= power
    mel = _decibel(power @ mel_filters())
    voice = _decibel(power @ speech_band())
    activity = 1 / (1 + np.exp((VOICE_LEVEL - voice) / VOICE_SLOPE))
    crossings = np.mean(np.signbit(frames[:, 1:]) != np.signbit(frames[:, :-1]), axis=1)
    loudness = _decibel(2 * np.mean(frames * frames, axis=1))
    return np.concatenate([mel, np.stack([activity, crossings, loudness], axis=1)], axis=1)


def _decibel(power: FloatArray) -> FloatArray:
    low, high = DECIBEL_RANGE
    level: FloatArray = 10 * np.log10(np.maximum(power, np.float32(10 ** (low / 10))))
    return np.minimum(level, np.float32(high))


def _mel_corners() -> NDArray[np.float64]:
    low, high = map(_mel_from_hertz, MEL_RANGE)
    return _hertz_from_mel(np.linspace(low, high, MEL_BANDS + 2))


_MEL_BREAK = 1000.0
_MEL_LINEAR = 200 / 3
_MEL_LOG = np.log(6.4) / 27


def _mel_from_hertz(hertz: float) -> float:
    if hertz < _MEL_BREAK:
        return hertz / _MEL_LINEAR
    return float(_MEL_BREAK / _MEL_LINEAR + np.log(hertz / _MEL_BREAK) / _MEL_LOG)


def _hertz_from_mel(mel: NDArray[np.float64]) -> NDArray[np.float64]:
    bend = _MEL_BREAK / _MEL_LINEAR
    return np.where(mel < bend, mel * _MEL_LINEAR, _MEL_BREAK * np.exp(_MEL_LOG * (mel - bend)))
