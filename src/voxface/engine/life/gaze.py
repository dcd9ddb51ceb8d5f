"""Fixations and saccades: the eyes rest on the viewer, and look away now and then."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from voxface.engine.life.chance import log_normal, normal, uniform
from voxface.engine.life.clocks import AWAY, CONTACT, at, strike
from voxface.engine.life.parameters import frames, parameters

Array = NDArray[np.float64]
Angles = tuple[float, float]


@dataclass
class Saccade:
    """A jump of the eyes: from, to (yaw and pitch in degrees), start and duration in frames."""

    origin: Angles = (0.0, 0.0)
    target: Angles = (0.0, 0.0)
    start: float = 0.0
    duration: float = 1.0

    def at(self, frame: float) -> Angles:
        """Return where the eyes are, on a minimum-jerk course (Flash & Hogan 1985)."""
        u = (frame - self.start) / self.duration
        if u >= 1:
            return self.target
        share = u * u * u * (10 + u * (6 * u - 15)) if u > 0 else 0.0
        (a, b), (c, d) = self.origin, self.target
        return a + share * (c - a), b + share * (d - b)

    def towards(self, target: Angles, start: float) -> Saccade:
        """Return the next jump; its duration follows the main sequence."""
        gaze = parameters().gaze
        here = self.at(start)
        degrees = math.hypot(target[0] - here[0], target[1] - here[1])
        seconds = gaze.saccade_seconds + gaze.saccade_seconds_per_degree * degrees
        return Saccade(here, target, start, frames(seconds))

    def fill(self, angles: Array, first: int, begin: int, end: int) -> None:
        """Add the course to rows `begin` to `end` of `angles`; row 0 is frame `first`."""
        settled = min(end, max(begin, math.ceil(self.start + self.duration) - first))
        for row in range(begin, settled):
            angles[row] += self.at(first + row)
        angles[settled:end] += self.target


class Gaze:
    """Where the eyes look, relative to the viewer: yaw to the subject's left, pitch downwards.

    Parameters
    ----------
    seed : int
    """

    def __init__(self, seed: int) -> None:
        self._seed = seed
        total = sum(parameters().gaze.away_directions)
        self._sectors = np.cumsum(parameters().gaze.away_directions) / total
        self.reset()

    def reset(self) -> None:
        """Look at the viewer again, at time 0."""
        self._count = 0
        self._away = False
        self._saccade = Saccade()
        self._until = self._length(parameters().gaze.contact_seconds, False)
        self._micro_count = 0
        self._micro = Saccade()
        self._micro_until = self._micro_length()
        self._late_kick = 0.0

    def push(self, first: int, clocks: Array, memory: Array) -> tuple[Array, Array]:
        """Advance by n frames.

        Parameters
        ----------
        first : int
            Number of the first frame.
        clocks : ndarray, shape (n + 1, 4)
            From `Clocks.push`.
        memory : ndarray, shape (n + 1,)
            From `Listener.push`.

        Returns
        -------
        angles : ndarray, shape (n, 2)
            Yaw and pitch in degrees.
        kicks : ndarray, shape (n,)
            How much the blinks' clock is pushed on by large shifts.
        """
        count = len(memory) - 1
        angles, kicks = np.zeros((count, 2)), np.zeros(count + 1)
        kicks[0] = self._late_kick
        begin = 0
        while (struck := strike(clocks[:, self._clock], self._until)) is not None:
            entry, share = struck
            self._saccade.fill(angles, first, begin, entry - 1)
            begin = entry - 1
            kick = self._look(first + entry - 2 + share, at(memory, entry, share))
            # As if it came evenly over 10 ms, so that it moves smoothly from frame to frame.
            kicks[entry - 1] += kick * (1 - share)
            kicks[entry] += kick * share
            self._until += at(clocks[:, self._clock], entry, share)
        self._saccade.fill(angles, first, begin, count)
        self._late_kick = float(kicks[count])
        self._add_micro(angles, first)
        return angles, kicks[:count]

    @property
    def _clock(self) -> int:
        """Which clock tells how long the present fixation lasts."""
        return AWAY if self._away else CONTACT

    def _look(self, start: float, memory: float) -> float:
        """Begin the next fixation; return how much it provokes a blink."""
        gaze, blinks = parameters().gaze, parameters().blinks
        streams = parameters().chance.streams
        self._count += 1
        count, seed, came_back = self._count, self._seed, self._away
        self._away = not came_back and uniform(seed, streams.gaze_kind, count) < gaze.away_chance
        if self._away:
            target, degrees = self._away_target(memory)
            self._until = self._length(gaze.away_seconds, True)
        else:
            yaw, pitch = gaze.contact_degrees
            target = (
                yaw * normal(seed, streams.gaze_contact_yaw, count),
                pitch * normal(seed, streams.gaze_contact_pitch, count),
            )
            degrees = 0.0
            self._until = self._length(gaze.contact_seconds, False)
        self._saccade = self._saccade.towards(target, start)
        low, high = blinks.saccade_kick_degrees
        return float(blinks.saccade_kick * min(1.0, max(0.0, (degrees - low) / (high - low))))

    def _away_target(self, memory: float) -> tuple[Angles, float]:
        """Draw a place to look at: its angles, and its distance before silence shortens it."""
        gaze, streams = parameters().gaze, parameters().chance.streams
        drawn = uniform(self._seed, streams.gaze_magnitude, self._count)
        degrees = gaze.away_least_degrees - gaze.away_mean_degrees * math.log(drawn)
        degrees = min(degrees, gaze.away_most_degrees)
        drawn = uniform(self._seed, streams.gaze_direction, 2 * self._count)
        sector = int(np.searchsorted(self._sectors, drawn))
        within = uniform(self._seed, streams.gaze_direction, 2 * self._count + 1) - 0.5
        angle = (sector + within) * math.pi / 4
        reach = degrees * (gaze.quiet_away_share + (1 - gaze.quiet_away_share) * memory)
        pitch = -reach * math.sin(angle) * gaze.away_pitch_share
        return (reach * math.cos(angle), pitch), degrees

    def _length(self, mean: float, away: bool) -> float:
        gaze = parameters().gaze
        sigma = gaze.away_sigma if away else gaze.contact_sigma
        stream = parameters().chance.streams.gaze_duration
        drawn = log_normal(self._seed, stream, self._count, sigma)
        return float(gaze.shortest_seconds + (mean - gaze.shortest_seconds) * drawn)

    def _add_micro(self, angles: Array, first: int) -> None:
        gaze, streams = parameters().gaze, parameters().chance.streams
        begin = 0
        while (last := math.ceil(self._micro_until)) < first + len(angles):
            self._micro.fill(angles, first, begin, last - first)
            begin = last - first
            start = self._micro_until
            self._micro_count += 1
            self._micro = self._micro.towards(
                (
                    gaze.micro_degrees * normal(self._seed, streams.micro_yaw, self._micro_count),
                    gaze.micro_degrees * normal(self._seed, streams.micro_pitch, self._micro_count),
                ),
                start,
            )
            self._micro_until = start + self._micro_length()
        self._micro.fill(angles, first, begin, len(angles))

    def _micro_length(self) -> float:
        gaze, stream = parameters().gaze, parameters().chance.streams.micro_interval
        return frames(
            gaze.micro_seconds * log_normal(self._seed, stream, self._micro_count, gaze.micro_sigma)
        )
