"""Performances become a video or a still: heads side by side, in time with their sound."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from os import PathLike
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from voxface.errors import VoxfaceError
from voxface.face import ARKIT_CHANNELS, FaceClip, Rig
from voxface.render.backdrop import BACKGROUNDS, Colour
from voxface.render.camera import Camera, head_matrix
from voxface.render.layout import Cell, arrange, draw_wall
from voxface.render.movie import SOUND_RATE, Movie, check_movie
from voxface.render.performance import Performance, at_times, length, sound_blocks
from voxface.render.scene import PosedRig, Scene
from voxface.render.view import FAST, FINE, View, check_size
from voxface.render.yuv import video_planes
from voxface.rig import connect

Pixels = NDArray[np.uint8]
FloatArray = NDArray[np.float32]


@dataclass(frozen=True)
class Shooting:
    """How a video is made.

    Parameters
    ----------
    size : tuple of int
        Width and height in pixels, both even.
    fps : Fraction
        Pictures per second.
    camera : Camera
    background : tuple of int
        The wall's colour, sRGB 0 to 255.
    captions : bool
        Whether the performances' captions are shown.
    quality : int
        Constant rate factor of x264, 0 (lossless) to 51.
    fine : bool
        Whether a video's edges are as smooth as a still's, at a lower speed.

    Raises
    ------
    VoxfaceError
        If a value is out of range.
    """

    size: tuple[int, int] = (1280, 720)
    fps: Fraction = Fraction(30)
    camera: Camera = field(default_factory=Camera)
    background: Colour = BACKGROUNDS["dark"]
    captions: bool = True
    quality: int = 18
    fine: bool = False

    def __post_init__(self) -> None:
        check_size(*self.size)
        if not 1 <= self.fps <= 240:
            raise VoxfaceError(f"a video has 1 to 240 pictures a second, not {float(self.fps):g}")
        if not 0 <= self.quality <= 51:
            raise VoxfaceError(f"quality is 0 (best) to 51 (smallest), not {self.quality}")


class _Actor:
    """One performance in its cell: weights and head motions at the pictures' times.

    It is for a video if it is given the planes of the whole wall, else for a still.
    """

    def __init__(
        self,
        scene: Scene,
        wall: Pixels,
        cell: Cell,
        performance: Performance,
        times: NDArray[np.float64],
        shooting: Shooting,
        planes: tuple[Pixels, Pixels] | None = None,
    ) -> None:
        clip = at_times(performance.clip, times)
        self.weights = connect(scene.rig).weights(clip)
        self.motions = np.stack([head_matrix(pose, scene.rig.head_pivot) for pose in clip.head])
        self._scene = scene
        finer = FINE if shooting.fine or planes is None else FAST
        # The view copies what it needs: a video's pictures are put together in the same planes.
        here = planes and (planes[0][cell.place], planes[1][_halved(cell.place)])
        self.view = View(scene, wall[cell.place], shooting.camera, self.motions, finer, here)
        rows, columns = self.view.stage
        self.place = (
            slice(rows.start + cell.top, rows.stop + cell.top),
            slice(columns.start + cell.left, columns.stop + cell.left),
        )

    def pose(self, number: int) -> PosedRig:
        """Work out picture `number`."""
        return self._scene.pose(self.weights[number], self.motions[number], self.view.to_world)

    def draw(self, posed: PosedRig) -> None:
        """Draw a pose."""
        self._scene.take(posed)
        self.view.draw()


def render_video(
    performances: Sequence[Performance],
    path: str | PathLike[str],
    rig: Rig,
    shooting: Shooting = Shooting(),
    sound: str | PathLike[str] | None = None,
    *,
    salvage: bool = False,
    on_progress: Callable[[int, int], None] | None = None,
) -> int:
    """Write a video of heads that act out clips, with sound.

    Picture k shows the clips at ``k / fps`` seconds on the sound's clock. The video is as long as
    the longest clip or the sound, and both its tracks are equally long.

    Parameters
    ----------
    performances : sequence of Performance
        One to four.
    path : path-like
        ``.mp4``, ``.m4v`` or ``.mov``; appears when it is complete.
    rig : Rig
    shooting : Shooting
    sound : path-like, optional
        Default: the first sound of a performance, if any has one.
    salvage : bool
        Whether damaged sound is used as far as it can be decoded.
    on_progress : callable, optional
        Is told how many pictures are done, and of how many.

    Returns
    -------
    int
        How many pictures were written.

    Raises
    ------
    VoxfaceError
        If something cannot be read, drawn or written.
    """
    check_movie(path)
    heard = sound_file(performances, sound)
    total = length(performances, heard, shooting.fps)
    blocks = sound_blocks(heard, SOUND_RATE, salvage=salvage) if heard is not None else None
    times = np.arange(total) / float(shooting.fps)
    cells, wall = _wall(performances, shooting)
    luma, chroma = video_planes(wall[..., :3])
    scene = Scene(rig, open_mouth(rig))
    actors = [
        _Actor(scene, wall, cell, performance, times, shooting, (luma, chroma))
        for cell, performance in zip(cells, performances, strict=True)
    ]
    with Movie(path, shooting.size, shooting.fps, total, blocks, shooting.quality) as movie:
        for number, drawn in enumerate(_draw_all(actors, total)):
            for actor, planes in zip(actors, drawn, strict=True):
                luma[actor.place], chroma[_halved(actor.place)] = planes
            movie.add(luma, chroma)
            if on_progress is not None:
                on_progress(number + 1, total)
    return total


def _draw_all(actors: list[_Actor], total: int) -> Iterator[list[tuple[Pixels, Pixels]]]:
    """Yield each actor's stage of every picture; a pose is worked out while another is drawn."""
    posed = actors[0].pose(0)
    for number in range(total):
        drawn = []
        for place, actor in enumerate(actors):
            actor.draw(posed)
            following = (place + 1) % len(actors)
            if number + (following == 0) < total:
                posed = actors[following].pose(number + (following == 0))
            actor.view.develop_video()
            drawn.append(actor.view.read_video())
        yield drawn


