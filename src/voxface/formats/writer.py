"""`ClipWriter`: the one way a face reaches a file, frame by frame or all at once."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from os import PathLike
from types import TracebackType
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from voxface.errors import VoxfaceError
from voxface.face import REST_POSE, FaceClip, Rig, parse_frame_rate
from voxface.formats.output import OutputFile

BLOCK = 1024
"""Frames turned into text at a time: small enough for the processor's cache."""

WeightArray = NDArray[np.float32]
MaskArray = NDArray[np.bool_]


@dataclass(frozen=True)
class ClipHeader:
    """What is known of a clip before its first frame.

    Parameters
    ----------
    fps : Fraction
        Exact frame rate.
    channels : tuple of str
        Names of the weight columns.
    start : float
        Time of frame 0 on the sound's clock, in seconds.
    start_timecode : str, optional
        ``HH:MM:SS:FF`` of time 0, for formats that carry timecode.
    metadata : mapping
        Plain JSON values.
    rig : Rig, optional
        The head that is drawn; always there for formats that draw one.
    """

    fps: Fraction
    channels: tuple[str, ...]
    start: float = 0.0
    start_timecode: str | None = None
    metadata: Mapping[str, Any] = field(default_factory=dict)
    rig: Rig | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "fps", parse_frame_rate(self.fps))
        object.__setattr__(self, "channels", tuple(self.channels))


class ClipWriter(ABC):
    """Writes a clip to a file as its frames become known.

    As a context manager it publishes the file at the end of the block, or leaves nothing behind if
    the block fails. Formats fill in `_begin`, `_rows` and `_end`.

    Parameters
    ----------
    path : path-like
        The file to write; it appears when the writer is closed.
    header : ClipHeader
        What is known before the first frame.
    """

    def __init__(self, path: str | PathLike[str], header: ClipHeader) -> None:
        self.header = header
        self.frames = 0
        self._open = True
        self._prepare()
        self._file = OutputFile(path)
        try:
            self._begin()
        except BaseException:
            self.abort()
            raise

    def __enter__(self) -> ClipWriter:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if kind is not None:
            self.abort()
        elif self._open:
            self.close()

    def write(
        self, weights: ArrayLike, head: ArrayLike | None = None, tracked: ArrayLike | None = None
    ) -> None:
        """Append frames.

        Parameters
        ----------
        weights : array_like, shape (n, C)
            Blendshape weights, 0 to 1, in the order of the header's channels.
        head : array_like, shape (n, 7), optional
            Position in centimetres and unit quaternion; a head at rest by default.
        tracked : array_like of bool, shape (n, C), optional
            False where nothing was seen; all seen by default.

        Raises
        ------
        VoxfaceError
            If shapes do not fit, a value is not finite or the file cannot be written. The file is
            then gone.
        """
        if not self._open:
            raise ValueError("this writer is closed")
        try:
            weight, pose, seen = self._checked(weights, head, tracked)
            for begin in range(0, len(weight), BLOCK):
                part = slice(begin, begin + BLOCK)
                self._rows(weight[part], pose[part], seen[part])
                self.frames += len(weight[part])
        except BaseException:
            self.abort()
            raise

    def close(self) -> None:
        """Complete the file and give it its name."""
        if not self._open:
            return
        try:
            self._end()
        except BaseException:
            self.abort()
            raise
        self._open = False
        self._file.publish()

    def abort(self) -> None:
        """Stop and leave nothing behind."""
        self._open = False
        self._file.discard()

    def _prepare(self) -> None:  # noqa: B027 - most formats have nothing to check
        """Check the header before a file is opened."""

    @abstractmethod
    def _begin(self) -> None:
        """Write what comes before the frames."""

    @abstractmethod
    def _rows(self, weights: WeightArray, head: WeightArray, tracked: MaskArray) -> None:
        """Write at most `BLOCK` frames; `self.frames` were written before."""

    @abstractmethod
    def _end(self) -> None:
        """Write what comes after the frames."""

    def _checked(
        self, weights: ArrayLike, head: ArrayLike | None, tracked: ArrayLike | None
    ) -> tuple[WeightArray, WeightArray, MaskArray]:
        weight = np.asarray(weights, dtype=np.float32)
        if weight.ndim != 2 or weight.shape[1] != len(self.header.channels):
            raise VoxfaceError(
                f"weights have shape {weight.shape}; expected (n, {len(self.header.channels)})"
            )
        pose = np.asarray(REST_POSE if head is None else head, dtype=np.float32)
        seen = np.asarray(True if tracked is None else tracked, dtype=bool)
        try:
            pose = np.broadcast_to(pose, (len(weight), 7))
            seen = np.broadcast_to(seen, weight.shape)
        except ValueError:
            raise VoxfaceError(
                f"head {pose.shape} and tracked {seen.shape} do not fit weights {weight.shape}"
            ) from None
        if not (np.isfinite(weight).all() and np.isfinite(pose).all()):
            raise VoxfaceError("weights or head hold values that are not finite numbers")
        return weight, pose, seen


class CollectingWriter(ClipWriter):
    """A writer that needs the whole clip: frames stay in memory until `_end`, which writes them."""

    def _begin(self) -> None:
        self._blocks: list[tuple[WeightArray, WeightArray, MaskArray]] = []

    def _rows(self, weights: WeightArray, head: WeightArray, tracked: MaskArray) -> None:
        self._blocks.append((weights.copy(), head.copy(), tracked.copy()))

    def _clip(self) -> FaceClip:
        """Return all that was written, as a clip."""
        header = self.header
        no_frames = np.zeros((0, len(header.channels)), np.float32)
        empty = (no_frames, np.zeros((0, 7), np.float32), no_frames.astype(bool))
        weights, head, tracked = (
            np.concatenate(parts) for parts in zip(empty, *self._blocks, strict=True)
        )
        return FaceClip(
            weights, header.fps, header.channels, head, tracked, header.start, header.metadata
        )
