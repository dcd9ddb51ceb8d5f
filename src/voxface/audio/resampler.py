"""Sample-rate conversion of sound that comes in blocks, by FFmpeg's libswresample."""

from __future__ import annotations

from fractions import Fraction
from functools import cache
from typing import Any

import av
import numpy as np
from av.filter import Graph
from numpy.typing import NDArray

FILTER = "filter_size=64:kaiser_beta=6:cutoff=0.96"
"""Flat to 91 % of the lower rate's half (0.1 dB), -60 dB from 102 % on.

It sees 32 samples of the lower rate ahead, 2 ms at 16 kHz. Converters that work by fast Fourier
transform (soxr) are as good, but hand sound over in bursts of 40 ms.
"""


class SoundResampler:
    """Convert mono blocks from one sample rate to another, without shifting them in time.

    The same numbers come out however the sound is cut into blocks. Nothing is done at all if the
    rates are equal.

    Parameters
    ----------
    rate_in, rate_out : float
        Samples per second.
    """

    def __init__(self, rate_in: float, rate_out: float) -> None:
        # FFmpeg counts whole samples per second: two rates with a fraction keep their ratio.
        whole = Fraction(rate_in).limit_denominator(1000).denominator
        whole *= Fraction(rate_out).limit_denominator(1000).denominator
        self._rate_in, self._rate_out = round(rate_in * whole), round(rate_out * whole)
        self.reset()

    def push(self, block: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return what has become ready after `block`, shape (N,)."""
        if self._rate_in == self._rate_out:
            return block
        if len(block):
            frame = av.AudioFrame.from_ndarray(block[None], format="flt", layout="mono")
            frame.sample_rate = self._rate_in
            self._source.push(frame)
        return self._ready()

    def flush(self) -> NDArray[np.float32]:
        """Return what is left at the end of the sound, and be ready for another."""
        if self._rate_in == self._rate_out:
            return np.zeros(0, np.float32)
        self._source.push(None)
        rest = self._ready()
        self.reset()
        return rest

    def reset(self) -> None:
        """Forget everything pushed so far."""
        if self._rate_in == self._rate_out:
            return
        # The graph is kept: its ends do not keep it alive.
        self._graph = Graph()
        self._source: Any = self._graph.add(
            "abuffer",
            f"sample_rate={self._rate_in}:sample_fmt=flt:channel_layout=mono"
            f":time_base=1/{self._rate_in}",
        )
        converter = self._graph.add("aresample", f"{self._rate_out}:{FILTER}")
        self._sink: Any = self._graph.add("abuffersink")
        self._source.link_to(converter)
        converter.link_to(self._sink)
        self._graph.configure()

    def _ready(self) -> NDArray[np.float32]:
        parts = []
        while True:
            try:
                frame = self._sink.pull()
            except (BlockingIOError, EOFError):
                break
            parts.append(np.frombuffer(frame.planes[0], np.float32, frame.samples))
        if len(parts) == 1:
            return parts[0]
        return np.concatenate(parts) if parts else np.zeros(0, np.float32)


@cache
def resampling_delay(rate_in: float, rate_out: float) -> float:
    """Return how long `SoundResampler` holds sound back at most, in seconds.

    The length of the longest wait is nowhere to be asked for, so it is measured on half a second
    of silence.
    """
    if rate_in == rate_out:
        return 0.0
    resampler = SoundResampler(rate_in, rate_out)
    step = max(1, round(rate_in / 1000))
    block = np.zeros(step, np.float32)
    pushed, returned, delay = 0, 0, 0.0
    while pushed < rate_in / 2:
        # Just before the next block comes in is the longest wait since the last sample out.
        returned += len(resampler.push(block))
        pushed += step
        delay = max(delay, pushed / rate_in - returned / rate_out)
    return delay + step / rate_in
