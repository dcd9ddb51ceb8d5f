"""Long takes in chunks of one length: cut, or padded with a mask."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from voxface.audio.features import DECIBEL_RANGE, FEATURE_NAMES, FRAME_RATE, MEL_BANDS
from voxface.corpus.mesh_examples import MeshExample
from voxface.errors import VoxfaceError

CHUNK = 30.0
"""Seconds of a chunk."""
SEARCHED = 15
"""Frames before a chunk's end among which the next begins where face and features meet best."""


def pad_or_cut(
    values: NDArray[Any], length: int, fill: Any = 0
) -> tuple[NDArray[Any], NDArray[np.bool_]]:
    """Bring values (T, ...) to a length; the mask (length,) is true where they are real.

    Parameters
    ----------
    values : ndarray, shape (T, ...)
    length : int
    fill : scalar or array_like, shape (...)
        What padding holds.
    """
    padded = np.empty((length, *values.shape[1:]), values.dtype)
    padded[...] = fill
    real = min(length, len(values))
    padded[:real] = values[:real]
    return padded, np.arange(length) < real


def chunks(example: MeshExample, seconds: float = CHUNK, *, pad: bool = True) -> list[MeshExample]:
    """Cut a take into chunks, in order and without overlap.

    Parameters
    ----------
    example : MeshExample
    seconds : float
        Length of a chunk.
    pad : bool
        Whether the last is padded to the same length: with silence, the neutral face, and `seen` 0,
        so that padding never counts.

    Returns
    -------
    list of MeshExample
        Named ``NAME#0``, ``NAME#1`` ...; a take that needs neither cutting nor padding, as it is.

    Raises
    ------
    VoxfaceError
        If a chunk would hold no frame.
    """
    length = round(seconds * example.fps)
    if length < 1:
        raise VoxfaceError(f"a chunk of {seconds:g} s holds no frame; make chunks longer")
    total = len(example.offsets)
    if total <= length and not (pad and total < length):
        return [example]
    found: list[MeshExample] = []
    begin = 0
    while begin < total:
        end = min(total, _meeting(begin, length, example.fps) if total - begin > length else total)
        found.append(_part(example, begin, end, length if pad else end - begin, len(found)))
        begin = end
    return found


def _meeting(begin: int, length: int, fps: float) -> int:
    """Return where the next chunk begins: the frame nearest to a frame of features."""
    candidates = np.arange(begin + max(1, length - SEARCHED), begin + length + 1)
    at = candidates / fps * FRAME_RATE
    off = np.round(np.abs(at - np.round(at)), 6)
    return int(candidates[::-1][np.argmin(off[::-1])])


def _part(example: MeshExample, begin: int, end: int, length: int, number: int) -> MeshExample:
    first, last = (round(at / example.fps * FRAME_RATE) for at in (begin, end))
    heard = round(length / example.fps * FRAME_RATE)
    silence = np.zeros(example.features.shape[1], example.features.dtype)
    silence[:MEL_BANDS] = DECIBEL_RANGE[0]
    silence[FEATURE_NAMES.index("loudness")] = DECIBEL_RANGE[0]
    # Sound that outlasts the last frame stays with it.
    sound = example.features[first : None if end == len(example.offsets) else last]
    return replace(
        example,
        name=f"{example.name}#{number}",
        features=pad_or_cut(sound, heard, silence)[0],
        offsets=pad_or_cut(example.offsets[begin:end], length)[0],
        seen=pad_or_cut(example.seen[begin:end], length)[0],
        about=dict(example.about) | {"chunk": number, "begin": begin / example.fps},
    )