def render_still(
    performances: Sequence[Performance],
    rig: Rig,
    shooting: Shooting = Shooting(),
    time: float = 0.0,
) -> Pixels:
    """Draw heads as they are at a time.

    Parameters
    ----------
    performances : sequence of Performance
        One to four.
    rig : Rig
    shooting : Shooting
    time : float
        Seconds on the sound's clock.

    Returns
    -------
    ndarray of uint8, shape (height, width, 3)

    Raises
    ------
    VoxfaceError
        If the heads cannot be drawn, or no clip lasts so long.
    """
    last = max(each.clip.start + each.clip.duration for each in performances)
    if not 0 <= time <= last:
        raise VoxfaceError(f"the time of a still is 0 to {last:.2f} s, not {time:g}")
    cells, wall = _wall(performances, shooting)
    scene = Scene(rig, open_mouth(rig))
    picture = wall[..., :3].copy()
    for cell, performance in zip(cells, performances, strict=True):
        actor = _Actor(scene, wall, cell, performance, np.array([time]), shooting)
        actor.draw(actor.pose(0))
        picture[actor.place] = actor.view.read_colour()
    return picture


def sound_file(
    performances: Sequence[Performance], sound: str | PathLike[str] | None = None
) -> Path | None:
    """Return the sound of a video: the one that is named, or the first that there is."""
    if sound is not None:
        return Path(sound)
    return next((each.sound for each in performances if each.sound is not None), None)


def _wall(
    performances: Sequence[Performance], shooting: Shooting
) -> tuple[list[Cell], NDArray[np.uint8]]:
    cells = arrange(len(performances), *shooting.size)
    captions = [each.caption if shooting.captions else "" for each in performances]
    return cells, draw_wall(shooting.size, shooting.background, cells, captions)


def _halved(place: tuple[slice, slice]) -> tuple[slice, slice]:
    rows, columns = (slice(side.start // 2, side.stop // 2) for side in place)
    return rows, columns


def open_mouth(rig: Rig) -> FloatArray:
    """Return the target weights that open a rig's mouth, shape (N,)."""
    weights = np.zeros((1, len(ARKIT_CHANNELS)), np.float32)
    weights[0, ARKIT_CHANNELS.index("jawOpen")] = 1
    opened: FloatArray = connect(rig).weights(FaceClip(weights, Fraction(30)))[0]
    return opened
