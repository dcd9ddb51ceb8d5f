"""One video becomes one face clip and its landmarks."""

from __future__ import annotations

from dataclasses import dataclass
from os import PathLike
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from voxface import __version__
from voxface.capture.landmarker import Observations, load_mediapipe, observe
from voxface.capture.model_file import file_sha256, landmarker_file, model_sha256
from voxface.capture.pose import RestPose, head_motion, rest_pose
from voxface.capture.timing import Grid, choose_rate, lay_grid
from voxface.capture.video import open_video
from voxface.errors import VoxfaceError
from voxface.face import ARKIT_CHANNELS, REST_POSE, FaceClip
from voxface.face.resample import interpolate_frames

CAPTURE_VERSION = 1
"""Raised when the same video would give other numbers; older takes are then made anew."""


@dataclass(frozen=True)
class Capture:
    """What one video gave.

    Parameters
    ----------
    clip : FaceClip
        The 52 ARKit channels and head pose about the take's own rest. Frames without a face are
        untracked (weights 0, head at rest), and so is `tongueOut`, which MediaPipe does not see.
    landmarks : ndarray of float32, shape (T, 478, 3)
        Landmarks in pixels of the upright picture (x right, y down, z away from the viewer);
        NaN where no face was seen.
    """

    clip: FaceClip
    landmarks: NDArray[np.float32]

    def save(self, folder: Path, take: str) -> None:
        """Write ``TAKE.npz`` and ``TAKE.landmarks.npz``; the clip last, so that it means finished.

        Raises
        ------
        VoxfaceError
            If the files cannot be written.
        """
        target = folder / f"{take}.landmarks.npz"
        part = folder / f".{target.name}.part"
        try:
            with part.open("wb") as file:
                np.savez_compressed(
                    file,
                    landmarks=self.landmarks,
                    unit=np.array("pixels"),
                    image_size=np.array(self.clip.metadata["image_size"]),
                    fps=np.array([self.clip.fps.numerator, self.clip.fps.denominator]),
                    start=np.array(self.clip.start),
                )
            part.replace(target)
        except OSError as error:
            raise VoxfaceError(f"{target} cannot be written: {error.strerror}") from None
        finally:
            part.unlink(missing_ok=True)
        self.clip.save(folder / f"{take}.npz")


def capture_video(path: str | PathLike[str], model: str | PathLike[str] | None = None) -> Capture:
    """Turn a video of one face into a face clip.

    Parameters
    ----------
    path : path
        Any video that PyAV decodes. Pictures are placed by their presentation times onto the
        constant grid of the video's own frame rate; between wavering times values are interpolated.
    model : path, optional
        The Face Landmarker model; see `landmarker_file`.

    Returns
    -------
    Capture
        The clip's `start` is the time of its first picture on the sound's clock, whose zero is
        where the file's earliest picture or sound begins, as in `voxface.audio`.

    Raises
    ------
    VoxfaceError
        If the video cannot be read, holds no video stream, or no picture shows a face.
    """
    source, model_path = Path(path), landmarker_file(model)
    with open_video(source) as video:
        seen = observe(video.pictures, model_path)
        declared, origin = video.declared_rates, video.origin
    if not len(seen.times):
        raise VoxfaceError(f"{source} holds no picture that can be decoded")
    if not seen.found.any():
        raise VoxfaceError(
            f"no face in any of the {len(seen.times)} pictures of {source}; "
            "film one face from the front, lit and at least 80 pixels wide"
        )
    rate = choose_rate(seen.times, declared)
    rest = rest_pose(seen.matrices[seen.found])
    grid = lay_grid(seen.times, rate)
    weights, head = _on_grid(seen, rest, grid)
    tracked = _tracked(seen, grid)
    clip = FaceClip(
        weights=np.where(tracked[:, None], weights, 0),
        fps=rate,
        channels=tuple(name for name in seen.names if name != "_neutral"),
        head=np.where(tracked[:, None], head, np.array(REST_POSE, np.float32)),
        tracked=tracked[:, None],
        start=round(float(seen.times[0]) - origin, 6),
        metadata={
            **source_mark(source, model_path),
            "source": source.name,
            "made_by": f"voxface {__version__} capture",
            "tracker": f"MediaPipe Face Landmarker, mediapipe {load_mediapipe().__version__}",
            "licence": "unknown",
            "image_size": list(seen.image_size),
            "rest_position": [round(float(value), 4) for value in rest.position],
            "rest_rotation": [round(float(value), 6) for value in rest.rotation],
        },
    ).select(ARKIT_CHANNELS)
    return Capture(clip, _landmarks_on_grid(seen, grid, tracked))


def source_mark(source: Path, model: Path) -> dict[str, str | int]:
    """Return what tells a capture of this video by this model from any other."""
    return {
        "capture_version": CAPTURE_VERSION,
        "source_sha256": file_sha256(source),
        "tracker_sha256": model_sha256(model),
    }


def _on_grid(
    seen: Observations, rest: RestPose, grid: Grid
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Return weights without `_neutral` and head poses at the grid's times."""
    columns = [column for column, name in enumerate(seen.names) if name != "_neutral"]
    weights = np.where(seen.found[:, None], seen.scores[:, columns], 0)
    head = np.tile(np.array(REST_POSE, np.float32), (len(weights), 1))
    head[seen.found] = head_motion(seen.matrices[seen.found], rest)
    return interpolate_frames(np.clip(weights, 0, 1), head, grid.positions)


def _tracked(seen: Observations, grid: Grid) -> NDArray[np.bool_]:
    below = np.floor(grid.positions).astype(np.int64)
    above = np.ceil(grid.positions).astype(np.int64)
    return grid.covered & seen.found[below] & seen.found[above]


def _landmarks_on_grid(
    seen: Observations, grid: Grid, tracked: NDArray[np.bool_]
) -> NDArray[np.float32]:
    below = np.floor(grid.positions).astype(np.int64)
    above = np.ceil(grid.positions).astype(np.int64)
    fraction = (grid.positions - below).astype(np.float32)[:, None, None]
    landmarks = seen.landmarks[below] * (1 - fraction) + seen.landmarks[above] * fraction
    return np.where(tracked[:, None, None], landmarks, np.float32(np.nan))
