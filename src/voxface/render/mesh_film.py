"""Moving meshes as a video or a picture: one, or up to four side by side, with sound."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from fractions import Fraction
from os import PathLike
from pathlib import Path

import numpy as np
from numpy.typing import ArrayLike, NDArray

from voxface.audio import announced_duration
from voxface.errors import VoxfaceError
from voxface.face import MeshClip, MeshTopology, Rig, parse_frame_rate
from voxface.formats.sound import find_sound
from voxface.render.camera import Camera, head_matrix
from voxface.render.film import Shooting
from voxface.render.layout import Cell, arrange, draw_wall
from voxface.render.mesh_rig import mesh_rig, still_rig
from voxface.render.mesh_times import mesh_at_times, picture_times
from voxface.render.movie import SOUND_RATE, Movie, check_movie
from voxface.render.performance import sound_blocks
from voxface.render.renderer import Renderer
from voxface.render.scene import Scene
from voxface.render.view import FAST, FINE, View
from voxface.render.yuv import video_planes

Pixels = NDArray[np.uint8]
FloatArray = NDArray[np.float32]
AROUND = Camera(zoom=0.86)
"""A face alone is framed with room for its head's motion and for a caption."""
_PIVOT = (0.0, 0.0, 0.0)


class _Actor:
    """One clip in its cell: weights and head motions at the pictures' times."""

    def __init__(
        self,
        scene: Scene,
        weights: FloatArray,
        clip: MeshClip,
        wall: Pixels,
        cell: Cell,
        shooting: Shooting,
    ) -> None:
        self._scene, self._weights = scene, weights
        self._motions = np.stack([head_matrix(pose, _PIVOT) for pose in clip.head])
        room = np.concatenate([self._motions, _room(scene.rig, weights)])
        finer = FINE if shooting.fine else FAST
        self.view = View(scene, wall[cell.place], shooting.camera, room, finer)
        rows, columns = self.view.stage
        self.place = (
            slice(rows.start + cell.top, rows.stop + cell.top),
            slice(columns.start + cell.left, columns.stop + cell.left),
        )

    def draw(self, number: int) -> None:
        """Draw picture `number` and have it developed."""
        posed = self._scene.pose(self._weights[number], self._motions[number], self.view.to_world)
        self._scene.take(posed)
        self.view.draw()
        self.view.develop_video()


