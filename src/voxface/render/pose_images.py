"""Landmark contours on black, as systems that make portraits move are told a pose."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from os import PathLike
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from voxface.errors import VoxfaceError
from voxface.face import MeshClip, face_mesh_topology, parse_frame_rate
from voxface.render.caption import pillow
from voxface.render.mesh_projection import SIZE, Orthographic
from voxface.render.mesh_times import mesh_at_times, picture_times
from voxface.render.movie import KINDS, SOUND_RATE, Movie
from voxface.render.performance import sound_blocks
from voxface.render.sheet import save_picture
from voxface.render.view import check_size
from voxface.render.yuv import video_planes

Pixels = NDArray[np.uint8]
_TABLE = Path(__file__).with_name("pose_contours.json")
_THIN = 256
"""Pixels of the shorter side for each pixel that a line is thick."""


@dataclass(frozen=True)
class Contour:
    """Points of the 468-point face that are joined.

    Parameters
    ----------
    name : str
    colour : tuple of int
        Red, green and blue, 0 to 255.
    pairs : tuple of (int, int)
    """

    name: str
    colour: tuple[int, int, int]
    pairs: tuple[tuple[int, int], ...]


@cache
def pose_contours() -> tuple[Contour, ...]:
    """Return the contours, in the order in which they are drawn; left is the subject's left."""
    table: dict[str, Any] = json.loads(_TABLE.read_text())
    return tuple(
        Contour(name, tuple(entry["colour"]), tuple((a, b) for a, b in entry["pairs"]))
        for name, entry in table.items()
    )


def draw_pose(points: ArrayLike, size: tuple[int, int] = SIZE, *, forehead: bool = False) -> Pixels:
    """Draw one face.

    Parameters
    ----------
    points : array_like, shape (468 or more, 2)
        In pixels.
    size : tuple of int
        Width and height.
    forehead : bool
        Whether the oval is closed above the temples; AniPortrait leaves that open.

    Returns
    -------
    ndarray of uint8, shape (height, width, 3)
        Red, green and blue, black where nothing is.

    Raises
    ------
    VoxfaceError
        If Pillow is not installed, or the points are not those of the 468-point face.
    """
    places = np.asarray(points, np.float64)
    if places.ndim != 2 or places.shape[1] != 2 or len(places) < face_mesh_topology().vertices:
        raise VoxfaceError(f"poses are drawn of 468 points, shape (468, 2), not {places.shape}")
    image_module, draw_module = pillow("Image"), pillow("ImageDraw")
    image = image_module.new("RGB", size)
    draw = draw_module.Draw(image)
    width = max(1, round(min(size) / _THIN))
    for contour in pose_contours():
        if contour.name == "forehead" and not forehead:
            continue
        for pair in contour.pairs:
            draw.line([tuple(places[end]) for end in pair], fill=contour.colour, width=width)
    return np.asarray(image)


def pose_images(
    clip: MeshClip,
    path: str | PathLike[str],
    *,
    size: tuple[int, int] = SIZE,
    fps: Fraction | float | str | None = None,
    camera: Orthographic | None = None,
    head: bool = True,
    forehead: bool = False,
    sound: str | PathLike[str] | None = None,
    on_progress: Callable[[int, int], None] | None = None,
) -> int:
    """Write a clip as pose images: a picture for every frame in a folder, or a video.

    Parameters
    ----------
    clip : MeshClip
        Of the 468-point face.
    path : path-like
        A folder, made if need be, for ``frame_00000.png`` and so on, one for each frame; or an
        ``.mp4``, whose picture k shows the clip at ``k / fps`` seconds on the sound's clock. A
        video keeps colours at half the resolution; PNG keeps every pixel.
    size : tuple of int
        Width and height in pixels; unless a camera says it.
    fps : Fraction, float or str, optional
        Pictures per second; default: the clip's own rate.
    camera : Orthographic, optional
        Default: the whole face in the middle.
    head : bool
        Whether the head's motion is shown.
    forehead : bool
        See `draw_pose`.
    sound : path-like, optional
        Of a video.
    on_progress : callable, optional
        Is told how many pictures are done, and of how many.

    Returns
    -------
    int
        How many pictures were written.

    Raises
    ------
    VoxfaceError
        If the clip is of another topology or has no frames, or the path cannot be written.
    """
    file = Path(path)
    known = face_mesh_topology()
    if (clip.topology.name, clip.topology.vertices) != (known.name, known.vertices):
        raise VoxfaceError(
            f"pose images show the 468-point face, not the mesh '{clip.topology.name}'"
        )
    if not len(clip):
        raise VoxfaceError("the mesh clip has no frames to show")
    camera = camera or Orthographic.framing(clip, size)
    rate = clip.fps if fps is None else parse_frame_rate(fps)

    def pictures(moving: MeshClip) -> Iterator[Pixels]:
        vertices = moving.posed() if head else moving.vertices
        for number, points in enumerate(camera.pixels(vertices)):
            yield draw_pose(points, camera.size, forehead=forehead)
            if on_progress is not None:
                on_progress(number + 1, len(moving))

    if file.suffix.lower() in KINDS:
        heard = None if sound is None else Path(sound)
        return _video(clip, file, pictures, camera.size, rate, heard)
    if file.suffix or sound is not None:
        raise VoxfaceError(
            f"{path}: pose images go into a folder, or with sound into {', '.join(KINDS)}"
        )
    moving = clip.resample(rate)
    try:
        file.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise VoxfaceError(f"cannot write {path}: {error.strerror or error}") from None
    for number, picture in enumerate(pictures(moving)):
        save_picture(picture, file / f"frame_{number:05d}.png")
    return len(moving)


def _video(
    clip: MeshClip,
    path: Path,
    pictures: Callable[[MeshClip], Iterator[Pixels]],
    size: tuple[int, int],
    fps: Fraction,
    sound: Path | None,
) -> int:
    check_size(*size)
    times = picture_times([clip], sound, fps)
    blocks = None if sound is None else sound_blocks(sound, SOUND_RATE)
    # Thin coloured lines suffer most from being made small: the file is small all the same.
    with Movie(path, size, fps, len(times), blocks, quality=8) as movie:
        for picture in pictures(mesh_at_times(clip, times)):
            movie.add(*video_planes(picture))
    return len(times)
