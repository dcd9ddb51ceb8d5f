"""Where the camera stands: matrices from a few plain numbers. Centimetres and degrees."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from voxface.errors import VoxfaceError, unknown_name
from voxface.face import Rig

FloatArray = NDArray[np.float32]
VIEWS: dict[str, tuple[float, float]] = {
    "front": (0.0, 0.0),
    "three-quarter": (32.0, 3.0),
    "profile": (90.0, 0.0),
}
"""Yaw and pitch of the camera by name, in degrees."""
LENS = 20.0
"""Vertical angle of view in degrees: a portrait lens, which flatters."""


@dataclass(frozen=True)
class Camera:
    """A camera on a sphere about the head.

    Parameters
    ----------
    yaw : float
        Degrees towards the subject's left.
    pitch : float
        Degrees upwards.
    zoom : float
        1 shows the whole head, 2 twice as large about the face.
    """

    yaw: float = 0.0
    pitch: float = 0.0
    zoom: float = 1.0

    def __post_init__(self) -> None:
        if not 0.1 <= self.zoom <= 20:
            raise VoxfaceError(f"zoom is between 0.1 and 20, not {self.zoom:g}")
        if not (abs(self.yaw) <= 180 and abs(self.pitch) <= 85):
            raise VoxfaceError("a camera's yaw is within ±180 degrees, its pitch within ±85")

    @staticmethod
    def of_view(name: str, zoom: float = 1.0) -> Camera:
        """Return a camera by the name of its view: front, three-quarter or profile.

        Raises
        ------
        VoxfaceError
            If there is no such view.
        """
        if name not in VIEWS:
            raise unknown_name("view", name, VIEWS)
        return Camera(*VIEWS[name], zoom=zoom)


@dataclass(frozen=True)
class Subject:
    """What the camera frames.

    Parameters
    ----------
    centre : tuple of float
        The middle of the head, in centimetres.
    face : tuple of float
        The point a zoom goes towards.
    width, height : float
        Size of the head, in centimetres.
    radius : float
        Radius of all of it, shoulders included, about `centre`.
    """

    centre: tuple[float, float, float]
    face: tuple[float, float, float]
    width: float
    height: float
    radius: float

    @staticmethod
    def of(rig: Rig, moving: NDArray[np.bool_]) -> Subject:
        """Measure a rig: its head is what follows the head's motion at least by half.

        Parameters
        ----------
        rig : Rig
        moving : ndarray of bool, shape (V,)
            Whether any target moves a vertex.
        """
        used = np.zeros(len(rig.neutral), bool)
        used[rig.triangles] = True
        head = rig.neutral[used & (rig.head_share > 0.5)]
        if not len(head):
            head = rig.neutral[used]
        low, high = head.min(axis=0), head.max(axis=0)
        centre = (low + high) / 2
        face = np.median(rig.neutral[moving], axis=0) if moving.any() else centre
        everything = rig.neutral[used] - centre
        width, height, _ = high - low
        return Subject(
            tuple(map(float, centre)),  # type: ignore[arg-type]
            (float(centre[0]), float(face[1]), float(face[2])),
            float(width),
            float(height),
            float(np.sqrt((everything**2).sum(axis=1).max())),
        )


def view_matrices(
    camera: Camera, subject: Subject, aspect: float
) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Return what a picture needs of a camera.

    Parameters
    ----------
    camera : Camera
    subject : Subject
    aspect : float
        Width of the picture divided by its height.

    Returns
    -------
    view : ndarray, shape (4, 4)
        From the world into the camera's frame, for column vectors.
    projection : ndarray, shape (4, 4)
        From the camera's frame to clip space.
    eye : ndarray, shape (3,)
        Where the camera stands.
    """
    yaw, pitch = np.radians(camera.yaw), np.radians(camera.pitch)
    back = np.array([np.sin(yaw) * np.cos(pitch), np.sin(pitch), np.cos(yaw) * np.cos(pitch)])
    # A head turned to the side is as wide as it is deep; the larger of both keeps framing calm.
    tall = max(subject.height * 1.06, subject.width * 1.35 / aspect) / camera.zoom
    distance = tall / 2 / np.tan(np.radians(LENS) / 2)
    towards = np.clip(1 - 1 / camera.zoom, 0, 1)
    aim = (1 - towards) * np.array(subject.centre) + towards * np.array(subject.face)
    # The head stands still before a lens that comes no nearer than its skin.
    distance = max(distance, subject.radius * 0.5)
    eye = aim + back * (distance + subject.width / 2)
    side = np.array([np.cos(yaw), 0.0, -np.sin(yaw)])
    up = np.cross(back, side)
    view = np.eye(4)
    view[:3, :3] = side, up, back
    view[:3, 3] = -view[:3, :3] @ eye
    near = max(0.5, distance - 2 * subject.radius)
    far = distance + 4 * subject.radius
    scale = 1 / np.tan(np.radians(LENS) / 2)
    projection = np.zeros((4, 4))
    projection[0, 0], projection[1, 1] = scale / aspect, scale
    projection[2, 2] = (near + far) / (near - far)
    projection[2, 3] = 2 * near * far / (near - far)
    projection[3, 2] = -1
    return view.astype(np.float32), projection.astype(np.float32), eye.astype(np.float32)


def head_matrix(head: NDArray[np.float32], pivot: tuple[float, float, float]) -> FloatArray:
    """Return the rigid motion of a head pose, shape (4, 4), for column vectors.

    Parameters
    ----------
    head : ndarray, shape (7,)
        x, y, z in centimetres and the unit quaternion w, x, y, z, as in `FaceClip.head`.
    pivot : tuple of float
        The point the head turns about.
    """
    w, x, y, z = np.asarray(head[3:], np.float64) / np.linalg.norm(head[3:])
    matrix = np.eye(4)
    matrix[:3, :3] = (
        (1 - 2 * (y * y + z * z), 2 * (x * y - w * z), 2 * (x * z + w * y)),
        (2 * (x * y + w * z), 1 - 2 * (x * x + z * z), 2 * (y * z - w * x)),
        (2 * (x * z - w * y), 2 * (y * z + w * x), 1 - 2 * (x * x + y * y)),
    )
    about = np.asarray(pivot)
    matrix[:3, 3] = np.asarray(head[:3]) + about - matrix[:3, :3] @ about
    return matrix.astype(np.float32)
