"""Decoded frames, gathered into pieces of mono sound."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

import av
import numpy as np
from numpy.typing import NDArray

PIECE_SECONDS = 1.0
"""Sound handed on at once: many of a codec's frames, but still at home in the processor's cache."""


class Piece(NamedTuple):
    """Some mono sound, shape (N,), full scale ±1, and its samples per second."""

    samples: NDArray[np.float32]
    rate: int


class Shelf:
    """Gathers small decoded frames (a codec's are 10 to 40 ms) into one long block.

    Attributes
    ----------
    seconds : float
        Length of what is gathered.
    """

    def __init__(self) -> None:
        self.seconds = 0.0
        self._fifo: Any = None
        self._kind: tuple[str, int, int] | None = None

    def fits(self, frame: Any) -> bool:
        """Tell whether a frame is of the kind of those before it."""
        return not self.seconds or self._kind == _kind_of(frame)

    def put(self, frame: Any) -> None:
        """Add a frame."""
        if not self.seconds and self._kind != (kind := _kind_of(frame)):
            self._fifo, self._kind = av.AudioFifo(), kind
        # The queue insists on unbroken timestamps; they have been seen to already.
        frame.pts = None
        self._fifo.write(frame)
        self.seconds += frame.samples / frame.sample_rate

    def take(self) -> Iterator[Piece]:
        """Yield what has been gathered (one piece or none) and be empty again."""
        if self.seconds and self._kind is not None:
            self.seconds = 0.0
            yield Piece(mono_of_frame(self._fifo.read()), self._kind[2])


def mono_of_frame(frame: Any) -> NDArray[np.float32]:
    """Return the mean of a frame's channels with full scale ±1; `to_ndarray` would copy first."""
    kind, full, silence = _SAMPLE_FORMATS[frame.format.name.removesuffix("p")]
    channels = frame.layout.nb_channels
    if frame.format.is_planar:
        columns = [np.frombuffer(plane, kind, frame.samples) for plane in frame.planes]
    else:
        packed = np.frombuffer(frame.planes[0], kind, frame.samples * channels)
        columns = list(packed.reshape(-1, channels).T)
    if channels == 1:
        mono = columns[0].astype(np.float32)
    else:
        mono = np.add(columns[0], columns[1], dtype=np.float32, casting="unsafe")
    for column in columns[2:]:
        mono += column
    if silence:
        mono -= np.float32(silence * channels)
    if full * channels != 1:
        mono *= np.float32(1 / (full * channels))
    return mono


def silence(seconds: float, rate: int) -> Iterator[Piece]:
    """Yield pieces of silence."""
    left = round(seconds * rate)
    while left > 0:
        count = min(left, round(PIECE_SECONDS * rate))
        yield Piece(np.zeros(count, np.float32), rate)
        left -= count


def _kind_of(frame: Any) -> tuple[str, int, int]:
    return frame.format.name, frame.layout.nb_channels, frame.sample_rate


_SAMPLE_FORMATS: dict[str, tuple[type[np.generic], float, float]] = {
    "u8": (np.uint8, 2.0**7, 2.0**7),
    "s16": (np.int16, 2.0**15, 0.0),
    "s32": (np.int32, 2.0**31, 0.0),
    "s64": (np.int64, 2.0**63, 0.0),
    "flt": (np.float32, 1.0, 0.0),
    "dbl": (np.float64, 1.0, 0.0),
}
"""FFmpeg's sample formats: type, full scale, silence. Planar ones have a ``p`` at the end."""
