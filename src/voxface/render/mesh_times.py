"""Moving meshes on the clock of their sound."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from voxface.audio import announced_duration
from voxface.errors import VoxfaceError
from voxface.face import MeshClip
from voxface.face.resample import interpolate_frames


def mesh_at_times(clip: MeshClip, times: NDArray[np.float64]) -> MeshClip:
    """Read a clip at times on the sound's clock; before and after it its ends hold.

    Parameters
    ----------
    clip : MeshClip
    times : ndarray, shape (T,)
        Seconds.

    Returns
    -------
    MeshClip
        T frames.

    Raises
    ------
    VoxfaceError
        If the clip has no frames.
    """
    if not len(clip):
        raise VoxfaceError("the mesh clip has no frames to show")
    positions = (times - clip.start) * float(clip.fps)
    # A time that is meant to be a frame's must not fall beside it by rounding.
    near = np.rint(positions)
    positions = np.where(np.abs(positions - near) < 1e-6, near, positions)
    flat = clip.vertices.reshape(len(clip), -1)
    vertices, head = interpolate_frames(flat, clip.head, positions)
    return replace(clip, vertices=vertices.reshape(len(times), -1, 3), head=head)


def picture_times(
    clips: Sequence[MeshClip], sound: Path | None, fps: Fraction
) -> NDArray[np.float64]:
    """Return the times of as many pictures as show all of the clips and the sound, from 0."""
    end = max(clip.start + clip.duration for clip in clips)
    if sound is not None:
        end = max(end, announced_duration(sound) or 0.0)
    return np.arange(max(1, int(np.ceil(end * float(fps) - 1e-6)))) / float(fps)
