"""Blinks: quick to close, slow to open, likelier where a phrase ends."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from voxface.engine.life.chance import between, log_normal, uniform
from voxface.engine.life.clocks import strike
from voxface.engine.life.parameters import frames, parameters

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Pulse:
    """One closing and opening of the lids; all times in frames."""

    start: float
    closing: float
    hold: float
    opening: float
    depth: float

    @property
    def end(self) -> float:
        """When the eye is open again."""
        return self.start + self.closing + self.hold + self.opening

    def at(self, frame: float) -> float:
        """Return how far the eye is shut, 0 to 1.

        The closing is an S-curve; the opening starts fast and settles slowly.
        """
        u = (frame - self.start) / self.closing
        if u < 0:
            return 0.0
        if u < 1:
            return self.depth * u * u * (3 - 2 * u)
        u = (frame - self.start - self.closing - self.hold) / self.opening
        if u <= 0:
            return self.depth
        if u >= 1:
            return 0.0
        v = u * (2 - u)
        return self.depth * (1 - v * v * (3 - 2 * v))


class Blinks:
    """How far the eyes are shut.

    Parameters
    ----------
    seed : int
    """

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self.reset()

    def reset(self) -> None:
        """Begin at time 0 again, somewhere between two blinks."""
        self._count = 0
        first = uniform(self._seed, parameters().chance.streams.blink_gap, 0)
        self._until = self._interval() * first
        self._pulses: list[Pulse] = []
        self._kicked = 0.0

    def push(self, first: int, clock: Array, kicks: Array) -> Array:
        """Advance by n frames.

        Parameters
        ----------
        first : int
            Number of the first frame.
        clock : ndarray, shape (n + 1,)
            The blinks' clock, from `Clocks.push`.
        kicks : ndarray, shape (n,)
            How much each frame pushes it on besides, from `Gaze.push`.

        Returns
        -------
        ndarray, shape (n,)
            How far the eyes are shut, 0 to 1.
        """
        lids = np.zeros(len(kicks))
        clock = clock + self._kicked
        if kicks.any():
            clock[1:] += kicks.cumsum()
            self._kicked += float(kicks.sum())
        while (struck := strike(clock, self._until)) is not None:
            entry, share = struck
            self._pulses += self._blink(first + entry - 2 + share)
            self._count += 1
            self._until += self._interval()
        last = first + len(lids)
        for pulse in self._pulses:
            for frame in range(max(first, math.ceil(pulse.start)), min(last, int(pulse.end) + 1)):
                lids[frame - first] = max(lids[frame - first], pulse.at(frame))
        self._pulses = [pulse for pulse in self._pulses if pulse.end >= last]
        return lids

    def _interval(self) -> float:
        p = parameters().blinks
        stream = parameters().chance.streams.blink_interval
        drawn = log_normal(self._seed, stream, self._count, p.interval_sigma)
        return float(p.refractory + (1 - p.refractory) * drawn)

    def _blink(self, start: float) -> list[Pulse]:
        """Return the pulse of a blink, or the two of a double one."""
        p, streams = parameters().blinks, parameters().chance.streams
        seed, count = self._seed, self._count
        closing = log_normal(seed, streams.blink_closing, count, p.closing_sigma)
        opening = log_normal(seed, streams.blink_opening, count, p.opening_sigma)
        hold = between(seed, streams.blink_hold, count, p.hold_seconds)
        depth = 1.0
        if uniform(seed, streams.blink_depth, 2 * count) < p.incomplete_chance:
            depth = between(seed, streams.blink_depth, 2 * count + 1, p.incomplete_depth)
        one = Pulse(
            start, frames(p.closing_seconds * closing), frames(hold),
            frames(p.opening_seconds * opening), depth,
        )  # fmt: skip
        if uniform(seed, streams.blink_double, count) >= p.double_chance:
            return [one]
        gap = between(seed, streams.blink_gap, count + 1, p.double_gap_seconds)
        return [one, Pulse(one.end + frames(gap), one.closing, one.hold, one.opening, 1.0)]
