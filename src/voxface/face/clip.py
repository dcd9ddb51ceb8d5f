"""`FaceClip`: every face in voxface is one."""

from __future__ import annotations

import importlib
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction
from os import PathLike
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from voxface.errors import VoxfaceError
from voxface.face.channels import ARKIT_CHANNELS, channel_index
from voxface.face.frame_rate import frame_count, parse_frame_rate
from voxface.face.resample import interpolate_frames

REST_POSE = (0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0)
"""Head pose of a face at rest: no displacement, identity quaternion (w, x, y, z)."""


@dataclass(frozen=True, eq=False)
class FaceClip:
    """A face over time: blendshape weights and head pose, by name, with exact timing.

    Parameters
    ----------
    weights : array_like, shape (T, C)
        Blendshape weights, 0 to 1, stored as float32.
    fps : Fraction, int, float or str
        Frames per second, exact: ``Fraction(30000, 1001)``, ``"29.97"`` and ``29.97`` are one.
    channels : iterable of str
        The C channel names; the 52 ARKit names by default.
    head : array_like, shape (T, 7), optional
        x, y, z in centimetres from the rest position, then the unit quaternion w, x, y, z from the
        rest rotation. Right-handed: +x the subject's left, +y up, +z out of the face. Default: a
        head at rest.
    tracked : array_like of bool, shape (T, C) or broadcastable to it, optional
        False where nothing was seen. The weight there is 0 and means nothing. Default: all seen.
    start : float
        Time of frame 0 on the sound's clock, in seconds.
    metadata : mapping
        Source, model id, controls, licence: plain JSON values.

    Raises
    ------
    VoxfaceError
        If shapes do not fit together, a value is not finite or the frame rate is not positive.
    """

    weights: NDArray[np.float32]
    fps: Fraction
    channels: tuple[str, ...] = ARKIT_CHANNELS
    head: NDArray[np.float32] = None  # type: ignore[assignment]
    tracked: NDArray[np.bool_] = None  # type: ignore[assignment]
    start: float = 0.0
    metadata: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        channels = tuple(self.channels)
        if len(set(channels)) != len(channels):
            raise VoxfaceError("a clip's channel names must differ from one another")
        weights = _frozen(self.weights, "weights")
        if weights.ndim != 2 or weights.shape[1] != len(channels):
            raise VoxfaceError(
                f"weights have shape {weights.shape}; expected (frames, {len(channels)})"
            )
        frames = len(weights)
        given = self.head
        if given is None:
            given = np.broadcast_to(np.array(REST_POSE, np.float32), (frames, 7))
        head = _frozen(given, "head")
        if head.shape != (frames, 7):
            raise VoxfaceError(f"head has shape {head.shape}; expected ({frames}, 7)")
        rotation = head[:, 3:]
        squares = np.einsum("ij,ij->i", rotation, rotation)
        if frames and np.abs(squares - 1).max() > 2e-2:
            raise VoxfaceError("head rotations must be unit quaternions (w, x, y, z)")
        try:
            tracked = np.asarray(True if self.tracked is None else self.tracked, dtype=bool).view()
            if tracked.shape != weights.shape:
                tracked = np.broadcast_to(tracked, weights.shape)
        except ValueError:
            raise VoxfaceError(
                f"tracked has shape {np.shape(self.tracked)}; expected {weights.shape}"
            ) from None
        tracked.flags.writeable = False
        if not math.isfinite(self.start):
            raise VoxfaceError(f"a clip starts at a finite time, not {self.start}")
        for name, value in (
            ("weights", weights), ("fps", parse_frame_rate(self.fps)), ("channels", channels),
            ("head", head), ("tracked", tracked), ("start", float(self.start)),
            ("metadata", dict(self.metadata)),
        ):  # fmt: skip
            object.__setattr__(self, name, value)

    def __len__(self) -> int:
        return len(self.weights)

    def __getitem__(self, channel: str) -> NDArray[np.float32]:
        """Return one channel's weights, shape (T,)."""
        return self.weights[:, channel_index(channel, self.channels)]

    def __repr__(self) -> str:
        return (
            f"FaceClip({len(self)} frames at {float(self.fps):g} fps, {self.duration:.3f} s, "
            f"{len(self.channels)} channels)"
        )

    @property
    def duration(self) -> float:
        """Length in seconds: frames divided by frames per second."""
        return float(len(self) / self.fps)

    @property
    def times(self) -> NDArray[np.float64]:
        """Time of every frame on the sound's clock, in seconds, shape (T,)."""
        return self.start + np.arange(len(self), dtype=np.float64) / float(self.fps)

    def select(self, channels: Iterable[str]) -> FaceClip:
        """Return the clip with exactly `channels`, in that order.

        A channel the clip lacks is added at weight 0 and marked untracked.
        """
        names = tuple(channels)
        known = {name: column for column, name in enumerate(self.channels)}
        weights = np.zeros((len(self), len(names)), np.float32)
        tracked = np.zeros(weights.shape, bool)
        for column, name in enumerate(names):
            if name in known:
                weights[:, column] = self.weights[:, known[name]]
                tracked[:, column] = self.tracked[:, known[name]]
        return replace(self, weights=weights, channels=names, tracked=tracked)

    def resample(self, fps: Fraction | float | str) -> FaceClip:
        """Return the clip at another frame rate: linear on weights, slerp on rotation.

        Frame k of the result stands at ``start + k / fps``. A frame is tracked where both of its
        neighbours are.
        """
        rate = parse_frame_rate(fps)
        if rate == self.fps or not len(self):
            return replace(self, fps=rate)
        frames = frame_count(len(self) / self.fps, rate)
        position = np.arange(frames, dtype=np.float64) * float(self.fps / rate)
        below = np.minimum(position.astype(np.int64), len(self) - 1)
        above = np.minimum(below + 1, len(self) - 1)
        above = np.where(position - below < 1e-9, below, above)
        weights, head = interpolate_frames(self.weights, self.head, position)
        tracked = self.tracked[below] & self.tracked[above]
        weights[~tracked] = 0
        return replace(self, weights=weights, head=head, tracked=tracked, fps=rate)

    def save(self, path: str | PathLike[str], format: str | None = None, **options: Any) -> None:
        """Write the clip to a file; the suffix names the format unless `format` does.

        Options are those of `voxface.formats.save_clip`: ``rig`` and ``start_timecode``.

        Raises
        ------
        VoxfaceError
            If no format is known for the suffix or the file cannot be written.
        """
        _formats().save_clip(self, path, format, **options)

    @staticmethod
    def load(path: str | PathLike[str], format: str | None = None) -> FaceClip:
        """Read a clip from a file of any known format.

        Raises
        ------
        VoxfaceError
            If the file cannot be read or is of no known format.
        """
        clip: FaceClip = _formats().load_clip(path, format)
        return clip


def _frozen(values: ArrayLike, name: str) -> NDArray[np.float32]:
    """Return a read-only float32 view or copy of `values`; refuse what is not finite."""
    array = np.asarray(values, dtype=np.float32).view()
    if not np.isfinite(array).all():
        raise VoxfaceError(f"{name} hold values that are not finite numbers")
    array.flags.writeable = False
    return array


def _formats() -> Any:
    """Open the door from the vocabulary to the file formats, by name and only when used.

    `face` imports nothing of ours; `clip.save(path)` is still the first line a user writes.
    """
    return importlib.import_module("voxface.formats")
