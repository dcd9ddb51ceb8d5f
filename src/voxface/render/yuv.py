"""From RGB to what a video holds: BT.709 in its limited range, colour at half the resolution."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Pixels = NDArray[np.uint8]
_LUMA = np.array([0.2126, 0.7152, 0.0722], np.float32)


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
    rgb = picture.astype(np.float32)
    luma = 16 + (219 / 255) * (rgb @ _LUMA)
    height, width, _ = picture.shape
    mean = rgb.reshape(height // 2, 2, width // 2, 2, 3).mean(axis=(1, 3))
    gray = mean @ _LUMA
    blue = (mean[..., 2] - gray) / 1.8556
    red = (mean[..., 0] - gray) / 1.5748
    chroma = 128 + (224 / 255) * np.stack([blue, red], axis=-1)
    return np.rint(luma).astype(np.uint8), np.rint(chroma).astype(np.uint8)


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
