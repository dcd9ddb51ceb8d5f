"""Contact sheets: many poses of one head on one labelled picture."""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from os import PathLike
from pathlib import Path

import numpy as np
from numpy.typing import ArrayLike, NDArray

from voxface.errors import VoxfaceError
from voxface.face import REST_POSE, Rig
from voxface.formats.output import OutputFile
from voxface.render.backdrop import BACKGROUNDS, Colour
from voxface.render.camera import Camera
from voxface.render.caption import pillow, write_caption
from voxface.render.renderer import Renderer

PICTURES = {".png": "PNG", ".jpg": "JPEG", ".jpeg": "JPEG", ".webp": "WEBP"}
"""Kinds of pictures by suffix, as Pillow calls them."""


@dataclass(frozen=True)
class Shot:
    """One picture of a sheet.

    Parameters
    ----------
    label : str
        What is written below it.
    weights : array_like, shape (N,)
        A weight for each target of the rig.
    head : array_like, shape (7,)
        Position in centimetres and unit quaternion.
    camera : Camera, optional
        Default: the sheet's.
    """

    label: str
    weights: ArrayLike
    head: ArrayLike = REST_POSE
    camera: Camera | None = None


def draw_sheet(
    rig: Rig,
    shots: Sequence[Shot],
    *,
    columns: int = 8,
    cell: tuple[int, int] = (240, 280),
    camera: Camera | None = None,
    background: Colour = BACKGROUNDS["dark"],
) -> NDArray[np.uint8]:
    """Draw shots side by side, row after row.

    Parameters
    ----------
    rig : Rig
    shots : sequence of Shot
    columns : int
        Pictures in a row.
    cell : tuple of int
        Width and height of one picture in pixels.
    camera : Camera, optional
        For shots that have none of their own.
    background : tuple of int
        sRGB, 0 to 255.

    Returns
    -------
    ndarray of uint8, shape (rows x height, columns x width, 3)

    Raises
    ------
    VoxfaceError
        If there are no shots, or pictures cannot be drawn on this machine.
    """
    if not shots:
        raise VoxfaceError("a contact sheet needs at least one picture")
    width, height = cell
    columns = min(columns, len(shots))
    rows = -(-len(shots) // columns)
    sheet = np.empty((rows * height, columns * width, 3), np.uint8)
    sheet[:] = background
    renderer = Renderer(rig, cell, camera, background)
    for number, shot in enumerate(shots):
        renderer.look_through(shot.camera or camera or Camera())
        picture = renderer.picture(shot.weights, shot.head)
        write_caption(picture, shot.label)
        row, column = divmod(number, columns)
        sheet[row * height : (row + 1) * height, column * width : (column + 1) * width] = picture
    return sheet


def save_picture(picture: NDArray[np.uint8], path: str | PathLike[str]) -> None:
    """Write a picture (H, W, 3) to a ``.png``, ``.jpg`` or ``.webp`` file.

    Raises
    ------
    VoxfaceError
        If the suffix is none of these or the file cannot be written.
    """
    suffix = Path(path).suffix.lower()
    if suffix not in PICTURES:
        raise VoxfaceError(f"{path}: pictures are written to {', '.join(PICTURES)}")
    image_module = pillow("Image")
    held = io.BytesIO()
    image_module.fromarray(picture).save(held, PICTURES[suffix], quality=90, optimize=True)
    with OutputFile(path) as file:
        file.write(held.getvalue())
