"""From RGB to what a video holds: BT.709 in its limited range, colour at half the resolution."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Pixels = NDArray[np.uint8]
_LUMA = (0.2126, 0.7152, 0.0722)


def video_planes(picture: Pixels) -> tuple[Pixels, Pixels]:
    """Convert a picture as the shaders convert what they draw.

    Parameters
    ----------
    picture : ndarray of uint8, shape (height, width, 3)
        sRGB; both sides are even.

    Returns
    -------
    luma : ndarray of uint8, shape (height, width)
        16 to 235.
    chroma : ndarray of uint8, shape (height / 2, width / 2, 2)
        Blue and red difference, 16 to 240.

    Notes
    -----
    ITU-R BT.709-6, sections 3.2 to 3.4.
    """
    colours = [picture[..., channel].astype(np.float32) for channel in range(3)]
    gray = _LUMA[0] * colours[0] + _LUMA[1] * colours[1] + _LUMA[2] * colours[2]
    luma = (16 + (219 / 255) * gray + 0.5).astype(np.uint8)
    chroma = np.empty((luma.shape[0] // 2, luma.shape[1] // 2, 2), np.uint8)
    for place, (colour, range_of) in enumerate(((colours[2], 1.8556), (colours[0], 1.5748))):
        away = colour - gray
        pairs = away[0::2] + away[1::2]
        mean = (pairs[:, 0::2] + pairs[:, 1::2]) / 4
        chroma[..., place] = 128.5 + (224 / 255 / range_of) * mean
    return luma, chroma


def in_fours(plane: Pixels) -> Pixels:
    """Return a plane (height, width) as squares of four pixels, (height / 2, width / 2, 4)."""
    height, width = plane.shape
    squares = plane.reshape(height // 2, 2, width // 2, 2).transpose(0, 2, 1, 3)
    return np.ascontiguousarray(squares).reshape(height // 2, width // 2, 4)


def out_of_fours(squares: Pixels) -> Pixels:
    """Return the plane that `in_fours` was given."""
    height, width, _ = squares.shape
    plane = np.empty((height, 2, width), np.uint16)
    plane[:] = squares.view(np.uint16).transpose(0, 2, 1)
    return plane.view(np.uint8).reshape(2 * height, 2 * width)
