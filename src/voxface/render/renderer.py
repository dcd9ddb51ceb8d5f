"""`Renderer`: a rig, weights and a head pose become a picture."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray

from voxface.face import REST_POSE, Rig
from voxface.render.backdrop import BACKGROUNDS, Colour
from voxface.render.camera import Camera, head_matrix
from voxface.render.layout import arrange, draw_wall
from voxface.render.scene import Scene
from voxface.render.view import View, check_size


class Renderer:
    """Draws one rig, again and again.

    Parameters
    ----------
    rig : Rig
    size : tuple of int
        Width and height of a picture in pixels, both even.
    camera : Camera
    background : tuple of int
        The wall's colour, sRGB 0 to 255.
    open_weights : array_like, shape (N,), optional
        Target weights that open the mouth wide; see `Scene`.

    Raises
    ------
    VoxfaceError
        If moderngl or the system's OpenGL is missing, or the size is not drawable.
    """

    def __init__(
        self,
        rig: Rig,
        size: tuple[int, int] = (1280, 720),
        camera: Camera | None = None,
        background: Colour = BACKGROUNDS["dark"],
        open_weights: ArrayLike | None = None,
    ) -> None:
        check_size(*size)
        self.rig, self.size = rig, size
        self._scene = Scene(rig, open_weights)
        self._wall = draw_wall(size, background, arrange(1, *size), [""])
        self._camera = camera or Camera()

    def look_through(self, camera: Camera) -> None:
        """Move the camera."""
        self._camera = camera

    def picture(
        self, weights: ArrayLike | None = None, head: ArrayLike = REST_POSE
    ) -> NDArray[np.uint8]:
        """Draw a pose.

        Parameters
        ----------
        weights : array_like, shape (N,), optional
            A weight for each target of the rig; default: the neutral face.
        head : array_like, shape (7,)
            x, y, z in centimetres and the unit quaternion w, x, y, z.

        Returns
        -------
        ndarray of uint8, shape (height, width, 3)
            sRGB, the top row first.
        """
        row = np.zeros(len(self.rig.targets)) if weights is None else weights
        motion = head_matrix(np.asarray(head, np.float32), self.rig.head_pivot)
        view = View(self._scene, self._wall, self._camera, motion[None])
        self._scene.take(self._scene.pose(row, motion, view.to_world))
        view.draw()
        picture = self._wall[..., :3].copy()
        picture[view.stage] = view.read_colour()
        view.release()
        return picture
