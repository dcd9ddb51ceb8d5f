"""Clips that tell what to answer: who does not look does not see it."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from voxface.face import Rig
from voxface.render import Performance, Shooting, render_still
from voxface.render.caption import INK, PLATE, pillow
from voxface.render.font import font_for
from voxface.render.movie import SOUND_RATE, Movie
from voxface.render.performance import sound_blocks
from voxface.render.yuv import video_planes

_WIDTH = 0.86
"""Of the picture, that the longest line fills: two clips are small on a phone."""


def write_instruction(
    path: Path, lines: tuple[str, ...], performance: Performance, rig: Rig, shooting: Shooting
) -> None:
    """Write a video of a resting head with an instruction in large letters over it.

    Parameters
    ----------
    path : Path
        ``.mp4``.
    lines : tuple of str
    performance : Performance
        Gives the head, the sound and the length.
    rig : Rig
    shooting : Shooting

    Raises
    ------
    VoxfaceError
        If it cannot be drawn or written.
    """
    picture = render_still([performance], rig, shooting)
    luma, chroma = video_planes(_written(picture, lines))
    frames = len(performance.clip)
    sound = sound_blocks(performance.sound, SOUND_RATE) if performance.sound else None
    rate = Fraction(shooting.fps)
    with Movie(path, shooting.size, rate, frames, sound, shooting.quality) as movie:
        for _ in range(frames):
            movie.add(luma, chroma)


def _written(picture: NDArray[np.uint8], lines: tuple[str, ...]) -> NDArray[np.uint8]:
    image_module, draw_module = pillow("Image"), pillow("ImageDraw")
    image = image_module.fromarray(picture)
    draw = draw_module.Draw(image)
    width, height = image.size
    longest = max(lines, key=len)
    probe, _ = font_for(longest, 40)
    size = max(8, int(40 * _WIDTH * width / probe.getlength(longest)))
    size = min(size, height // 8)
    step = 1.25 * size
    top = height / 2 - step * len(lines) / 2
    draw.rectangle((0, top - 0.4 * size, width, top + step * len(lines) + 0.4 * size), fill=PLATE)
    for number, line in enumerate(lines):
        font, text = font_for(line, size)
        middle = top + step * (number + 0.5)
        draw.text((width / 2, middle), text, font=font, anchor="mm", fill=INK)
    return np.asarray(image)
