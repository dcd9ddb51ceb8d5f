"""The one clock of a media file, on which its sound and its pictures are told."""

from __future__ import annotations

from typing import Any

from av.stream import Disposition


def clock_origin(container: Any) -> float:
    """Return when the earliest picture or sound begins, in seconds on the container's clock.

    This is time 0 of everything voxface reads from the file: sound and captured faces alike.

    Parameters
    ----------
    container : av.container.InputContainer
    """
    starts = [
        float(stream.start_time * stream.time_base)
        for stream in container.streams
        if stream.type in ("audio", "video")
        and stream.start_time is not None
        and stream.time_base is not None
        and not is_cover_art(stream)
    ]
    return min(starts, default=0.0)


def is_cover_art(stream: Any) -> bool:
    """Tell whether a stream is the picture on an album's cover, which belongs to no time."""
    return bool(stream.disposition & Disposition.attached_pic)
