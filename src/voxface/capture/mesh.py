"""From landmarks in pixels to a mesh in centimetres, in the space of the head."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from voxface.errors import VoxfaceError
from voxface.face import FaceClip, MeshClip, face_mesh
from voxface.face.alignment import aligned

STABLE = "stable"
"""Region of the 468-point face that expressions move least; it says where the head is."""
REFINED = 3
"""How often a take's own shape is measured again about a better alignment."""


def head_space(landmarks: ArrayLike) -> NDArray[np.float64]:
    """Return landmarks without the head's motion, in centimetres, shape (T, 468, 3).

    A camera does not tell how large a face is: the stable part of each is given the size of that of
    the average face.

    Parameters
    ----------
    landmarks : array_like, shape (T, 468 or 478, 3)
        In pixels, as `Capture.landmarks` has them; finite.
    """
    topology, average = face_mesh()
    points = np.asarray(landmarks, np.float64)[:, : topology.vertices] * (1.0, -1.0, -1.0)
    stable = topology.region(STABLE)
    # The take's own shape fits its frames better than an average face does.
    shape = np.asarray(average, np.float64)
    for _ in range(REFINED):
        moved = aligned(points, shape, stable)
        shape = aligned(np.median(moved, axis=0)[None], average, stable)[0]
    return aligned(points, shape, stable)


def filled(landmarks: ArrayLike) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    """Return landmarks (T, N, 3) with lost frames put in between their neighbours, and the seen.

    Raises
    ------
    VoxfaceError
        If no frame shows a face.
    """
    points = np.array(landmarks, np.float64)
    seen: NDArray[np.bool_] = np.asarray(np.isfinite(points).all(axis=(1, 2)))
    if not seen.any():
        raise VoxfaceError("no frame of the take shows a face; film it again, from the front")
    known, times = np.flatnonzero(seen), np.arange(len(points))
    at = np.interp(times, known, np.arange(len(known)))
    below = np.floor(at).astype(np.int64)
    above = np.minimum(below + 1, len(known) - 1)
    blend = (at - below)[:, None, None]
    found = points[known]
    return found[below] * (1 - blend) + found[above] * blend, seen


def mesh_from_capture(
    clip: FaceClip, landmarks: ArrayLike, neutral: ArrayLike | None = None
) -> tuple[MeshClip, NDArray[np.bool_]]:
    """Turn a captured take into a moving mesh.

    Parameters
    ----------
    clip : FaceClip
        Of the capture: gives time and the head's motion.
    landmarks : array_like, shape (T, 478, 3)
        Of the capture.
    neutral : array_like, shape (468, 3), optional
        The person's face at rest in centimetres; by default the median of the take's seen frames.

    Returns
    -------
    mesh : MeshClip
        Of the topology ``mediapipe468``; lost frames are interpolated.
    seen : ndarray of bool, shape (T,)

    Raises
    ------
    VoxfaceError
        If clip and landmarks differ in length or no frame shows a face.
    """
    points, seen = filled(landmarks)
    if len(points) != len(clip):
        raise VoxfaceError(
            f"the clip has {len(clip)} frames and the landmarks {len(points)}; capture them anew"
        )
    vertices = head_space(points)
    if neutral is None:
        neutral = np.median(vertices[seen], axis=0)
    else:
        own = np.asarray(neutral, np.float64)
        stable = face_mesh()[0].region(STABLE)
        vertices = aligned(vertices, own, stable)
    metadata = {k: v for k, v in clip.metadata.items() if not k.startswith("rest_")}
    mesh = MeshClip(
        vertices.astype(np.float32),
        face_mesh()[0],
        clip.fps,
        np.asarray(neutral, np.float32),
        clip.head,
        clip.start,
        metadata,
    )
    return mesh, seen


def load_landmarks(path: Path) -> NDArray[np.float32]:
    """Read ``TAKE.landmarks.npz`` of a capture, shape (T, 478, 3), in pixels.

    Raises
    ------
    VoxfaceError
        If it cannot be read or holds something else.
    """
    try:
        with np.load(path, allow_pickle=False) as file:
            found: NDArray[Any] = file["landmarks"]
    except (OSError, ValueError, KeyError, EOFError) as error:
        raise VoxfaceError(
            f"cannot read landmarks from {path} ({error}); make them with 'voxface capture'"
        ) from None
    if found.ndim != 3 or found.shape[1] < face_mesh()[0].vertices or found.shape[2] != 3:
        raise VoxfaceError(f"{path} holds landmarks of shape {found.shape}, not (T, 478, 3)")
    return found.astype(np.float32)


def load_mesh_take(
    path: Path, neutral: ArrayLike | None = None
) -> tuple[MeshClip, NDArray[np.bool_]]:
    """Read ``TAKE.npz`` and ``TAKE.landmarks.npz`` as a mesh; see `mesh_from_capture`."""
    landmarks = load_landmarks(path.with_name(f"{path.stem}.landmarks.npz"))
    return mesh_from_capture(FaceClip.load(path), landmarks, neutral)
