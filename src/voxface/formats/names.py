"""Matching the channel names of other tools to ARKit's, never by position."""

from __future__ import annotations

import re
from collections.abc import Sequence

from voxface.face import ARKIT_CHANNELS


def name_key(name: str) -> str:
    """Return the form in which spellings of one channel are equal.

    ``EyeBlinkLeft``, ``eyeBlink_L``, ``blendShapes.eyeBlinkLeft`` and ``eye_blink_left`` are one.
    """
    text = name.strip().strip("\"'").rsplit(".", 1)[-1]
    text = re.sub(r"(?<=[a-z])([LR])$|[_ -]([lLrR])$", _side, text)
    return re.sub(r"[_ \-]", "", text).lower()


def match_channels(names: Sequence[str]) -> tuple[dict[str, int], list[str]]:
    """Find ARKit channels among column names.

    Returns
    -------
    columns : dict of str to int
        Column of every ARKit channel that was found; of two columns of one name, the first.
    unknown : list of str
        The names that are no ARKit channel.
    """
    columns: dict[str, int] = {}
    unknown: list[str] = []
    for column, name in enumerate(names):
        channel = _CHANNEL_OF_KEY.get(name_key(name))
        if channel is None or channel in columns:
            unknown.append(name)
        else:
            columns[channel] = column
    return columns, unknown


def capitalised(name: str) -> str:
    """Return the name as Live Link Face and Audio2Face write it: first letter large."""
    return name[:1].upper() + name[1:]


def _side(found: re.Match[str]) -> str:
    return "Left" if (found[1] or found[2]).upper() == "L" else "Right"


_CHANNEL_OF_KEY = {name_key(channel): channel for channel in ARKIT_CHANNELS}
