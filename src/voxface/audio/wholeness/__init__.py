"""Is a media file all there? Read from the lengths and checksums that its container carries.

FFmpeg plays whatever it can and does not say what was missing. Most containers, though, tell how
long they or their parts are, and a file that was cut off breaks such a promise: the part that it
ends in is longer than what is left. A number that writers put there before they know the length
(zero, or the largest) promises nothing.

What cannot be known: a bare MPEG sound stream (MP3 without a Xing or VBRI header, MP2, ADTS AAC,
AC-3) is a row of frames that promises no more, and a few bytes short of one more frame is how
such files often end. A live recording cut exactly between two of its parts is another recording.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from voxface.audio.wholeness import flac, iff, matroska, mp3, mp4, mpeg, ogg
from voxface.audio.wholeness.evidence import Evidence, MediaBytes

_CHECKS: tuple[Callable[[MediaBytes], Evidence | None], ...] = (
    iff.check,
    mp4.check,
    matroska.check,
    ogg.check,
    flac.check,
    mp3.check,
    mpeg.check,
)
"""Each knows its containers by their first bytes and returns None for all others."""


def check_wholeness(path: Path) -> Evidence:
    """Look for broken promises in a media file, without decoding anything.

    A container of no known kind is taken as whole. OSError passes through.
    """
    if not path.is_file():  # a pipe can be read only once
        return Evidence()
    with path.open("rb") as file:
        media = MediaBytes(file)
        for check in _CHECKS:
            found = check(media)
            if found is not None:
                return found
    return Evidence()


__all__ = ["Evidence", "check_wholeness"]
