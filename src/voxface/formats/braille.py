"""Curves drawn with braille characters: each holds two columns of four dots."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

# Dots of one character, [row][column], as bits of the code point; Unicode block "Braille Patterns".
_DOTS = np.array([[0x01, 0x08], [0x02, 0x10], [0x04, 0x20], [0x40, 0x80]])


def braille_curve(values: ArrayLike, width: int, height: int, low: float, high: float) -> list[str]:
    """Draw a curve as `height` lines of `width` characters.

    Parameters
    ----------
    values : array_like, shape (T,)
        The curve; NaN leaves a hole. Where it has more points than there are columns of dots, each
        column spans its lowest to its highest.
    width, height : int
        In characters.
    low, high : float
        Values at the bottom and the top; what lies beyond is drawn at the edge.
    """
    value = np.asarray(values, dtype=np.float64)
    columns, rows = 2 * width, 4 * height
    dots = np.zeros((rows, columns), bool)
    if not len(value):
        return [" " * width] * height
    level = np.clip((value - low) / ((high - low) or 1.0), 0, 1) * (rows - 1)
    edges = np.linspace(0, len(value), columns + 1)
    for column in range(columns):
        begin = int(edges[column])
        # One point more than the column's own joins it to the next.
        part = level[begin : max(int(edges[column + 1]), begin) + 1]
        part = part[np.isfinite(part)]
        if len(part):
            bottom, top = np.rint([part.min(), part.max()]).astype(int)
            dots[rows - 1 - top : rows - bottom, column] = True
    cells = dots.reshape(height, 4, width, 2).transpose(0, 2, 1, 3)
    codes = (cells * _DOTS).sum(axis=(2, 3))
    return ["".join(chr(0x2800 + code) for code in line) for line in codes]
