"""Any media file as mono sound."""

from __future__ import annotations

from collections.abc import Iterator
from os import PathLike

import numpy as np
from numpy.typing import NDArray

from voxface.audio.arrays import checked_sample_rate
from voxface.audio.features import SAMPLE_RATE
from voxface.audio.media import MediaSound
from voxface.audio.resampler import SoundResampler

BLOCK_SECONDS = 10.0
"""Sound handed on at once: long enough for a model to run at full speed."""


def read_blocks(
    path: str | PathLike[str], sample_rate: float = SAMPLE_RATE, *, salvage: bool = False
) -> Iterator[NDArray[np.float32]]:
    """Decode a media file block by block, so that memory stays flat however long it is.

    Parameters
    ----------
    path : path-like
        Sound or video file of any container and codec that PyAV decodes.
    sample_rate : float
        Samples per second to return.
    salvage : bool
        Whether a damaged or cut-off file is used as far as it can be decoded.

    Yields
    ------
    ndarray of float32, shape (N,)
        Mono sound (the mean of all channels), full scale ±1, about ten seconds at a time. The
        first sample stands at time 0 of the file: priming is cut, and a sound track that begins
        after the picture, or has gaps, is filled with silence.

    Raises
    ------
    VoxfaceError
        If the file cannot be opened, has no sound or none that can be decoded, holds NaNs, or is
        damaged or cut off and not to be salvaged. Some damage shows only at the end, after blocks
        were yielded.

    Warns
    -----
    MediaWarning
        If a damaged file is salvaged.
    """
    gathered: list[NDArray[np.float32]] = []
    missing = longest = round(BLOCK_SECONDS * checked_sample_rate(sample_rate))
    for part in _resampled(path, sample_rate, salvage):
        gathered.append(part)
        missing -= len(part)
        if missing <= 0:
            yield np.concatenate(gathered)
            gathered, missing = [], longest
    yield np.concatenate(gathered) if gathered else np.zeros(0, np.float32)


def _resampled(
    path: str | PathLike[str], rate_out: float, salvage: bool
) -> Iterator[NDArray[np.float32]]:
    with MediaSound(path, salvage=salvage) as media:
        resampler, rate = None, 0
        for piece in media.pieces():
            if resampler is None or piece.rate != rate:
                if resampler is not None:
                    yield resampler.flush()
                resampler, rate = SoundResampler(piece.rate, rate_out), piece.rate
            yield resampler.push(piece.samples)
        if resampler is not None:
            yield resampler.flush()


def read(
    path: str | PathLike[str], sample_rate: float = SAMPLE_RATE, *, salvage: bool = False
) -> NDArray[np.float32]:
    """Decode a whole media file; see `read_blocks`.

    Returns
    -------
    ndarray of float32, shape (N,)
        Mono sound, full scale ±1.
    """
    return np.concatenate(list(read_blocks(path, sample_rate, salvage=salvage)))


def announced_duration(path: str | PathLike[str]) -> float | None:
    """Return the length in seconds that a media file says it has, or None if it does not say.

    Raises
    ------
    VoxfaceError
        If the file cannot be opened or has no sound.
    """
    with MediaSound(path) as media:
        return media.announced_duration
