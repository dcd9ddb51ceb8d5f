"""A moving mesh on a picture: orthographic, seen from the front."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from voxface.errors import VoxfaceError
from voxface.face import MeshClip

SIZE = (512, 512)
"""Pixels that systems which make portraits move are made for."""
FILL = 0.7
"""Share of the picture's shorter side that a face is high, or wide where that is more."""


@dataclass(frozen=True)
class Orthographic:
    """A camera infinitely far in front of the face.

    Parameters
    ----------
    size : tuple of int
        Width and height of the picture in pixels.
    scale : float
        Pixels for a centimetre.
    centre : tuple of float
        x and y, in centimetres, of what is in the middle of the picture.

    Raises
    ------
    VoxfaceError
        If a value is out of range.
    """

    size: tuple[int, int]
    scale: float
    centre: tuple[float, float] = (0.0, 0.0)

    def __post_init__(self) -> None:
        if min(self.size) < 1:
            raise VoxfaceError(f"a picture has at least one pixel, not {self.size}")
        if not 0 < self.scale < np.inf:
            raise VoxfaceError(f"a scale is a number of pixels above 0, not {self.scale}")

    @classmethod
    def framing(
        cls, clip: MeshClip, size: tuple[int, int] = SIZE, fill: float = FILL
    ) -> Orthographic:
        """Return the camera that shows a clip's neutral face in the middle, so large."""
        low, high = clip.neutral.min(axis=0), clip.neutral.max(axis=0)
        width, height, _ = np.maximum(high - low, 1e-6)
        middle = (low + high) / 2
        scale = fill * min(size) / max(width, height)
        return cls(size, float(scale), (float(middle[0]), float(middle[1])))

    def pixels(self, vertices: ArrayLike) -> NDArray[np.float64]:
        """Return where vertices are seen.

        Parameters
        ----------
        vertices : array_like, shape (..., 3)
            In centimetres; +x, the subject's left, is to the right of the picture.

        Returns
        -------
        ndarray, shape (..., 2)
            x from the left edge and y from the upper edge, in pixels.
        """
        points = np.asarray(vertices, np.float64)
        away = (points[..., :2] - np.array(self.centre)) * (self.scale, -self.scale)
        return np.asarray(away + np.array(self.size) / 2)


def project(
    clip: MeshClip, camera: Orthographic | None = None, *, head: bool = True
) -> NDArray[np.float64]:
    """Return where every vertex of a clip is seen, shape (T, V, 2), in pixels.

    Parameters
    ----------
    clip : MeshClip
    camera : Orthographic, optional
        Default: `Orthographic.framing` of the clip.
    head : bool
        Whether the head's motion is shown.
    """
    camera = camera or Orthographic.framing(clip)
    return camera.pixels(clip.posed() if head else clip.vertices)
