"""Face clips in files against a captured clip in a file, without corpora or models."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from voxface.audio import SAMPLE_RATE, read
from voxface.audio.features import FRAME_RATE
from voxface.corpus.examples import Example
from voxface.errors import VoxfaceError
from voxface.evaluation.honest_split import GIVEN
from voxface.evaluation.recordings import example_of_sound
from voxface.evaluation.report import report_on
from voxface.face import FaceClip


@dataclass(frozen=True)
class FileMethod:
    """A prediction that lies in a file already."""

    name: str
    path: Path
    look_ahead_ms: float = float("nan")
    heard: None = None

    def predict(self, example: Example) -> FaceClip:
        """Return the clip as it is."""
        return FaceClip.load(self.path)


def evaluate_clips(clips: Sequence[Path], captured: Path, sound: Path | None) -> dict[str, Any]:
    """Measure face clips against a captured one.

    Parameters
    ----------
    clips : sequence of Path
        Predictions, in any format and at any frame rate that voxface reads.
    captured : Path
        The truth.
    sound : Path, optional
        The recording of both. Without it, rest is the tenth percentile of each curve, and figures
        that need sound are left out.

    Returns
    -------
    dict
        As `report.evaluate` returns.

    Raises
    ------
    VoxfaceError
        If a file cannot be read, or a prediction cannot be of this take.
    """
    if len({clip.resolve() for clip in clips}) < len(clips):
        raise VoxfaceError("a clip is named twice; name each once")
    take = take_of(captured, sound)
    names = [clip.stem for clip in clips]
    methods = [
        FileMethod(str(clip) if names.count(clip.stem) > 1 else clip.stem, clip) for clip in clips
    ]
    return report_on(methods, {f"{captured.name}, {GIVEN}": [take]}, float("nan"))


def take_of(captured: Path, sound: Path | None) -> Example:
    """Return an example whose capture lies in a file."""
    clip = FaceClip.load(captured)
    if not len(clip):
        raise VoxfaceError(f"'{captured}' holds no frames")
    seconds = clip.start + clip.duration
    heard = read(sound) if sound else np.zeros(round(seconds * SAMPLE_RATE), np.float32)
    example = example_of_sound(heard, captured.name, capture=str(captured))
    if sound is None:
        example = replace(example, speech=np.ones(len(example), np.uint8))
    elif len(example) / FRAME_RATE < 0.8 * seconds:
        raise VoxfaceError(
            f"'{sound}' lasts {len(example) / FRAME_RATE:.2f} s and '{captured}' {seconds:.2f} s; "
            "name the recording of this take"
        )
    return example
