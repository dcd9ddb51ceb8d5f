"""What stands behind the head: a plain colour with the soft fall-off of a studio wall."""

from __future__ import annotations

import re

import numpy as np
from numpy.typing import NDArray

from voxface.errors import VoxfaceError

Colour = tuple[int, int, int]
BACKGROUNDS: dict[str, Colour] = {"dark": (74, 70, 67), "light": (228, 226, 223)}
"""Colours by name, sRGB 0 to 255."""


def parse_colour(text: str) -> Colour:
    """Read a background: ``dark``, ``light`` or ``#rrggbb``.

    Raises
    ------
    VoxfaceError
        If it is none of these.
    """
    if text in BACKGROUNDS:
        return BACKGROUNDS[text]
    match = re.fullmatch(r"#?([0-9a-fA-F]{6})", text)
    if match is None:
        raise VoxfaceError(f"a background is dark, light or a colour like #2b2f36, not '{text}'")
    red, green, blue = bytes.fromhex(match[1])
    return red, green, blue


def draw_backdrop(width: int, height: int, colour: Colour) -> NDArray[np.uint8]:
    """Return a wall in a colour: brighter behind the head, darker in the corners.

    Returns
    -------
    ndarray of uint8, shape (height, width, 3)
        The top row first.
    """
    across = ((np.arange(width) + 0.5) / width - 0.5) * min(1.25, 0.72 * width / height)
    down = (np.arange(height) + 0.5) / height - 0.44
    # A lamp behind the head: a wide glow on a wall that has its own light.
    beside, below = (np.exp(-((way / 0.40) ** 2)).astype(np.float32) for way in (across, down))
    fall = np.float32(0.62) + np.float32(0.78) * np.outer(below, beside)
    base = np.asarray(colour, np.float32)
    # A bright wall has less room above it, and a fall-off that would look dirty.
    contrast = 1 - 0.75 * base.max() / 255
    # All three change by the same, not in proportion: a video holds hardly any steps of so faint a
    # hue, and they would show as rings.
    lift = (fall - 1) * np.float32(contrast * base.mean())
    # A step of noise, rounded down, keeps so slow a change from showing as bands.
    lift += np.random.default_rng(0).random((height, width), np.float32)
    wall = np.empty((height, width, 3), np.uint8)
    for channel, value in enumerate(base):
        wall[..., channel] = np.clip(lift + value, 0, 255)
    return wall
