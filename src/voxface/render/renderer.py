"""`Renderer`: a rig, weights and a head pose become a picture."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from voxface.errors import VoxfaceError
from voxface.face import REST_POSE, Rig
from voxface.render import shading
from voxface.render.backdrop import BACKGROUNDS, Colour, draw_backdrop
from voxface.render.camera import Camera, Subject, head_matrix, view_matrices
from voxface.render.context import open_context
from voxface.render.occlusion import openness
from voxface.render.posing import Poser
from voxface.render.scene import DrawnPart, Scene

FloatArray = NDArray[np.float32]
SAMPLES = 4
"""Samples a pixel: what edges are smoothed with."""
SHADOW_SIZE = 1024
KEY = np.array([-0.52, 0.50, 0.69])
"""Where the key light comes from, in the camera's frame; the shader says the same."""


class Renderer:
    """Draws one rig, again and again.

    Parameters
    ----------
    rig : Rig
    size : tuple of int
        Width and height of a picture in pixels.
    camera : Camera
    background : tuple of int
        The wall's colour, sRGB 0 to 255.
    open_weights : array_like, shape (N,), optional
        Target weights that open the mouth wide: light reaches into it as far as a pose is like
        this. Default: the target named ``jawOpen``.

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
        self.rig, self.size = rig, size
        self._context = context = open_context()
        limit = int(context.info["GL_MAX_VIEWPORT_DIMS"][0])
        if not (16 <= min(size) and max(size) <= min(limit, 8192)):
            raise VoxfaceError(f"a picture is 16 to 8192 pixels wide and high, not {size}")
        self._program = context.program(shading.VERTEX, shading.FRAGMENT)
        self._shadow_program = context.program(shading.SHADOW_VERTEX, shading.SHADOW_FRAGMENT)
        self._scene = Scene(context, self._program, self._shadow_program, rig)
        self._poser = Poser(rig)
        self._subject = Subject.of(rig)
        self._open = _open_row(rig, open_weights)
        self._scene.set_light(
            openness(context, rig, self._poser, [np.zeros(len(rig.targets)), self._open])
        )
        self._make_targets()
        self._make_backdrop(background)
        self.look_through(camera or Camera())

    def look_through(self, camera: Camera) -> None:
        """Move the camera."""
        width, height = self.size
        view, projection, eye = view_matrices(camera, self._subject, width / height)
        self._to_world = view[:3, :3].T
        self._set("view_projection", projection @ view)
        self._program["eye"].value = tuple(map(float, eye))
        self._set("camera", self._to_world)
        light = self._light_matrix()
        self._set("light_matrix", light)
        self._shadow_program["light_matrix"].write(_columns(light))

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
        self.draw(weights, head)
        width, height = self.size
        data = np.frombuffer(self._resolved.read(components=3), np.uint8)
        return np.ascontiguousarray(data.reshape(height, width, 3)[::-1])

    def draw(self, weights: ArrayLike | None = None, head: ArrayLike = REST_POSE) -> None:
        """Draw a pose, as `picture`, and leave it to be read."""
        row = np.zeros(len(self.rig.targets)) if weights is None else weights
        row = np.asarray(row, np.float32)
        self._scene.pose(*self._poser(row))
        motion = head_matrix(np.asarray(head, np.float32), self.rig.head_pivot)
        self._set("head_motion", motion)
        self._shadow_program["head_motion"].write(_columns(motion))
        square = float(self._open @ self._open)
        mouth = float(np.clip(row @ self._open / square, 0, 1)) if square else 0.0
        self._program["mouth_open"].value = mouth
        self._draw_shadow()
        self._drawing.use()
        self._context.disable(self._context.CULL_FACE)
        self._context.depth_func = "1"  # the wall covers whatever was there, colour and depth
        self._wall.use(0)
        self._wall_array.render(vertices=3)
        self._context.depth_func = "<="
        self._shadow_map.use(1)
        for part in self._scene.solid:
            self._draw_part(part)
        self._context.enable(self._context.BLEND)
        self._context.blend_func = self._context.ONE, self._context.ONE_MINUS_SRC_ALPHA
        for part in self._scene.see_through:
            self._draw_part(part)
        self._context.disable(self._context.BLEND)
        self._context.copy_framebuffer(self._resolved, self._drawing)

    def _draw_part(self, part: DrawnPart) -> None:
        material, program = part.material, self._program
        program["base_color"].value = material.color
        program["roughness"].value = material.roughness
        program["metallic"].value = material.metallic
        program["subsurface"].value = part.look.subsurface
        program["wet"].value = part.look.wet
        program["alpha_shown"].value = float(material.transparent)
        program["textured"].value = part.texture is not None
        if part.texture is not None:
            part.texture.use(0)
        self._cull(material.two_sided)
        part.array.render()

    def _cull(self, two_sided: bool) -> None:
        if two_sided:
            self._context.disable(self._context.CULL_FACE)
        else:
            self._context.enable(self._context.CULL_FACE)

    def _draw_shadow(self) -> None:
        self._shadow_target.use()
        self._shadow_target.clear(depth=1.0)
        self._context.enable(self._context.DEPTH_TEST)
        self._context.disable(self._context.CULL_FACE)
        for part in self._scene.solid:
            part.shadow_array.render()

    def _light_matrix(self) -> FloatArray:
        """Return the matrix that sees all of the rig from the key light."""
        towards = self._to_world @ (KEY / np.linalg.norm(KEY))
        side = np.cross([0.0, 1.0, 0.0], towards)
        side /= np.linalg.norm(side)
        frame = np.stack([side, np.cross(towards, side), -towards])
        reach = self._subject.radius * 1.05
        matrix = np.eye(4)
        matrix[:3, :3] = frame / reach
        matrix[:3, 3] = -matrix[:3, :3] @ np.array(self._subject.centre)
        return matrix.astype(np.float32)

    def _make_targets(self) -> None:
        context, size = self._context, self.size
        samples = min(SAMPLES, int(context.max_samples))
        self._drawing = context.framebuffer(
            [context.renderbuffer(size, 4, samples=samples)],
            context.depth_renderbuffer(size, samples=samples),
        )
        self._resolved = context.framebuffer([context.renderbuffer(size, 4)])
        self._shadow_map = context.depth_texture((SHADOW_SIZE, SHADOW_SIZE))
        self._shadow_map.compare_func = "<="
        self._shadow_map.filter = (context.LINEAR, context.LINEAR)
        self._shadow_map.repeat_x = self._shadow_map.repeat_y = False
        self._shadow_target = context.framebuffer(depth_attachment=self._shadow_map)
        self._program["shadow"].value = 1
        self._program["picture"].value = 0
        self._program["shadow_step"].value = 1.5 / SHADOW_SIZE

    def _make_backdrop(self, colour: Colour) -> None:
        wall = draw_backdrop(*self.size, colour)[::-1]
        self._wall = self._context.texture(
            self.size, 3, np.ascontiguousarray(wall).tobytes(), alignment=1
        )
        program = self._context.program(shading.BACKDROP_VERTEX, shading.BACKDROP_FRAGMENT)
        self._wall_array = self._context.vertex_array(program, [])

    def _set(self, name: str, matrix: FloatArray) -> None:
        self._program[name].write(_columns(matrix))


def _columns(matrix: FloatArray) -> bytes:
    return np.ascontiguousarray(np.asarray(matrix, np.float32).T).tobytes()


def _open_row(rig: Rig, given: ArrayLike | None) -> FloatArray:
    row = np.zeros(len(rig.targets), np.float32)
    if given is not None:
        row[:] = np.asarray(given, np.float32)
    elif "jawOpen" in rig.targets:
        row[rig.targets.index("jawOpen")] = 1
    return row
