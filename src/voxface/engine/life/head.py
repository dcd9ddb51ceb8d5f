"""Small motion of head and brows: drift, stress, phrases, breath, and a share of the gaze."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from voxface.engine.life.chance import uniform
from voxface.engine.life.listening import Heard
from voxface.engine.life.parameters import blend, parameters
from voxface.engine.life.settings import Life

Array = NDArray[np.float64]

TURNS = ("yaw", "pitch", "roll")
PLACES = ("x", "y", "z")
MOVES = (*TURNS, *PLACES)
YAW, PITCH, ROLL, RISE, BROW = 0, 1, 2, 4, 6
"""Columns of what the head does; the last is the brows'."""
AHEAD = 100
"""Frames for which the sines are reckoned at once."""
ACCENT, MEMORY, CHEST, LATE_YAW, LATE_PITCH = range(5)
"""Inputs of the mix, after the sines."""


class Head:
    """Angles and position of the head beside the model's own, and the rise of the brows.

    Parameters
    ----------
    life : Life
    """

    def __init__(self, life: Life) -> None:
        head = parameters().head
        self._turns_per_frame, self._phases, drift = _sines(life.seed)
        self._waves = len(self._phases)
        self._mix = _mix(life, drift)
        limits = [getattr(head.limit_degrees, name) for name in TURNS]
        limits += [getattr(head.limit_centimetres, name) for name in PLACES]
        self._per_limit = 1 / np.array(limits)
        self._quiet = head.quiet_drift_share
        self._follow = blend(head.gaze_follow_seconds)
        self._brow_limit = parameters().brows.limit
        self.reset()

    def reset(self) -> None:
        """Begin at time 0 again."""
        self._gaze = (0.0, 0.0, 0.0, 0.0)
        self._known_from, self._known = 0, np.zeros((0, self._waves))

    def push(self, first: int, heard: Heard, gaze: Array, chest: Array) -> tuple[Array, Array]:
        """Advance by n frames.

        Parameters
        ----------
        first : int
            Number of the first frame.
        heard : Heard
        gaze : ndarray, shape (n, 2)
            Yaw and pitch of the eyes in degrees.
        chest : ndarray, shape (n,)
            Fullness of the chest.

        Returns
        -------
        pose : ndarray, shape (n, 6)
            Yaw, pitch and roll in degrees, then x, y and z in centimetres.
        brows : ndarray, shape (n,)
            How far the brows rise, 0 to 1.
        """
        waves, count = self._waves, len(chest)
        memory = heard.memory[1:]
        given = np.empty((count, waves + 5))
        begin = first - self._known_from
        if begin < 0 or begin + count > len(self._known):
            self._know(first, count)
            begin = 0
        known = self._known[begin : begin + count]
        # Drift grows with speech; the last three sines turn the stress to and fro.
        size = (self._quiet + (1 - self._quiet) * memory)[:, None]
        np.multiply(known[:, :-3], size, out=given[:, : waves - 3])
        np.multiply(known[:, -3:], heard.accent[:, None], out=given[:, waves - 3 : waves])
        late = given[:, waves:]
        late[:, ACCENT], late[:, MEMORY], late[:, CHEST] = heard.accent, memory, chest
        self._followed(gaze, late[:, LATE_YAW:])
        moved: Array = given.dot(self._mix)
        pose = moved[:, :BROW]
        part = pose * self._per_limit
        part *= part
        part += 1
        pose /= np.sqrt(part)
        return pose, np.minimum(np.maximum(moved[:, BROW], 0), self._brow_limit)

    def _know(self, first: int, count: int) -> None:
        """Reckon the sines from a frame on, also for pushes to come: one by one costs most."""
        frame = np.arange(first, first + max(count, AHEAD), dtype=np.float64)
        self._known_from = first
        self._known = np.sin(frame[:, None] * self._turns_per_frame + self._phases)

    def _followed(self, gaze: Array, late: Array) -> None:
        """Write the gaze as the slower head follows it: two one-pole low-passes in a row."""
        share = self._follow
        yaw, pitch, late_yaw, late_pitch = self._gaze
        yaws, pitches = [], []
        for to_yaw, to_pitch in gaze.tolist():
            yaw += share * (to_yaw - yaw)
            pitch += share * (to_pitch - pitch)
            late_yaw += share * (yaw - late_yaw)
            late_pitch += share * (pitch - late_pitch)
            yaws.append(late_yaw)
            pitches.append(late_pitch)
        self._gaze = (yaw, pitch, late_yaw, late_pitch)
        late[:, 0], late[:, 1] = yaws, pitches


def _sines(seed: int) -> tuple[Array, Array, Array]:
    """Draw the sines of the drift: radians per frame (K,), phases (K,) and amplitudes (K - 3,).

    Each of the six numbers has sines of its own, one in each equal step of the band on a
    logarithmic scale, weaker the faster; their sum has the deviation that is asked for. Three more
    sines are the slow changes in direction of the stress: yaw, roll and brows.
    """
    head, chance = parameters().head, parameters().chance
    sizes = vars(head.drift_degrees) | vars(head.drift_centimetres)
    count = head.sines
    low, high = head.drift_hertz
    hertz: list[float] = []
    amplitudes: list[float] = []
    for name in MOVES:
        for step in range(count):
            drawn = uniform(seed, chance.streams.sine_frequency, len(hertz))
            hertz.append(low * math.exp(math.log(high / low) * (step + drawn) / count))
        weights = [1 / math.sqrt(each) for each in hertz[-count:]]
        scale = sizes[name] * math.sqrt(2 / sum(weight * weight for weight in weights))
        amplitudes += [scale * weight for weight in weights]
    direction = head.accent_direction_hertz
    hertz += [direction.yaw, direction.roll, direction.brow]
    stream = chance.streams.sine_phase
    phases = [2 * math.pi * uniform(seed, stream, number) for number in range(len(hertz))]
    turns = 2 * math.pi * np.array(hertz) / parameters().frames_per_second
    return turns, np.array(phases), np.array(amplitudes)


def _mix(life: Life, drift: Array) -> Array:
    """Return how much of each sine and input goes into each move and the brows, (K + 5, 7)."""
    head, breath = parameters().head, parameters().breathing
    waves = len(drift) + 3
    mix = np.zeros((waves + 5, len(MOVES) + 1))
    for number, amplitude in enumerate(drift):
        mix[number, number // head.sines] = life.head * amplitude
    mix[waves - 3, YAW] = life.head * head.accent_degrees.yaw
    mix[waves - 2, ROLL] = life.head * head.accent_degrees.roll
    mix[waves + ACCENT, PITCH] = life.head * head.accent_degrees.pitch
    mix[waves + MEMORY, PITCH] = life.head * head.phrase_lift_degrees
    mix[waves + CHEST, PITCH] = life.breathing * breath.pitch_degrees
    mix[waves + CHEST, RISE] = life.breathing * breath.rise_centimetres
    mix[waves + LATE_YAW, YAW] = mix[waves + LATE_PITCH, PITCH] = life.head * head.gaze_share
    # The brows rise by accent x (1 + sine) / 2 where that is positive.
    mix[[waves - 1, waves + ACCENT], BROW] = life.brows * parameters().brows.accent_weight / 2
    return mix
