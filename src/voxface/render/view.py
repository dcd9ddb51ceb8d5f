"""Where a scene is seen: a camera, a wall, and the part of the picture in which a head moves."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from voxface.errors import VoxfaceError
from voxface.face import Rig
from voxface.render.camera import Camera, view_matrices
from voxface.render.scene import Scene
from voxface.render.shading import COLOUR_FRAGMENT, FULL_VERTEX, VIDEO_FRAGMENT, variant
from voxface.render.yuv import in_fours, out_of_fours, video_planes

FloatArray = NDArray[np.float32]
Pixels = NDArray[np.uint8]
FINE, FAST = 2.0, 1.25
"""How many times larger each way the head is drawn: smooth edges and calm highlights."""
ROOM = 0.7
"""Centimetres about a head that its picture may reach into."""
SMALLEST, LARGEST = 16, 4096
"""Pixels on a side."""


class View:
    """A picture of a scene, of which only the stage changes: the part in which the head moves.

    Parameters
    ----------
    scene : Scene
    wall : ndarray of uint8, shape (height, width, 4)
        What is behind the head, the top row first, and how much of a pixel a caption in front
        of the head covers; both sides are even.
    camera : Camera
    motions : ndarray, shape (T, 4, 4)
        Motions of the head that must find room on the stage.
    finer : float
        `FINE` or `FAST`.
    planes : tuple of ndarray, optional
        The wall as a video holds it, from `video_planes`, where that is known already.
    """

    def __init__(
        self,
        scene: Scene,
        wall: Pixels,
        camera: Camera,
        motions: FloatArray,
        finer: float = FINE,
        planes: tuple[Pixels, Pixels] | None = None,
    ) -> None:
        self.scene, self.wall = scene, wall
        self._planes = planes
        height, width, _ = wall.shape
        view, projection, _ = view_matrices(camera, scene.subject, width / height)
        self._view, self.to_world = view, np.ascontiguousarray(view[:3, :3].T)
        stages = stages_of(scene.rig, projection @ view, motions, (width, height))
        left, bottom = (min(each[side] for each in stages) for side in (0, 1))
        right, top = (max(each[side] for each in stages) for side in (2, 3))
        self.stage = (slice(height - top, height - bottom), slice(left, right))
        """Rows and columns of the picture."""
        self.size = (right - left, top - bottom)
        self._changing = [(a - left, b - bottom, c - a, d - b) for a, b, c, d in stages]
        self._video: Any = None
        # The stage's own projection: a window of the whole picture's.
        window = np.eye(4, dtype=np.float32)
        window[0, 0], window[1, 1] = width / self.size[0], height / self.size[1]
        window[0, 3] = (width - left - right) / self.size[0]
        window[1, 3] = (height - bottom - top) / self.size[1]
        self._projection = window @ projection
        scale = np.array([self._projection[0, 0], self._projection[1, 1]])
        offset = np.array([self._projection[0, 2], self._projection[1, 2]])
        # From a pixel to the way to the camera; see Scene.draw.
        self._fine_size = (round(finer * self.size[0]), round(finer * self.size[1]))
        per_pixel = 2 / np.array(self._fine_size)
        self._ray = (*(-per_pixel / scale), *((1 - offset) / scale))
        self._make_targets()

    def draw(self) -> None:
        """Draw the scene's pose."""
        self._fine.use()
        self._fine.clear(0.0, 0.0, 0.0, 0.0)
        self.scene.draw(self._view, self._projection, self._ray)
        # To turn to another target sets the renderer to work, and this thread is free meanwhile.
        self._elsewhere.use()
        self._elsewhere.clear()

    def read_colour(self) -> Pixels:
        """Return the stage as drawn, shape (rows, columns, 3), sRGB, the top row first."""
        self._prepare(self._colour)
        self._colour_array.render(vertices=3)
        rows = np.frombuffer(self._colour.read(components=3, alignment=1), np.uint8)
        return rows.reshape(self.size[1], self.size[0], 3)[::-1]

    def develop_video(self) -> None:
        """Have the stage made into what a video holds; it can be read a little later."""
        # Beside the head and over the shoulders there is only wall, which stays.
        parts = self._changing
        if self._video is None:
            self._make_video()
            parts = [(0, 0, *self.size)]
        self._prepare(self._video)
        for part in parts:
            self._video.scissor = tuple(side // 2 for side in part)
            self._video_array.render(vertices=3)
        self._video.scissor = None

    def read_video(self) -> tuple[Pixels, Pixels]:
        """Return what was developed: luma (rows, columns) and chroma (half, half, 2)."""
        width, height = (side // 2 for side in self.size)
        fours = np.frombuffer(self._video.read(components=4, alignment=1), np.uint8)
        chroma = self._video.read(components=2, attachment=1, alignment=1)
        return (
            out_of_fours(fours.reshape(height, width, 4)[::-1]),
            np.frombuffer(chroma, np.uint8).reshape(height, width, 2)[::-1],
        )

    def release(self) -> None:
        """Give the graphics memory back."""
        for thing in self._held:
            thing.release()

    def _prepare(self, target: Any) -> None:
        context = self.scene.context
        target.use()
        context.disable(context.DEPTH_TEST | context.CULL_FACE)
        for place, texture in enumerate(self._textures):
            texture.use(place)

    def _make_targets(self) -> None:
        context = self.scene.context
        drawn = context.texture(self._fine_size, 4)
        drawn.repeat_x = drawn.repeat_y = False
        self._fine = context.framebuffer([drawn], context.depth_renderbuffer(self._fine_size))
        wall = self.wall[self.stage][::-1]
        self._textures = [drawn, context.texture(self.size, 4, wall.tobytes())]
        self._colour = context.framebuffer([context.renderbuffer(self.size, 3)])
        self._elsewhere = context.framebuffer([context.renderbuffer((4, 4), 1)])
        self._colour_array = self._program(COLOUR_FRAGMENT)
        self._held = [
            *self._textures, self._fine, self._colour, self._elsewhere, self._colour_array,
        ]  # fmt: skip

    def _make_video(self) -> None:
        context = self.scene.context
        (rows, columns), half = self.stage, (self.size[0] // 2, self.size[1] // 2)
        luma, chroma = self._planes or video_planes(self.wall[..., :3])
        halves = tuple(slice(side.start // 2, side.stop // 2) for side in (rows, columns))
        caption = self.wall[rows, columns, 3]
        textures = [
            context.texture(half, 4, in_fours(luma[self.stage])[::-1].tobytes()),
            context.texture(half, 2, chroma[halves][::-1].tobytes(), alignment=1),
        ]
        words = ("CAPTIONED",) if caption.any() else ()
        if words:
            textures.append(context.texture(half, 4, in_fours(caption)[::-1].tobytes()))
        targets = [context.renderbuffer(half, 4), context.renderbuffer(half, 2)]
        self._video = context.framebuffer(targets)
        self._video_array = self._program(variant(VIDEO_FRAGMENT, *words))
        self._textures += textures
        self._held += [*textures, *targets, self._video, self._video_array]

    def _program(self, fragment: str) -> Any:
        program = self.scene.context.program(FULL_VERTEX, fragment)
        for place, name in enumerate(("drawn", "wall", "wall_luma", "wall_chroma", "caption")):
            if name in program:
                program[name].value = place
        program["texel"].value = (1 / self.size[0], 1 / self.size[1])
        return self.scene.context.vertex_array(program, [])


def stages_of(
    rig: Rig, seen: FloatArray, motions: FloatArray, size: tuple[int, int]
) -> list[tuple[int, int, int, int]]:
    """Return the parts of a picture in which a rig stays, whatever its face does.

    Parameters
    ----------
    rig : Rig
    seen : ndarray, shape (4, 4)
        From the world to clip space.
    motions : ndarray, shape (T, 4, 4)
        Of the head.
    size : tuple of int
        Width and height of the picture, both even.

    Returns
    -------
    list of (left, bottom, right, top)
        One for the head, one for the bust; even, within the picture, counted from its lower left
        corner.
    """
    used = np.zeros(len(rig.neutral), bool)
    used[rig.triangles] = True
    # Each target alone takes a vertex so far; several at once hardly take it farther.
    low = rig.neutral + rig.deltas.min(axis=0, initial=0.0) - ROOM
    high = rig.neutral + rig.deltas.max(axis=0, initial=0.0) + ROOM
    # What follows a motion in part lies between where it would stay and where it would go.
    ways = seen @ np.concatenate([np.eye(4, dtype=np.float32)[None], motions])
    groups = used & (rig.head_share > 0.5), used & (rig.head_share <= 0.5)
    return [
        _pixels(_outline(low[group].min(axis=0), high[group].max(axis=0), ways), size)
        for group in groups
        if group.any()
    ]


def _pixels(outline: FloatArray, size: tuple[int, int]) -> tuple[int, int, int, int]:
    """Return the even rectangle about points in clip space: left, bottom, right, top."""
    low, high = outline.min(axis=0), outline.max(axis=0)
    extent = np.array(size)
    begin = np.floor((np.clip(low, -1, 1) + 1) / 2 * extent / 2).astype(int) * 2
    end = np.ceil((np.clip(high, -1, 1) + 1) / 2 * extent / 2).astype(int) * 2
    begin = np.minimum(begin, extent - 16)
    end = np.minimum(np.maximum(end, begin + 16), extent)
    return int(begin[0]), int(begin[1]), int(end[0]), int(end[1])


def _outline(low: FloatArray, high: FloatArray, ways: FloatArray) -> FloatArray:
    """Return where the corners of a box are seen, shape (N, 2)."""
    box = np.stack([low, high])
    corners = np.array([[x, y, z, 1] for x in box[:, 0] for y in box[:, 1] for z in box[:, 2]])
    points = np.einsum("tij,cj->tci", ways, corners).reshape(-1, 4)
    outline: FloatArray = points[:, :2] / np.maximum(points[:, 3:], 1e-3)
    return outline


def check_size(width: int, height: int) -> None:
    """Refuse a size that no video can have.

    Raises
    ------
    VoxfaceError
        If a side is odd, too small or too large.
    """
    for side in (width, height):
        if not SMALLEST <= side <= LARGEST or side % 2:
            raise VoxfaceError(
                f"a picture's sides are even and {SMALLEST} to {LARGEST} pixels long, "
                f"not {width}x{height}"
            )
