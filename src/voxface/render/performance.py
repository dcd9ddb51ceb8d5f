"""`Performance`: a clip or a recording that a head acts out, with its sound and its name."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from os import PathLike
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from voxface.audio import announced_duration, read_blocks
from voxface.engine import animate
from voxface.errors import VoxfaceError
from voxface.face import FaceClip
from voxface.face.resample import interpolate_frames
from voxface.formats import FORMATS, load_clip
from voxface.formats.sound import find_sound

AnyPath = str | PathLike[str]


@dataclass(frozen=True)
class Performance:
    """What one head does.

    Parameters
    ----------
    clip : FaceClip
        At least one frame.
    sound : Path, optional
        The recording it belongs to; its time 0 is time 0 of the clip's clock.
    caption : str
    covers_sound : bool
        Whether the clip is known to be as long as its sound.
    """

    clip: FaceClip
    sound: Path | None = None
    caption: str = ""
    covers_sound: bool = False

    def __post_init__(self) -> None:
        if not len(self.clip):
            raise VoxfaceError(f"{self.caption or 'the clip'} has no frames to render")


def perform(
    path: AnyPath, fps: Fraction, caption: str | None = None, *, salvage: bool = False
) -> Performance:
    """Read a clip, or animate a recording.

    Parameters
    ----------
    path : path-like
        A face clip of any format, or a sound or video file.
    fps : Fraction
        Frame rate at which a recording is animated.
    caption : str, optional
        Default: the file's name without its suffix.
    salvage : bool
        Whether a damaged recording is used as far as it can be decoded.

    Raises
    ------
    VoxfaceError
        If the file is neither, or damaged.
    """
    file = Path(path)
    name = file.stem if caption is None else caption
    if is_clip(file):
        clip = load_clip(file)
        return Performance(clip, _sound_of(clip, file), name)
    return Performance(animate(file, fps=fps, salvage=salvage), file, name, covers_sound=True)


def is_clip(path: AnyPath) -> bool:
    """Tell by its suffix whether a file is a face clip rather than a recording."""
    return Path(path).suffix.lower() in {suffix for each in FORMATS for suffix in each.loaders}


def at_times(clip: FaceClip, times: NDArray[np.float64]) -> FaceClip:
    """Read a clip at times on the sound's clock; before and after it its ends hold.

    Parameters
    ----------
    clip : FaceClip
    times : ndarray, shape (T,)
        Evenly spaced seconds.

    Returns
    -------
    FaceClip
        T frames.
    """
    positions = (times - clip.start) * float(clip.fps)
    # A time that is meant to be a frame's must not fall beside it by rounding.
    near = np.rint(positions)
    positions = np.where(np.abs(positions - near) < 1e-6, near, positions)
    weights, head = interpolate_frames(clip.weights, clip.head, positions)
    return FaceClip(weights, clip.fps, clip.channels, head=head)


def length(performances: Sequence[Performance], sound: Path | None, fps: Fraction) -> int:
    """Return how many pictures show all of the clips and the sound."""
    end = max(each.clip.start + each.clip.duration for each in performances)
    covered = any(each.sound == sound and each.covers_sound for each in performances)
    if sound is not None and not covered:
        end = max(end, announced_duration(sound) or 0.0)
    return max(1, int(np.ceil(end * float(fps) - 1e-6)))


def sound_blocks(path: Path, rate: int, *, salvage: bool = False) -> Iterator[NDArray[np.float32]]:
    """Open a recording before anything is drawn, and yield its sound block by block.

    Raises
    ------
    VoxfaceError
        At once if it cannot be opened or has no sound.
    """
    announced_duration(path)
    return read_blocks(path, rate, salvage=salvage)


def _sound_of(clip: FaceClip, file: Path) -> Path | None:
    found = find_sound(clip, file.parent)
    try:
        if found is not None:
            announced_duration(found)
    except VoxfaceError:
        return None
    return found
