"""What people write on a command line, read into what a film is made with."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from voxface.errors import VoxfaceError
from voxface.formats.output import real_path
from voxface.render.movie import KINDS
from voxface.render.sheet import PICTURES

SIZES: dict[str, tuple[int, int]] = {
    "480p": (854, 480),
    "720p": (1280, 720),
    "1080p": (1920, 1080),
    "1440p": (2560, 1440),
    "2160p": (3840, 2160),
    "square": (1080, 1080),
    "portrait": (1080, 1920),
}
"""Sizes by name, in pixels."""


def parse_size(text: str) -> tuple[int, int]:
    """Read a size: a name such as ``1080p``, or ``WIDTHxHEIGHT``.

    Raises
    ------
    VoxfaceError
        If it is neither.
    """
    if text in SIZES:
        return SIZES[text]
    match = re.fullmatch(r"(\d{1,5})[xX×](\d{1,5})", text)
    if match is None:
        raise VoxfaceError(f"a size is {', '.join(SIZES)} or like 1280x720, not '{text}'")
    return int(match[1]), int(match[2])


def choose_output(inputs: Sequence[Path], output: Path | None) -> Path:
    """Return where a film goes: where it is told to, or beside its first input.

    Raises
    ------
    VoxfaceError
        If the suffix is neither that of a video nor of a picture, or an input would be replaced.
    """
    path = output or inputs[0].with_suffix(".mp4")
    if path.suffix.lower() not in {*KINDS, *PICTURES}:
        raise VoxfaceError(f"{path}: heads are rendered to {', '.join([*KINDS, *PICTURES])}")
    for each in inputs:
        if real_path(each) == real_path(path):
            raise VoxfaceError(f"{path} would overwrite the input itself; choose another -o")
    return path


def choose_captions(count: int, given: Sequence[str]) -> list[str | None]:
    """Return a caption for each input: given ones, names beside others, none alone.

    Parameters
    ----------
    count : int
        How many inputs there are.
    given : sequence of str
        None at all, or one for each input; an empty one shows nothing.

    Returns
    -------
    list of str or None
        None stands for the file's name.

    Raises
    ------
    VoxfaceError
        If there are some, but not one for each.
    """
    if given and len(given) != count:
        raise VoxfaceError(f"give one --caption for each of the {count} inputs, or none")
    if given:
        return list(given)
    return [None] * count if count > 1 else [""]
