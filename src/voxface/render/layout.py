"""Several heads side by side: where each stands, and the wall with the captions under them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from voxface.errors import VoxfaceError
from voxface.render.backdrop import Colour, draw_backdrop
from voxface.render.caption import draw_caption, write_caption

MOST = 4
"""Heads on one picture."""
_HEAD_SHAPE = 0.8
"""Width of a head with its room, divided by its height."""


@dataclass(frozen=True)
class Cell:
    """One head's part of a picture, in pixels from the upper left corner; all even."""

    left: int
    top: int
    width: int
    height: int

    @property
    def place(self) -> tuple[slice, slice]:
        """Rows and columns of the picture."""
        return (
            slice(self.top, self.top + self.height),
            slice(self.left, self.left + self.width),
        )


def arrange(count: int, width: int, height: int) -> list[Cell]:
    """Divide a picture into cells, so that heads are as large as can be.

    Parameters
    ----------
    count : int
        Heads, 1 to 4.
    width, height : int
        Of the picture in pixels, both even.

    Raises
    ------
    VoxfaceError
        If there are none or more than four.
    """
    if not 1 <= count <= MOST:
        raise VoxfaceError(f"1 to {MOST} heads fit side by side, not {count}")

    def head_height(columns: int) -> float:
        rows = -(-count // columns)
        return min(width / columns / _HEAD_SHAPE, height / rows)

    columns = max(range(1, count + 1), key=head_height)
    rows = -(-count // columns)
    cells = []
    for number in range(count):
        row, column = divmod(number, columns)
        in_row = min(columns, count - row * columns)
        left, right = (_even(width * place / in_row) for place in (column, column + 1))
        top, bottom = (_even(height * place / rows) for place in (row, row + 1))
        cells.append(Cell(left, top, right - left, bottom - top))
    return cells


def draw_wall(
    size: tuple[int, int], colour: Colour, cells: Sequence[Cell], captions: Sequence[str]
) -> NDArray[np.uint8]:
    """Draw what stands still: the wall of every cell, and the captions in front of the heads.

    Parameters
    ----------
    size : tuple of int
        Width and height of the picture in pixels.
    colour : tuple of int
        sRGB, 0 to 255.
    cells : sequence of Cell
    captions : sequence of str
        One for each cell; empty for none.

    Returns
    -------
    ndarray of uint8, shape (height, width, 4)
        Red, green, blue, and how much of a pixel a caption covers.
    """
    width, height = size
    wall = np.zeros((height, width, 4), np.uint8)
    for cell, caption in zip(cells, captions, strict=True):
        part = draw_backdrop(cell.width, cell.height, colour)
        if caption:
            write_caption(part, caption)
            wall[cell.place][..., 3] = draw_caption(cell.width, cell.height, caption)[..., 3]
        wall[cell.place][..., :3] = part
    return wall


def _even(value: float) -> int:
    return round(value / 2) * 2
