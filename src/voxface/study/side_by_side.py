"""Two clips become one video, so that no player can let them fall out of step."""

from __future__ import annotations

from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
from numpy.typing import NDArray

from voxface.render.movie import SOUND_RATE, Movie
from voxface.render.performance import sound_blocks

GAP = 16
"""Black pixels between the two."""

Planes = tuple[NDArray[np.uint8], NDArray[np.uint8]]


def join(left: Path, right: Path, sound: Path, path: Path, fps: Fraction, quality: int) -> None:
    """Write two clips of the same size and length as one video, with the sound of both.

    Parameters
    ----------
    left, right : Path
        Rendered clips.
    sound : Path
        What both were made from; heard once.
    path : Path
        ``.mp4``; appears when it is complete.
    fps : Fraction
    quality : int
        x264's rate factor.

    Raises
    ------
    VoxfaceError
        If it cannot be written.
    """
    with av.open(str(left)) as clip:
        stream = clip.streams.video[0]
        size, frames = (2 * stream.width + GAP, stream.height), stream.frames
    blocks = sound_blocks(sound, SOUND_RATE)
    with Movie(path, size, fps, frames, blocks, quality) as movie:
        for (luma, chroma), (other_luma, other_chroma) in zip(
            _planes(left), _planes(right), strict=True
        ):
            height = len(luma)
            movie.add(
                np.hstack([luma, np.full((height, GAP), 16, np.uint8), other_luma]),
                np.hstack(
                    [chroma, np.full((height // 2, GAP // 2, 2), 128, np.uint8), other_chroma]
                ),
            )


def _planes(path: Path) -> Iterator[Planes]:
    with av.open(str(path)) as clip:
        for frame in clip.decode(video=0):
            values = frame.to_ndarray(format="nv12")
            height = values.shape[0] * 2 // 3
            yield values[:height], values[height:].reshape(height // 2, -1, 2)
