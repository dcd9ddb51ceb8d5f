"""Recordings of takes, and sound that belongs to no take."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from voxface.audio.features import FRAME_RATE, MEL_BANDS, features
from voxface.corpus.examples import Example
from voxface.corpus.speech import speech_frames, widened
from voxface.errors import VoxfaceError
from voxface.face import ARKIT_CHANNELS, FaceClip


def recording_of(example: Example) -> Path:
    """Return the file of an example's recording.

    Raises
    ------
    VoxfaceError
        If it is not there.
    """
    path = Path(str(example.about.get("recording", "")))
    if not path.is_file():
        raise VoxfaceError(
            f"the recording of '{example.name}' is not at '{path}'; put it back, or run "
            "'voxface prepare' where recordings are now"
        )
    return path


def of_length(clip: FaceClip, frames: int) -> FaceClip:
    """Return a clip cut, or held on its last frame, to so many frames.

    Raises
    ------
    VoxfaceError
        If the clip is more than a tenth of a second shorter.
    """
    if len(clip) < frames - FRAME_RATE / 10:
        raise VoxfaceError(f"a prediction has {len(clip)} frames where the take has {frames}")
    rows = np.minimum(np.arange(frames), len(clip) - 1)
    return FaceClip(
        clip.weights[rows], clip.fps, clip.channels, clip.head[rows], clip.tracked[rows]
    )


def example_of_sound(sound: NDArray[np.float32], name: str = "sound", **about: str) -> Example:
    """Return an example of sound at 16 kHz, of whose face and phones nothing is known."""
    heard = features(sound)
    frames, channels = len(heard), len(ARKIT_CHANNELS)
    return Example(
        name,
        "",
        "sound",
        heard[:, :MEL_BANDS].astype(np.float16),
        np.zeros((frames, channels), np.float16),
        np.zeros(frames, np.uint8),
        np.zeros((frames, 6), np.float16),
        widened(speech_frames(heard)).astype(np.uint8),
        np.zeros((frames, 0), np.uint8),
        np.zeros(channels, np.float32),
        np.ones(channels, np.float32),
        np.zeros(channels, np.float32),
        dict(about),
    )
