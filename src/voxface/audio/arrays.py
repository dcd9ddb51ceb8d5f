"""Arrays of samples, of any type and channel count, as mono float32."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from voxface.audio.features import SAMPLE_RATE
from voxface.audio.resampler import SoundResampler
from voxface.errors import VoxfaceError

MAX_CHANNELS = 64
"""More columns than this is an array of something else than sound."""
SAMPLE_RATE_RANGE = (1000.0, 1_000_000.0)
"""Sample rates that are believed, in hertz."""


def as_mono_16k(samples: ArrayLike, sample_rate: float) -> NDArray[np.float32]:
    """Turn an array of samples into mono sound at 16 kHz.

    Parameters
    ----------
    samples : array_like, shape (N,), (N, C) or (C, N)
        See `as_mono`.
    sample_rate : float
        Samples per second of `samples`, in hertz.

    Returns
    -------
    ndarray of float32, shape (N x 16000 / sample_rate,)
        Full scale ±1.

    Raises
    ------
    VoxfaceError
        If the array is not sound or the sample rate is not believable.
    """
    resampler = SoundResampler(checked_sample_rate(sample_rate), SAMPLE_RATE)
    mono = as_mono(samples)
    return np.concatenate([resampler.push(mono), resampler.flush()])


def as_mono(samples: ArrayLike, *, channels_last: bool = False) -> NDArray[np.float32]:
    """Turn an array of samples into mono float32 by taking the mean of its channels.

    Parameters
    ----------
    samples : array_like, shape (N,), (N, C) or (C, N)
        Floats with full scale ±1, or integers: int8, int16, int32 (full scale is the type's
        range) or uint8 (silence is 128). Of two axes the shorter one holds the channels; if they
        are equally long, the second does.
    channels_last : bool
        Say that two axes are (N, C), however few samples there are: for blocks of a stream.

    Returns
    -------
    ndarray of float32, shape (N,)

    Raises
    ------
    VoxfaceError
        If the shape or type is none of these, or a value is NaN or infinite.
    """
    array = np.asarray(samples)
    scale, silence = _full_scale(array.dtype)
    if array.ndim == 2:
        if not channels_last and array.shape[0] < array.shape[1]:
            array = array.T
        if not 1 <= array.shape[1] <= MAX_CHANNELS:
            raise VoxfaceError(
                f"an array of shape {array.shape} is not sound; give (samples,) or "
                f"(samples, channels) with at most {MAX_CHANNELS} channels"
            )
    elif array.ndim != 1:
        raise VoxfaceError(
            f"sound has the shape (samples,) or (samples, channels), not {array.shape}"
        )
    mono = array.mean(axis=1, dtype=np.float32) if array.ndim == 2 else array
    if scale == 1:
        mono = np.ascontiguousarray(mono, dtype=np.float32)
    else:
        mono = np.float32(1 / scale) * (mono.astype(np.float32) - np.float32(silence))
    if not np.isfinite(mono).all():
        raise VoxfaceError("the sound holds values that are not finite numbers (NaN or infinite)")
    return mono


def checked_sample_rate(sample_rate: float) -> float:
    """Return a sample rate in hertz, or say why it cannot be one.

    Raises
    ------
    VoxfaceError
        If it is not a number between 1 kHz and 1 MHz.
    """
    low, high = SAMPLE_RATE_RANGE
    try:
        rate = float(sample_rate)
    except (TypeError, ValueError):
        rate = math.nan
    if not low <= rate <= high:
        raise VoxfaceError(
            f"{sample_rate!r} is not a sample rate; give samples per second, such as 16000"
        )
    return rate


def _full_scale(kind: np.dtype[Any]) -> tuple[float, float]:
    """Return the values of full scale and of silence of a type of samples.

    Raises
    ------
    VoxfaceError
        If the type has no agreed ones.
    """
    if kind == np.uint8:
        return 128.0, 128.0
    if kind in (np.int8, np.int16, np.int32):
        return float(-np.iinfo(kind).min), 0.0
    if np.issubdtype(kind, np.floating):
        return 1.0, 0.0
    raise VoxfaceError(
        f"samples of type {kind} have no agreed full scale; give float32 (±1), int16 or int32"
    )
