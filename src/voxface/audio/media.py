"""Media files opened with PyAV: their sound on the file's clock, in one unbroken line."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from os import PathLike
from pathlib import Path
from types import TracebackType
from typing import Any, NamedTuple

import av
import numpy as np
from av.error import FFmpegError
from av.stream import Disposition
from numpy.typing import NDArray

from voxface.errors import VoxfaceError

PIECE_SECONDS = 1.0
"""Sound handed on at once: many of a codec's frames, but still at home in the processor's cache."""
GAP = 0.1
"""Seconds that timestamps may be off before they are believed (as FFmpeg's ``aresample`` has it).

Containers that count in milliseconds and clocks that drift make smaller jumps all the time."""
LONGEST_GAP = 600.0
"""Seconds; a longer jump forward is a clock that was set anew, not silence."""


class MediaWarning(UserWarning):
    """A file was usable, but not whole; the message says in one line what was done."""


class Piece(NamedTuple):
    """Some mono sound, shape (N,), full scale ±1, and its samples per second."""

    samples: NDArray[np.float32]
    rate: int


class MediaSound:
    """The sound of one media file.

    Time 0 is where the file's earliest picture or sound begins, so sound that starts later than
    the picture begins with silence, and an encoder's priming before time 0 is cut. Gaps in the
    timestamps become silence.

    Parameters
    ----------
    path : path-like
        Any file with sound that PyAV decodes.

    Raises
    ------
    VoxfaceError
        If the file cannot be opened or has no sound.
    """

    def __init__(self, path: str | PathLike[str]) -> None:
        self.path = Path(path)
        self._container = _open(self.path)
        stream = self._container.streams.best("audio")
        if stream is None or stream.codec_context is None:
            self._container.close()
            raise VoxfaceError(f"{self.path} has no sound in it; give a file with an audio track")
        self._stream = stream
        for other in self._container.streams:
            if other is not stream and hasattr(other, "discard"):  # PyAV 15 and later
                other.discard = av.stream.Discard.all
        self._heard = 0.0
        self._decoded = self._damaged = 0

    def __enter__(self) -> MediaSound:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._container.close()

    @property
    def announced_duration(self) -> float | None:
        """Length in seconds that the file says it has, if it says so."""
        if self._stream.duration is not None and self._stream.time_base is not None:
            return float(self._stream.duration * self._stream.time_base)
        if self._container.duration is not None:
            return float(self._container.duration / av.time_base)
        return None

    def pieces(self) -> Iterator[Piece]:
        """Yield the sound in pieces of about a second.

        Raises
        ------
        VoxfaceError
            If nothing can be decoded, more is damaged than whole, or values are not finite.

        Warns
        -----
        MediaWarning
            If the file is damaged or ends early; what could be decoded was yielded.
        """
        for piece in self._continuous():
            if not np.isfinite(piece.samples).all():
                raise VoxfaceError(
                    f"{self.path} holds samples that are not finite numbers (NaN or infinite); "
                    "export it again"
                )
            yield piece
        self._judge()

    def _continuous(self) -> Iterator[Piece]:
        """Lay frames end to end, filling gaps and cutting what lies before time 0."""
        origin = self._origin()
        tick = float(self._stream.time_base or 0)
        shelf = _Shelf()
        skip = 0
        first = True
        for frame in self._frames():
            rate = frame.sample_rate
            if not shelf.fits(frame):
                yield from shelf.take()
            if frame.pts is not None and tick:
                time = frame.pts * tick
                late = time - origin - self._heard
                if first and late < 0:
                    skip, self._heard = round(-late * rate), late
                elif (first or late > GAP) and late <= LONGEST_GAP:
                    yield from shelf.take()
                    yield from _silence(late, rate)
                    self._heard += late
                elif abs(late) > GAP:
                    origin = time - self._heard
            first = False
            self._heard += frame.samples / rate
            shelf.put(frame)
            if shelf.seconds >= PIECE_SECONDS or skip:
                for samples, _ in shelf.take():
                    if len(samples) > skip:
                        yield Piece(samples[skip:], rate)
                    skip = max(0, skip - len(samples))
        yield from shelf.take()

    def _frames(self) -> Iterator[Any]:
        """Yield decoded frames; a packet that cannot be decoded is counted and passed over."""
        packets = self._container.demux(self._stream)
        while True:
            try:
                packet = next(packets)
            except StopIteration:
                return
            except FFmpegError:
                self._damaged += 1
                return
            try:
                frames = packet.decode()
            except FFmpegError:
                self._damaged += 1
                continue
            for frame in frames:
                if frame.samples:
                    self._decoded += 1
                    yield frame

    def _origin(self) -> float:
        """Return the time at which the file's earliest picture or sound begins."""
        starts = [
            float(stream.start_time * stream.time_base)
            for stream in self._container.streams
            if stream.type in ("audio", "video")
            and stream.start_time is not None
            and stream.time_base is not None
            and not stream.disposition & Disposition.attached_pic  # album covers
        ]
        return min(starts, default=0.0)

    def _judge(self) -> None:
        """Say what was wrong with the file, once all of it has been read."""
        if self._damaged > self._decoded:
            raise VoxfaceError(f"{self.path} is damaged: its sound cannot be decoded")
        if not self._decoded:
            raise VoxfaceError(f"{self.path} holds no sound: it is zero seconds long")
        announced = self.announced_duration or 0.0
        trouble = None
        if self._damaged:
            trouble = (
                f"is damaged: {self._damaged} pieces of its sound could not be decoded and were "
                "passed over"
            )
        elif self._heard < 0.9 * announced - 0.5 or _riff_is_cut_off(self.path):
            trouble = f"seems cut off: its sound ends after {self._heard:.1f} s"
        if trouble:
            warnings.warn(f"{self.path} {trouble}", MediaWarning, stacklevel=2)


class _Shelf:
    """Gathers small decoded frames (a codec's are 10 to 40 ms) into one long block."""

    def __init__(self) -> None:
        self._fifo: av.AudioFifo | None = None
        self._kind: tuple[str, int, int] | None = None

    @staticmethod
    def _kind_of(frame: Any) -> tuple[str, int, int]:
        return frame.format.name, frame.layout.nb_channels, frame.sample_rate

    @property
    def seconds(self) -> float:
        if self._fifo is None or self._kind is None:
            return 0.0
        return float(self._fifo.samples / self._kind[2])

    def fits(self, frame: Any) -> bool:
        return self._kind is None or self._kind == self._kind_of(frame)

    def put(self, frame: Any) -> None:
        if self._fifo is None:
            self._fifo, self._kind = av.AudioFifo(), self._kind_of(frame)
        # The queue insists on unbroken timestamps; they have been seen to already.
        frame.pts = None
        self._fifo.write(frame)

    def take(self) -> Iterator[Piece]:
        """Yield what has been gathered (one piece or none) and be empty again."""
        if self._fifo is not None and self._kind is not None and self._fifo.samples:
            yield Piece(_mono(self._fifo.read()), self._kind[2])
        self._fifo, self._kind = None, None


def _mono(frame: Any) -> NDArray[np.float32]:
    """Return the mean of a frame's channels with full scale ±1; `to_ndarray` would copy first."""
    kind, full, silence = _SAMPLE_FORMATS[frame.format.name.removesuffix("p")]
    channels = frame.layout.nb_channels
    if frame.format.is_planar:
        columns = [np.frombuffer(plane, kind, frame.samples) for plane in frame.planes]
    else:
        packed = np.frombuffer(frame.planes[0], kind, frame.samples * channels)
        columns = list(packed.reshape(-1, channels).T)
    mono = columns[0].astype(np.float32)
    for column in columns[1:]:
        mono += column
    if silence:
        mono -= np.float32(silence * channels)
    mono *= np.float32(1 / (full * channels))
    return mono


_SAMPLE_FORMATS: dict[str, tuple[type[np.generic], float, float]] = {
    "u8": (np.uint8, 2.0**7, 2.0**7),
    "s16": (np.int16, 2.0**15, 0.0),
    "s32": (np.int32, 2.0**31, 0.0),
    "s64": (np.int64, 2.0**63, 0.0),
    "flt": (np.float32, 1.0, 0.0),
    "dbl": (np.float64, 1.0, 0.0),
}
"""FFmpeg's sample formats: type, full scale, silence. Planar ones have a ``p`` at the end."""


def _silence(seconds: float, rate: int) -> Iterator[Piece]:
    left = round(seconds * rate)
    while left > 0:
        count = min(left, round(PIECE_SECONDS * rate))
        yield Piece(np.zeros(count, np.float32), rate)
        left -= count


def _riff_is_cut_off(path: Path) -> bool:
    """Tell whether a WAV or AVI file is shorter than its first line says (FFmpeg does not tell)."""
    with path.open("rb") as file:
        head = file.read(8)
    announced = int.from_bytes(head[4:], "little") + 8
    # Writers that could not know the length put a number near the largest there.
    return head[:4] == b"RIFF" and path.stat().st_size < 0.99 * announced < 0x7FFF0000


def _open(path: Path) -> Any:
    if path.is_dir():
        raise VoxfaceError(f"{path} is a folder; give a sound or video file")
    if not path.exists():
        raise VoxfaceError(f"{path} does not exist")
    try:
        if not path.stat().st_size and path.is_file():
            raise VoxfaceError(f"{path} is empty (0 bytes)")
        # "file:" keeps a colon in a name from being read as a network protocol, and the list keeps
        # a playlist from opening anything that is not a local file.
        return av.open(
            f"file:{path}",
            metadata_errors="replace",
            container_options={"protocol_whitelist": "file"},
        )
    except PermissionError:
        raise VoxfaceError(f"{path} cannot be read: permission denied") from None
    except (FFmpegError, OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise VoxfaceError(f"{path} is not a sound or video file ({reason})") from None
