"""Sample-rate conversion of sound that comes in blocks."""

from __future__ import annotations

from functools import cache

import numpy as np
import soxr
from numpy.typing import NDArray

QUALITY = "HQ"
"""soxr's default: 20-bit precision, flat to 91 % of the lower rate's half."""


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
        self._soxr = (
            None
            if rate_in == rate_out
            else soxr.ResampleStream(rate_in, rate_out, 1, dtype="float32", quality=QUALITY)
        )

    def push(self, block: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return what has become ready after `block`, shape (N,)."""
        return block if self._soxr is None else self._run(block, last=False)

    def flush(self) -> NDArray[np.float32]:
        """Return what is left at the end of the sound, and be ready for another."""
        nothing = np.zeros(0, np.float32)
        if self._soxr is None:
            return nothing
        rest = self._run(nothing, last=True)
        self._soxr.clear()
        return rest

    def reset(self) -> None:
        """Forget everything pushed so far."""
        if self._soxr is not None:
            self._soxr.clear()

    def _run(self, block: NDArray[np.float32], last: bool) -> NDArray[np.float32]:
        assert self._soxr is not None
        result: NDArray[np.float32] = self._soxr.resample_chunk(block, last=last)
        return result


@cache
def resampling_delay(rate_in: float, rate_out: float) -> float:
    """Return how long `SoundResampler` holds sound back at most, in seconds.

    soxr hands its output over in bursts of a few hundred samples; the length of the longest wait is
    nowhere to be asked for, so it is measured on a second of silence.
    """
    if rate_in == rate_out:
        return 0.0
    resampler = SoundResampler(rate_in, rate_out)
    step = max(1, round(rate_in / 1000))
    block = np.zeros(step, np.float32)
    pushed, returned, delay = 0, 0, 0.0
    while pushed < rate_in:
        # Just before the next block comes in is the longest wait since the last sample out.
        returned += len(resampler.push(block))
        pushed += step
        delay = max(delay, pushed / rate_in - returned / rate_out)
    return delay + step / rate_in
