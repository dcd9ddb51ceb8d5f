"""Timecode ``HH:MM:SS:FF.fff``, where ``.fff`` is a fraction of a frame.

Timecode is counted, not measured: frames are numbered at the frame rate rounded to a whole number
(29.97 counts 30 to the second) and none is dropped, so at 29.97 fps an hour of timecode lasts
3.6 s longer than an hour of the clock, as in any non-drop timecode.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from voxface.errors import VoxfaceError
from voxface.formats.digits import ByteArray, integer_text

_DAY = 24 * 3600
_PATTERN = re.compile(r"(\d{1,2}):(\d{1,2}):(\d{1,2})(?:[:;.](\d{1,3}(?:\.\d+)?))?")


def counting_rate(fps: Fraction) -> int:
    """Return how many frames a second of timecode counts: `fps` rounded, and at least 1."""
    return max(1, round(fps))


def parse_timecode(text: str, rate: int) -> Fraction:
    """Return a timecode as a number of frames since ``00:00:00:00``.

    Raises
    ------
    VoxfaceError
        If `text` is no timecode or names a frame that does not exist at `rate`.
    """
    found = _PATTERN.fullmatch(text.strip())
    if not found:
        raise VoxfaceError(f"'{text}' is not a timecode; write HH:MM:SS:FF, such as 01:00:00:00")
    hours, minutes, seconds = (int(part) for part in found.groups()[:3])
    frame = Fraction(found[4] or 0)
    if hours > 23 or minutes > 59 or seconds > 59 or frame >= rate:
        raise VoxfaceError(
            f"timecode '{text}' does not exist at {rate} frames a second; "
            f"hours go to 23, minutes and seconds to 59, frames to {rate - 1}"
        )
    return ((hours * 60 + minutes) * 60 + seconds) * rate + frame


def timecode_text(first: Fraction, begin: int, count: int, rate: int) -> list[bytes | ByteArray]:
    """Return the timecodes of frames ``begin`` to ``begin + count`` as columns of text.

    Parameters
    ----------
    first : Fraction
        Timecode of frame 0, in frames.
    begin, count : int
        Which frames.
    rate : int
        Frames a second of timecode counts.
    """
    milli = round(first * 1000) + 1000 * np.arange(begin, begin + count, dtype=np.int64)
    milli %= _DAY * rate * 1000
    frames, fraction = np.divmod(milli, 1000)
    seconds, frame = np.divmod(frames, rate)
    minutes, second = np.divmod(seconds, 60)
    hour, minute = np.divmod(minutes, 60)
    pieces: list[bytes | ByteArray] = []
    for mark, number, digits in (
        (b"", hour, 2), (b":", minute, 2), (b":", second, 2), (b":", frame, 2), (b".", fraction, 3),
    ):  # fmt: skip
        pieces += [mark, integer_text(number, digits)[:, 4:]]
    return pieces


def split_timecodes(
    texts: Sequence[str],
) -> tuple[NDArray[np.float64], NDArray[np.float64]] | None:
    """Take timecodes of unknown rate apart.

    Returns
    -------
    seconds, frames : ndarray, shape (n,)
        Whole seconds since midnight, without the jump back at midnight, and the frame within the
        second. None if any text is no timecode.
    """
    seconds = np.empty(len(texts))
    frames = np.empty(len(texts))
    for row, text in enumerate(texts):
        found = _PATTERN.fullmatch(text.strip())
        if not found:
            return None
        hour, minute, second, frame = found.groups()
        seconds[row] = (int(hour) * 60 + int(minute)) * 60 + int(second)
        frames[row] = float(frame or 0)
    midnights = np.cumsum(np.diff(seconds, prepend=seconds[:1]) < -_DAY / 2)
    return seconds + midnights * _DAY, frames
