"""What life hears: whether somebody speaks, has just stopped, and where the stress lies."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from voxface.engine.life.parameters import blend, parameters

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Heard:
    """What was heard at each of n frames.

    Attributes
    ----------
    voice : ndarray, shape (n,)
        Whether somebody speaks, 0 to 1.
    memory : ndarray, shape (n + 1,)
        How much was spoken of late, 0 to 1: the voice through a one-pole low-pass. The first
        entry belongs to the frame before.
    accent : ndarray, shape (n,)
        Rises with stress and falls after it; about -0.3 to 0.3.
    """

    voice: Array
    memory: Array
    accent: Array


class Listener:
    """Follow the probability of speech and the loudness, frame by frame.

    Loudness is taken relative to a slow mean of itself over speech, so that a quiet recording
    nods as much as a loud one. Its fast mean less its slow mean drives a damped spring: the
    accent. All of it is continuous in what is heard, so rounding in the model stays rounding.
    """

    def __init__(self) -> None:
        p = parameters().listening
        self._shut = p.speech_shut
        self._slope = 1 / (p.speech_open - p.speech_shut)
        self._span = p.level_span
        step = 1 / parameters().frames_per_second
        turn = 2 * math.pi * p.accent_hertz * step
        self._coefficients = (
            blend(p.memory_seconds),
            blend(p.reference_seconds),
            blend(p.fast_seconds),
            blend(p.slow_seconds),
            turn * turn,
            2 * p.accent_damping * turn,
            1 / p.level_range_db,
        )
        self.reset()

    def reset(self) -> None:
        """Forget all."""
        # memory, reference, fast, slow, accent, its change from frame to frame
        self._state = (0.0, parameters().listening.reference_start_db, 0.0, 0.0, 0.0, 0.0)

    def push(self, speech: ArrayLike, level: ArrayLike) -> Heard:
        """Take probabilities of speech and levels in decibels, shape (n,) each."""
        shut, slope = self._shut, self._slope
        low, high = self._span
        remember, refer, quick, slowly, pull, drag, per_decibel = self._coefficients
        memory, reference, fast, slow, accent, change = self._state
        voices, memories, accents = [], [memory], []
        for chance, loud in zip(
            np.asarray(speech).tolist(), np.asarray(level).tolist(), strict=True
        ):
            heard = (chance - shut) * slope
            heard = 0.0 if heard < 0 else 1.0 if heard > 1 else heard * heard * (3 - 2 * heard)
            memory += remember * (heard - memory)
            reference += refer * heard * (loud - reference)
            above = (loud - reference) * per_decibel
            above = (low if above < low else high if above > high else above) * heard
            fast += quick * (above - fast)
            slow += slowly * (above - slow)
            change += pull * (fast - slow - accent) - drag * change
            accent += change
            voices.append(heard)
            memories.append(memory)
            accents.append(accent)
        self._state = (memory, reference, fast, slow, accent, change)
        return Heard(np.array(voices), np.array(memories), np.array(accents))
