"""Media files opened with PyAV: their sound on the file's clock, in one unbroken line."""

from __future__ import annotations

import math
import warnings
from collections.abc import Iterator
from os import PathLike
from pathlib import Path
from types import TracebackType
from typing import Any

import av
import numpy as np
from av.error import FFmpegError

from voxface.audio.clock import clock_origin
from voxface.audio.pieces import PIECE_SECONDS, Piece, Shelf, silence
from voxface.audio.wholeness import Evidence, check_wholeness
from voxface.errors import VoxfaceError, VoxfaceWarning

GAP = 0.1
"""Seconds that timestamps may be off before they are believed (as FFmpeg's ``aresample`` has it).

Containers that count in milliseconds and clocks that drift make smaller jumps all the time."""
LONGEST_GAP = 600.0
"""Seconds; a longer jump forward is a clock that was set anew, not silence."""
EXACT_LENGTHS = {"aiff", "ape", "au", "caf", "tak", "tta", "w64", "wv"}
"""FFmpeg's names of containers of sound alone whose announced length is that of the sound."""
CHECKSUMMED = {"ape", "flac", "tta", "wavpack"}
"""Codecs whose frames have checksums, which FFmpeg compares only if told to."""
SELF_SYNCHRONISING = {"aac", "ac3", "eac3", "loas", "mp3", "mpeg", "mpegts"}
"""Streams that may be joined and left anywhere: a few pieces at their ends are always broken."""


class MediaWarning(VoxfaceWarning):
    """A file was usable, but not whole; the message says in one line what was done."""


class MediaSound:
    """The sound of one media file.

    Time 0 is where the file's earliest picture or sound begins, so sound that starts later than
    the picture begins with silence, and an encoder's priming before time 0 is cut. Gaps in the
    timestamps become silence.

    Parameters
    ----------
    path : path-like
        Any file with sound that PyAV decodes.
    salvage : bool
        Whether a damaged file is used as far as it can be decoded, with a warning.

    Raises
    ------
    VoxfaceError
        If the file cannot be opened or has no sound.
    """

    def __init__(self, path: str | PathLike[str], *, salvage: bool = False) -> None:
        self.path = Path(path)
        self._salvage = salvage
        self._evidence = _evidence_of(self.path)
        self._container = _open(self.path, self._evidence)
        stream = self._container.streams.best("audio")
        if stream is None or stream.codec_context is None:
            self._container.close()
            raise VoxfaceError(f"{self.path} has no sound in it; give a file with an audio track")
        self._stream = stream
        if stream.codec_context.name in CHECKSUMMED:
            stream.codec_context.options = {"err_detect": "crccheck+explode"}
        for other in self._container.streams:
            if other is not stream and hasattr(other, "discard"):  # PyAV 15 and later
                other.discard = av.stream.Discard.all
        self._seconds = 0.0
        self._packets = self._damaged = 0
        self._broke_off = False

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
            If the file is damaged or cut off (unless it is to be salvaged), nothing can be
            decoded, more is damaged than whole, or values are not finite. Damage that the
            container tells of is found before the first piece, other damage where it is met.

        Warns
        -----
        MediaWarning
            If a damaged file is salvaged; what could be decoded was yielded.
        """
        if self._evidence.fault and not self._salvage:
            for _ in self._continuous():  # only to say how much could be had
                pass
            self._judge()
        for piece in self._continuous():
            # A sum is quicker than a look at every value, and no finite sound makes it infinite.
            if not (math.isfinite(piece.samples.sum()) or np.isfinite(piece.samples).all()):
                raise VoxfaceError(
                    f"{self.path} holds samples that are not finite numbers (NaN or infinite); "
                    "export it again"
                )
            yield piece
        self._judge()

    def _continuous(self) -> Iterator[Piece]:
        """Lay frames end to end, filling gaps and cutting what lies before time 0."""
        origin = clock_origin(self._container)
        tick = float(self._stream.time_base or 0)
        shelf = Shelf()
        skip, heard = 0, 0.0
        first = True
        for frame in self._frames():
            rate = frame.sample_rate
            if not shelf.fits(frame):
                yield from shelf.take()
            if frame.pts is not None and tick:
                time = frame.pts * tick
                late = time - origin - heard
                if first and late < 0:
                    skip, heard = round(-late * rate), late
                elif (first or late > GAP) and late <= LONGEST_GAP:
                    yield from shelf.take()
                    yield from silence(late, rate)
                    heard += late
                elif abs(late) > GAP:
                    origin = time - heard
            first = False
            seconds = frame.samples / rate
            heard += seconds
            self._seconds += seconds
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
            except IndexError:  # a packet of a track that PyAV has not seen begin
                packets = self._container.demux(self._stream)
                continue
            except FFmpegError:
                self._broke_off = True
                return
            self._packets += 1
            try:
                frames = packet.decode()
            except FFmpegError:
                self._damaged += 1
                continue
            for frame in frames:
                if frame.samples:
                    yield frame

    def _judge(self) -> None:
        """Say what is wrong with the file, once all of it has been read."""
        trouble = self._evidence.fault or self._trouble()
        if not self._seconds:
            if trouble:
                raise VoxfaceError(f"{self.path} {trouble}; none of its sound can be decoded")
            raise VoxfaceError(f"{self.path} holds no sound: it is zero seconds long")
        if 2 * self._damaged > self._packets:
            raise VoxfaceError(f"{self.path} is damaged: its sound cannot be decoded")
        if not trouble:
            return
        promised = self._promised()
        share = f" of {promised:.1f} s" if promised and promised > self._seconds else ""
        trouble = f"{self.path} {trouble}; {self._seconds:.1f} s{share} can be decoded"
        if not self._salvage:
            raise VoxfaceError(f"{trouble}: use that much by --salvage (Python: salvage=True)")
        warnings.warn(f"{trouble} and used", MediaWarning, stacklevel=2)

    def _trouble(self) -> str | None:
        """Return what decoding showed to be wrong, as the end of the sentence "the file …"."""
        ragged = self._container.format.name in SELF_SYNCHRONISING
        if self._damaged > (2 + self._packets // 100 if ragged else 0):
            return f"is damaged: {self._damaged} of {self._packets} pieces cannot be decoded"
        promised = self._promised()
        if self._broke_off or (promised and self._seconds < promised - self._evidence.slack):
            return "is cut off or damaged: sound is missing"
        return None

    def _promised(self) -> float | None:
        """Return the length of the sound in seconds that the file can be held to, if any."""
        if self._evidence.promised is not None:
            return self._evidence.promised
        return self.announced_duration if self._container.format.name in EXACT_LENGTHS else None


def _evidence_of(path: Path) -> Evidence:
    try:
        return check_wholeness(path)
    except OSError:
        return Evidence()  # opening it will say why


def _open(path: Path, evidence: Evidence) -> Any:
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
        if evidence.fault:
            raise VoxfaceError(
                f"{path} {evidence.fault}; none of its sound can be decoded"
            ) from None
        reason = getattr(error, "strerror", None) or str(error)
        raise VoxfaceError(f"{path} is not a sound or video file ({reason})") from None
