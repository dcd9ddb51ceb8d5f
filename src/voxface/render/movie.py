"""Pictures and sound into an MP4 file, whole or not at all."""

from __future__ import annotations

import queue
import threading
from collections.abc import Iterator
from contextlib import suppress
from fractions import Fraction
from os import PathLike
from pathlib import Path
from types import TracebackType
from typing import Any

import av
import numpy as np
from numpy.typing import NDArray

from voxface.errors import VoxfaceError
from voxface.formats.output import OutputFile, write_error

Pixels = NDArray[np.uint8]
SOUND_RATE = 48_000
"""Samples per second of the sound in a video."""
KINDS = {".mp4": "mp4", ".m4v": "mp4", ".mov": "mov"}
"""Containers by suffix."""
_PIECE = 1024
"""Samples in a frame of AAC."""
_BT709 = 1
_LIMITED = 1
_WAITING = 4
"""Pictures that may wait to be encoded."""


class Movie:
    """An H.264 and AAC file that is written while its pictures are drawn.

    Encoding runs in a thread. Used as a context manager: leaving it in peace gives the file its
    name, an error leaves nothing behind.

    Parameters
    ----------
    path : path-like
        ``.mp4``, ``.m4v`` or ``.mov``.
    size : tuple of int
        Width and height in pixels, both even.
    fps : Fraction
        Picture k is shown from ``k / fps``.
    frames : int
        How many pictures there will be; the sound is made as long as they are.
    sound : iterator of ndarray of float32, optional
        Mono blocks at 48 kHz, full scale ±1, from time 0.
    quality : int
        Constant rate factor of x264: 18 is as good as the eye sees, 28 is small.

    Raises
    ------
    VoxfaceError
        If the file cannot be written.
    """

    def __init__(
        self,
        path: str | PathLike[str],
        size: tuple[int, int],
        fps: Fraction,
        frames: int,
        sound: Iterator[NDArray[np.float32]] | None = None,
        quality: int = 18,
    ) -> None:
        check_movie(path)
        self._fps, self._frames = fps, frames
        self._output = OutputFile(path)
        kind = KINDS[Path(path).suffix.lower()]
        self._container = av.open(
            str(self._output.partial), "w", format=kind, options={"movflags": "+faststart"}
        )
        self._video = self._video_stream(size, quality)
        self._sound = None
        if sound is not None:
            stream = self._container.add_stream("aac", rate=SOUND_RATE, layout="mono")
            stream.bit_rate = 128_000
            self._sound = _Sound(stream, sound, round(frames / fps * SOUND_RATE))
        self._waiting: queue.Queue[Any] = queue.Queue(_WAITING)
        self._trouble: BaseException | None = None
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._work, name="encoder", daemon=True)
        self._thread.start()

    def add(self, luma: Pixels, chroma: Pixels) -> None:
        """Append a picture.

        Parameters
        ----------
        luma : ndarray of uint8, shape (height, width)
            BT.709, 16 to 235, the top row first; copied.
        chroma : ndarray of uint8, shape (height / 2, width / 2, 2)
            Blue and red difference, 16 to 240; copied.
        """
        height, width = luma.shape
        frame = av.VideoFrame(width, height, "nv12")
        parts = luma, chroma.reshape(height // 2, width)
        for plane, values in zip(frame.planes, parts, strict=True):
            rows = np.frombuffer(plane, np.uint8).reshape(-1, plane.line_size)
            rows[: len(values), :width] = values
        self._hand_over(frame)

    def __enter__(self) -> Movie:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        try:
            if kind is None:
                self._hand_over(None)
                self._thread.join()
                self._raise_trouble()
                self._container.close()
                self._output.publish()
        finally:
            self._stopping.set()
            self._thread.join()
            with suppress(OSError, ValueError):  # what is wrong with it is already being told
                self._container.close()
            self._output.discard()

    def _hand_over(self, frame: Any) -> None:
        while True:
            self._raise_trouble()
            try:
                return self._waiting.put(frame, timeout=0.5)
            except queue.Full:
                continue

    def _raise_trouble(self) -> None:
        if self._trouble is None:
            return
        if isinstance(self._trouble, OSError):
            raise write_error(self._output.path, self._trouble) from None
        raise self._trouble

    def _work(self) -> None:
        try:
            number = 0
            while not self._stopping.is_set():
                try:
                    frame = self._waiting.get(timeout=0.1)
                except queue.Empty:
                    continue
                if frame is None:
                    self._finish()
                    return
                frame.pts, frame.time_base = number, 1 / self._fps
                frame.colorspace, frame.color_range = _BT709, _LIMITED
                self._container.mux(self._video.encode(frame))
                number += 1
                if self._sound is not None:
                    self._sound.encode(self._container, number / self._fps)
        except BaseException as error:
            self._trouble = error

    def _finish(self) -> None:
        self._container.mux(self._video.encode(None))
        if self._sound is not None:
            self._sound.encode(self._container, None)

    def _video_stream(self, size: tuple[int, int], quality: int) -> Any:
        stream = self._container.add_stream("libx264", rate=self._fps)
        stream.width, stream.height = size
        stream.pix_fmt = "nv12"
        # No pictures out of order (bf): every player then starts the two tracks at one time. One
        # thread is far quicker than what it waits for, and spends the least. A coarser look for
        # motion (subme) takes a fifth less time and a tenth more space.
        stream.options = {
            "preset": "veryfast",
            "crf": str(quality),
            "bf": "0",
            "threads": "1",
            "x264-params": "subme=1",
        }
        stream.time_base = stream.codec_context.time_base = 1 / self._fps
        codec = stream.codec_context
        codec.colorspace = codec.color_primaries = codec.color_trc = _BT709
        codec.color_range = _LIMITED
        return stream


class _Sound:
    """The sound track: cut or filled with silence to the length of the pictures."""

    def __init__(self, stream: Any, blocks: Iterator[NDArray[np.float32]], samples: int) -> None:
        self._stream, self._blocks, self._samples = stream, blocks, samples
        self._held = np.zeros(0, np.float32)
        self._done = 0

    def encode(self, container: Any, until: Fraction | None) -> None:
        """Encode up to a time in seconds, or all that is left."""
        goal = self._samples if until is None else min(self._samples, int(until * SOUND_RATE))
        while self._done + (_PIECE if until is not None else 1) <= goal:
            part = self._take(min(_PIECE, self._samples - self._done))
            frame = av.AudioFrame.from_ndarray(part[None], format="fltp", layout="mono")
            frame.sample_rate, frame.pts = SOUND_RATE, self._done
            frame.time_base = Fraction(1, SOUND_RATE)
            container.mux(self._stream.encode(frame))
            self._done += len(part)
        if until is None:
            container.mux(self._stream.encode(None))

    def _take(self, count: int) -> NDArray[np.float32]:
        while len(self._held) < count:
            block = next(self._blocks, None)
            if block is None:
                block = np.zeros(count - len(self._held), np.float32)
            self._held = np.concatenate([self._held, block])
        part, self._held = self._held[:count], self._held[count:]
        return np.ascontiguousarray(part)


def check_movie(path: str | PathLike[str]) -> None:
    """Refuse a file name that no video can have.

    Raises
    ------
    VoxfaceError
        If the suffix is unknown.
    """
    if Path(path).suffix.lower() not in KINDS:
        raise VoxfaceError(f"{path}: videos are written to {', '.join(KINDS)}")
