"""Reading video: upright RGB pictures with the time at which each is shown."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import numpy as np
from numpy.typing import NDArray

from voxface.audio import clock_origin, is_cover_art
from voxface.errors import VoxfaceError

LONGEST_SIDE = 1920
"""Larger pictures are scaled down to this: the landmark network itself sees 256 pixels."""


@dataclass(frozen=True)
class Picture:
    """One frame of a video.

    Parameters
    ----------
    time : float
        When it is shown, in seconds on the container's clock.
    pixels : ndarray of uint8, shape (height, width, 3)
        RGB, upright, C-contiguous.
    """

    time: float
    pixels: NDArray[np.uint8]


@dataclass(frozen=True)
class Video:
    """An open video.

    Parameters
    ----------
    declared_rates : tuple of Fraction
        The frame rates that the container and the codec claim, the more trustworthy first.
    origin : float
        Time 0 of the sound's clock on the container's clock: where the file's earliest picture or
        sound begins, as `voxface.audio` has it.
    pictures : iterator of Picture
        Frames in the order in which they are shown; times rise strictly.
    """

    declared_rates: tuple[Fraction, ...]
    origin: float
    pictures: Iterator[Picture]


@contextmanager
def open_video(path: Path) -> Iterator[Video]:
    """Open a video file for reading.

    Raises
    ------
    VoxfaceError
        If the file cannot be read or holds no video stream.
    """
    if not path.is_file():
        raise VoxfaceError(f"there is no file {path}")
    try:
        with av.open(str(path), metadata_errors="ignore") as container:
            streams = [s for s in container.streams.video if not is_cover_art(s)]
            if not streams:
                raise VoxfaceError(f"{path} holds no video stream; capture needs a video of a face")
            stream = streams[0]
            stream.codec_context.thread_count = 1  # the process pool already keeps every core busy
            rates = [r for r in (stream.guessed_rate, stream.average_rate) if r]
            declared = tuple(Fraction(rate.numerator, rate.denominator) for rate in rates)
            yield Video(declared, clock_origin(container), _pictures(container, stream))
    except (av.FFmpegError, OSError) as error:
        reason = getattr(error, "strerror", None) or error
        raise VoxfaceError(f"{path} cannot be read as video: {reason}") from None


def _pictures(container: Any, stream: Any) -> Iterator[Picture]:
    interval = float(1 / stream.guessed_rate) if stream.guessed_rate else 0.04
    last = None
    for frame in _frames(container, stream):
        time = frame.time
        if time is None:  # raw streams carry no times
            time = 0.0 if last is None else last + interval
        if last is not None and time <= last:
            continue
        last = float(time)
        yield Picture(last, _upright(frame))


def _frames(container: Any, stream: Any) -> Iterator[Any]:
    """Decode packet by packet, so that a damaged packet costs only its own frames."""
    for packet in container.demux(stream):
        try:
            yield from packet.decode()
        except av.InvalidDataError:
            continue


def _upright(frame: Any) -> NDArray[np.uint8]:
    scale = min(1.0, LONGEST_SIDE / max(frame.width, frame.height))
    if scale < 1:
        frame = frame.reformat(
            round(frame.width * scale), round(frame.height * scale), interpolation="AREA"
        )
    pixels = frame.to_ndarray(format="rgb24")
    # Phones film lying down and note the turn (degrees counterclockwise) beside the picture.
    return np.ascontiguousarray(np.rot90(pixels, round(frame.rotation / 90)))
