"""`MeshClip`: a face over time as vertices."""

from __future__ import annotations

import importlib
import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from fractions import Fraction
from os import PathLike
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from voxface.errors import VoxfaceError
from voxface.face.clip import REST_POSE
from voxface.face.frame_rate import frame_count, parse_frame_rate
from voxface.face.mesh_topology import MeshTopology
from voxface.face.resample import interpolate_frames
from voxface.face.rotation import rotated


@dataclass(frozen=True, eq=False)
class MeshClip:
    """A face over time as vertices of one topology, with exact timing.

    Vertices stand in the space of the head, which its motion (`head`) carries along. Right-handed:
    +x the subject's left, +y up, +z out of the face; centimetres.

    Parameters
    ----------
    vertices : array_like, shape (T, V, 3)
        Centimetres, stored as float32.
    topology : MeshTopology
        How the V vertices join.
    fps : Fraction, int, float or str
        Frames per second, exact, as in `FaceClip`.
    neutral : array_like, shape (V, 3)
        The face at rest, from which offsets are told.
    head : array_like, shape (T, 7), optional
        x, y, z in centimetres and the unit quaternion w, x, y, z from rest; default: at rest.
    start : float
        Time of frame 0 on the sound's clock, in seconds.
    metadata : mapping
        Source, model, licence: plain JSON values.

    Raises
    ------
    VoxfaceError
        If shapes do not fit together, a value is not finite or the frame rate is not positive.
    """

    vertices: NDArray[np.float32]
    topology: MeshTopology
    fps: Fraction
    neutral: NDArray[np.float32]
    head: NDArray[np.float32] = None  # type: ignore[assignment]
    start: float = 0.0
    metadata: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        count = self.topology.vertices
        vertices = _finite(self.vertices, "vertices")
        if vertices.ndim != 3 or vertices.shape[1:] != (count, 3):
            raise VoxfaceError(
                f"vertices have shape {vertices.shape}; expected (frames, {count}, 3)"
            )
        neutral = _finite(self.neutral, "the neutral face")
        if neutral.shape != (count, 3):
            raise VoxfaceError(f"the neutral face has shape {neutral.shape}; expected ({count}, 3)")
        at_rest = np.array(REST_POSE, np.float32)
        head = _finite(
            np.broadcast_to(at_rest, (len(vertices), 7)) if self.head is None else self.head,
            "head",
        )
        if head.shape != (len(vertices), 7):
            raise VoxfaceError(f"head has shape {head.shape}; expected ({len(vertices)}, 7)")
        if not math.isfinite(self.start):
            raise VoxfaceError(f"a clip starts at a finite time, not {self.start}")
        for name, value in (
            ("vertices", vertices), ("fps", parse_frame_rate(self.fps)), ("neutral", neutral),
            ("head", head), ("start", float(self.start)), ("metadata", dict(self.metadata)),
        ):  # fmt: skip
            object.__setattr__(self, name, value)

    def __len__(self) -> int:
        return len(self.vertices)

    def __repr__(self) -> str:
        return (
            f"MeshClip({len(self)} frames at {float(self.fps):g} fps, {self.duration:.3f} s, "
            f"{self.topology.vertices} vertices of {self.topology.name})"
        )

    @property
    def duration(self) -> float:
        """Length in seconds: frames divided by frames per second."""
        return float(len(self) / self.fps)

    @property
    def times(self) -> NDArray[np.float64]:
        """Time of every frame on the sound's clock, in seconds, shape (T,)."""
        return self.start + np.arange(len(self), dtype=np.float64) / float(self.fps)

    @property
    def offsets(self) -> NDArray[np.float32]:
        """Displacement of every vertex from the neutral face, shape (T, V, 3), in centimetres."""
        return self.vertices - self.neutral

    def posed(self) -> NDArray[np.float32]:
        """Return the vertices with the head's motion, shape (T, V, 3); it turns about 0."""
        turned = rotated(self.head[:, None, 3:], self.vertices)
        return np.asarray(turned + self.head[:, None, :3], np.float32)

    def resample(self, fps: Fraction | float | str) -> MeshClip:
        """Return the clip at another frame rate: linear on vertices, slerp on rotation."""
        rate = parse_frame_rate(fps)
        if rate == self.fps or not len(self):
            return replace(self, fps=rate)
        frames = frame_count(len(self) / self.fps, rate)
        position = np.arange(frames, dtype=np.float64) * float(self.fps / rate)
        flat = self.vertices.reshape(len(self), -1)
        vertices, head = interpolate_frames(flat, self.head, position)
        return replace(self, vertices=vertices.reshape(frames, -1, 3), head=head, fps=rate)

    def save(self, path: str | PathLike[str], format: str | None = None, **options: Any) -> None:
        """Write the clip to a file; the suffix names the format unless `format` does.

        Raises
        ------
        VoxfaceError
            If no format is known for the suffix or the file cannot be written.
        """
        _formats().save_mesh(self, path, format, **options)

    @staticmethod
    def load(path: str | PathLike[str]) -> MeshClip:
        """Read a mesh clip from a file.

        Raises
        ------
        VoxfaceError
            If the file cannot be read or is no mesh clip.
        """
        clip: MeshClip = _formats().load_mesh(path)
        return clip


def _finite(values: ArrayLike, name: str) -> NDArray[np.float32]:
    array = np.asarray(values, np.float32).view()
    if not np.isfinite(array).all():
        raise VoxfaceError(f"{name} hold values that are not finite numbers")
    array.flags.writeable = False
    return array


def _formats() -> Any:
    """Open the door to the file formats, by name and only when used, as `FaceClip` does."""
    return importlib.import_module("voxface.formats")
