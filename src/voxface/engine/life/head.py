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


class Head:
    """Angles and position of the head beside the model's own, and the rise of the brows.

    Parameters
    ----------
    life : Life
    """

    def __init__(self, life: Life) -> None:
        head, breath = parameters().head, parameters().breathing
        self._life = life
        sizes = [getattr(head.drift_degrees, name) for name in TURNS]
        sizes += [getattr(head.drift_centimetres, name) for name in PLACES]
        self._turns_per_frame, self._phases, self._mix = _sines(life.seed, sizes)
        accent = head.accent_degrees
        self._accent = life.head * np.array([accent.yaw, accent.pitch, accent.roll])
        self._breath = np.zeros(6)
        self._breath[[1, 4]] = (
            life.breathing * breath.pitch_degrees,
            (life.breathing * breath.rise_centimetres),
        )
        limits = [getattr(head.limit_degrees, name) for name in TURNS]
        limits += [getattr(head.limit_centimetres, name) for name in PLACES]
        self._per_limit = 1 / np.array(limits)
        self._follow = blend(head.gaze_follow_seconds)
        self.reset()

    def reset(self) -> None:
        """Begin at time 0 again."""
        self._gaze = (0.0, 0.0, 0.0, 0.0)

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
        head, brows = parameters().head, parameters().brows
        frame = np.arange(first, first + len(chest), dtype=np.float64)
        waves = np.sin(frame[:, None] * self._turns_per_frame + self._phases)
        memory = heard.memory[1:]
        size = head.quiet_drift_share + (1 - head.quiet_drift_share) * memory
        pose = (waves @ self._mix) * (size * self._life.head)[:, None]
        stress = heard.accent[:, None] * self._accent
        stress[:, 0] *= waves[:, -3]
        stress[:, 2] *= waves[:, -2]
        pose[:, :3] += stress
        pose[:, 1] += memory * (self._life.head * head.phrase_lift_degrees)
        if self._life.head and self._life.gaze:
            pose[:, :2] += self._followed(gaze) * (head.gaze_share * self._life.head)
        pose += chest[:, None] * self._breath
        part = pose * self._per_limit
        pose /= np.sqrt(1 + part * part)
        rise = np.maximum(heard.accent, 0) * (0.5 + 0.5 * waves[:, -1])
        rise = np.minimum(rise * (brows.accent_weight * self._life.brows), brows.limit)
        return pose, rise

    def _followed(self, gaze: Array) -> Array:
        """Return the gaze as the slower head follows it: two one-pole low-passes in a row."""
        share = self._follow
        yaw, pitch, late_yaw, late_pitch = self._gaze
        rows = []
        for to_yaw, to_pitch in gaze.tolist():
            yaw += share * (to_yaw - yaw)
            pitch += share * (to_pitch - pitch)
            late_yaw += share * (yaw - late_yaw)
            late_pitch += share * (pitch - late_pitch)
            rows.append((late_yaw, late_pitch))
        self._gaze = (yaw, pitch, late_yaw, late_pitch)
        return np.array(rows).reshape(-1, 2)


def _sines(seed: int, sizes: list[float]) -> tuple[Array, Array, Array]:
    """Draw the sines of the drift: radians per frame (K,), phases (K,) and mix (K, 6).

    Each of the six numbers has sines of its own, one in each equal step of the band on a
    logarithmic scale, weaker the faster; their sum has the deviation `sizes`. Three more sines are
    the slow changes in direction of the stress: yaw, roll and brows.
    """
    head, chance = parameters().head, parameters().chance
    count = head.sines
    low, high = head.drift_hertz
    total = len(sizes) * count + 3
    hertz = []
    mix = np.zeros((total, len(sizes)))
    for column, size in enumerate(sizes):
        for step in range(count):
            number = column * count + step
            drawn = uniform(seed, chance.streams.sine_frequency, number)
            hertz.append(low * math.exp(math.log(high / low) * (step + drawn) / count))
            mix[number, column] = 1 / math.sqrt(hertz[-1])
        power = float(np.sum(mix[:, column] ** 2))
        mix[:, column] *= size * math.sqrt(2 / power)
    direction = head.accent_direction_hertz
    hertz += [direction.yaw, direction.roll, direction.brow]
    phases = [2 * math.pi * uniform(seed, chance.streams.sine_phase, k) for k in range(total)]
    return 2 * math.pi * np.array(hertz) / parameters().frames_per_second, np.array(phases), mix
