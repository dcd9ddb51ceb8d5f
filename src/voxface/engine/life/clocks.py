"""Clocks that run faster and slower with what is heard; events come when one strikes.

An event of life comes when the clock of its kind has advanced by a drawn amount (the time-rescaling
view of a point process: Brown et al. 2002, Neural Computation 14:325-346). The moment is a real
number between two frames and moves smoothly with the input.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from voxface.engine.life.listening import Heard
from voxface.engine.life.parameters import parameters
from voxface.engine.life.settings import Life

Array = NDArray[np.float64]

CONTACT, AWAY, INHALE, EXHALE, BLINK = range(5)
"""Columns of the rates. Gaze in seconds, breath in halves, blinks in blinks."""


class Clocks:
    """Advance the clocks of gaze, breath and blinks (these without the kicks of saccades).

    Parameters
    ----------
    life : Life
    """

    def __init__(self, life: Life) -> None:
        step = 1 / parameters().frames_per_second
        gaze, breath, blink = (getattr(parameters(), n) for n in ("gaze", "breathing", "blinks"))
        contact, away = gaze.quiet_contact_speed, gaze.quiet_away_speed
        halves = 2 * breath.per_minute / 60
        inhale, exhale = halves * breath.inhale_speed, halves * breath.exhale_speed
        resting, talking = blink.per_minute_resting, blink.per_minute_talking
        own = blink.own_share_talking
        if life.blink_rate is not None:
            resting = talking = life.blink_rate
            own = blink.own_share_talking_at_wanted_rate
        resting *= life.blinks * blink.own_share_resting / 60
        more = life.blinks * own * talking / 60 - resting
        boost = blink.phrase_end_boost
        # Rows: a constant, memory m, voice a, ending e = m (1 - a), m e.
        self._rates = step * np.array(
            [
                [contact, away, inhale, exhale, resting],
                [1 - contact, 1 - away, halves * breath.talking_inhale, 0, more],
                [0, 0, 0, halves * breath.talking_exhale, 0],
                [0, 0, 0, halves * breath.phrase_end_exhale, boost * resting],
                [0, 0, 0, 0, boost * more],
            ]
        )
        self.reset()

    def reset(self) -> None:
        """Set all clocks to zero."""
        self._now = np.zeros(5)

    def push(self, heard: Heard) -> Array:
        """Return all clocks before and at each of n frames, shape (n + 1, 5)."""
        memory = heard.memory[1:]
        given = np.empty((len(memory), 5))
        given[:, 0], given[:, 1], given[:, 2] = 1, memory, heard.voice
        given[:, 3] = memory * (1 - heard.voice)
        given[:, 4] = memory * given[:, 3]
        steps = np.empty((len(memory) + 1, 5))
        steps[0] = self._now
        np.matmul(given, self._rates, out=steps[1:])
        clocks = steps.cumsum(axis=0)
        self._now = clocks[-1]
        return clocks


def strike(clock: Array, target: float) -> tuple[int, float] | None:
    """Find when a clock (n + 1,) reaches a value.

    Returns
    -------
    tuple of int and float, or None
        The entry at or before which it does (1 to n) and how far from the entry before, 0 to 1;
        None if it does not.
    """
    if clock[-1] < target:
        return None
    entry = max(1, int(np.searchsorted(clock, target)))
    before, after = float(clock[entry - 1]), float(clock[entry])
    return entry, (target - before) / (after - before)


def at(clock: Array, entry: int, share: float) -> float:
    """Return a clock's value between the entry before `entry` and `entry`."""
    before, after = float(clock[entry - 1]), float(clock[entry])
    return before + share * (after - before)
