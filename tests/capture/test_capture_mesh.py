"""Landmarks in pixels become a mesh in centimetres, without the head's motion."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from voxface.capture.mesh import filled, head_space, load_landmarks, mesh_from_capture
from voxface.errors import VoxfaceError
from voxface.face import ARKIT_CHANNELS, FaceClip, face_mesh


def filmed(frames: int = 30) -> tuple[np.ndarray, np.ndarray]:
    """Return landmarks of a head that turns and comes nearer while its jaw opens, and the jaw."""
    _, neutral = face_mesh()
    opening = 0.5 - 0.5 * np.cos(np.linspace(0, 4 * np.pi, frames))
    points = []
    for frame, jaw in enumerate(opening):
        face = neutral.astype(float).copy()
        face[np.r_[14, 17, 152, 200], 1] -= 0.8 * jaw
        turned = Rotation.from_rotvec([0.1, 0.02 * frame, 0.05]).apply(face)
        at = turned * (9 + 0.05 * frame) + (180, -140, 0)
        points.append(at * (1, -1, -1))
    landmarks = np.zeros((frames, 478, 3))
    landmarks[:, :468] = points
    return landmarks, opening


def clip_of(frames: int) -> FaceClip:
    return FaceClip(np.zeros((frames, 52), np.float32), 25, ARKIT_CHANNELS, start=0.04)


def test_the_head_is_taken_out_and_the_jaw_stays() -> None:
    landmarks, opening = filmed()
    _, neutral = face_mesh()
    found = head_space(landmarks)
    assert found[0] == pytest.approx(neutral, abs=0.02)
    moved = found[0, 152, 1] - found[:, 152, 1]
    assert moved == pytest.approx(0.8 * opening, abs=0.03)
    still = np.delete(found - found[:1], np.r_[14, 17, 152, 200], axis=1)
    assert np.abs(still).max() < 0.05


def test_lost_frames_are_filled_and_told() -> None:
    landmarks, _ = filmed()
    landmarks[10:12] = np.nan
    mesh, seen = mesh_from_capture(clip_of(30), landmarks)
    assert np.flatnonzero(~seen).tolist() == [10, 11]
    assert mesh.start == pytest.approx(0.04)
    between = mesh.vertices[9] * 2 / 3 + mesh.vertices[12] / 3
    assert mesh.vertices[10] == pytest.approx(between, abs=0.02)


def test_bad_captures(tmp_path) -> None:
    landmarks, _ = filmed()
    with pytest.raises(VoxfaceError, match="29 frames"):
        mesh_from_capture(clip_of(29), landmarks)
    with pytest.raises(VoxfaceError, match="no frame"):
        filled(np.full((3, 478, 3), np.nan))
    with pytest.raises(VoxfaceError, match="voxface capture"):
        load_landmarks(tmp_path / "none.landmarks.npz")
    np.savez(tmp_path / "bad.landmarks.npz", landmarks=np.zeros((3, 5, 3)))
    with pytest.raises(VoxfaceError, match="shape"):
        load_landmarks(tmp_path / "bad.landmarks.npz")