def mesh_film(
    clips: Sequence[tuple[str, MeshClip]],
    path: str | PathLike[str],
    sound: str | PathLike[str] | None = None,
    fps: Fraction | float | str | None = None,
    size: tuple[int, int] = (1280, 720),
    *,
    shooting: Shooting | None = None,
    on_progress: Callable[[int, int], None] | None = None,
) -> int:
    """Write a video of moving meshes side by side, with captions and sound.

    Picture k shows the clips at ``k / fps`` seconds on the sound's clock. The video is as long as
    the longest clip or the sound.

    Parameters
    ----------
    clips : sequence of (str, MeshClip)
        One to four, each with its caption; an empty one shows nothing. Of one topology.
    path : path-like
        ``.mp4``, ``.m4v`` or ``.mov``; appears when it is complete.
    sound : path-like, optional
        Default: the recording that a clip names as its source, where that is there.
    fps : Fraction, float or str, optional
        Pictures per second; default: the highest rate of the clips, 60 at most.
    size : tuple of int
        Width and height in pixels, both even.
    shooting : Shooting, optional
        Camera, background, quality; its size and rate are replaced by those above.
    on_progress : callable, optional
        Is told how many pictures are done, and of how many.

    Returns
    -------
    int
        How many pictures were written.

    Raises
    ------
    VoxfaceError
        If the clips are none, too many or of different topologies, or something cannot be read,
        drawn or written.
    """
    check_movie(path)
    meshes = [clip for _, clip in clips]
    cells = arrange(len(meshes), *size)
    _check_alike(meshes)
    rate = max(min(clip.fps, Fraction(60)) for clip in meshes) if fps is None else fps
    shooting = replace(shooting or Shooting(camera=AROUND), size=size, fps=parse_frame_rate(rate))
    heard = _sound_of(meshes) if sound is None else Path(sound)
    blocks = None if heard is None else sound_blocks(heard, SOUND_RATE)
    times = picture_times(meshes, heard, shooting.fps)
    shown = [mesh_at_times(clip, times) for clip in meshes]
    rig, weights = mesh_rig(shown)
    captions = [caption if shooting.captions else "" for caption, _ in clips]
    wall = draw_wall(size, shooting.background, cells, captions)
    luma, chroma = video_planes(wall[..., :3])
    scene = Scene(rig)
    actors = [
        _Actor(scene, row, clip, wall, cell, shooting)
        for row, clip, cell in zip(weights, shown, cells, strict=True)
    ]
    with Movie(path, size, shooting.fps, len(times), blocks, shooting.quality) as movie:
        for number, drawn in enumerate(_draw_all(actors, len(times))):
            for actor, (light, colour) in zip(actors, drawn, strict=True):
                luma[actor.place] = light
                rows, columns = (slice(s.start // 2, s.stop // 2) for s in actor.place)
                chroma[rows, columns] = colour
            movie.add(luma, chroma)
            if on_progress is not None:
                on_progress(number + 1, len(times))
    return len(times)


def mesh_picture(
    vertices: ArrayLike,
    topology: MeshTopology,
    size: tuple[int, int] = (720, 720),
    *,
    camera: Camera = AROUND,
) -> Pixels:
    """Draw one shape of a mesh.

    Parameters
    ----------
    vertices : array_like, shape (V, 3)
        In centimetres; +x the subject's left, +y up, +z out of the face.
    topology : MeshTopology
    size : tuple of int
        Width and height in pixels, both even.
    camera : Camera

    Returns
    -------
    ndarray of uint8, shape (height, width, 3)
        sRGB, the top row first.

    Raises
    ------
    VoxfaceError
        If the vertices do not fit the topology, or this machine cannot draw.
    """
    shape = np.asarray(vertices, np.float32)
    if shape.shape != (topology.vertices, 3) or not np.isfinite(shape).all():
        raise VoxfaceError(
            f"a shape of '{topology.name}' is ({topology.vertices}, 3) finite numbers, "
            f"not {shape.shape}"
        )
    return Renderer(still_rig(shape, topology), size, camera).picture()


def _draw_all(actors: list[_Actor], total: int) -> Iterator[list[tuple[Pixels, Pixels]]]:
    for number in range(total):
        drawn = []
        for actor in actors:
            actor.draw(number)
            drawn.append(actor.view.read_video())
        yield drawn


def _room(rig: Rig, weights: FloatArray) -> FloatArray:
    """Return moves that take a rig's box, as each target alone reaches, to all it ever fills."""
    vertices = rig.neutral + np.tensordot(weights, rig.deltas, axes=1)
    low, high = vertices.min(axis=(0, 1)), vertices.max(axis=(0, 1))
    moves = np.tile(np.eye(4, dtype=np.float32), (2, 1, 1))
    moves[0, :3, 3] = np.minimum(low - rig.neutral.min(axis=0), 0)
    moves[1, :3, 3] = np.maximum(high - rig.neutral.max(axis=0), 0)
    return moves


def _check_alike(clips: Sequence[MeshClip]) -> None:
    first = clips[0].topology
    for clip in clips[1:]:
        if not np.array_equal(clip.topology.triangles, first.triangles):
            raise VoxfaceError(
                f"meshes side by side are of one topology, not of '{first.name}' and "
                f"'{clip.topology.name}'; make a film of each"
            )


def _sound_of(clips: Sequence[MeshClip]) -> Path | None:
    for clip in clips:
        found = find_sound(clip)
        try:
            if found is not None and announced_duration(found) is not None:
                return found
        except VoxfaceError:
            continue
    return None
