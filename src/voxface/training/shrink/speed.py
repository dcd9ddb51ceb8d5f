"""How long a model takes."""

from __future__ import annotations

from time import perf_counter

import numpy as np
from numpy.typing import NDArray

from voxface.audio.features import HOP
from voxface.engine import Model

PUSHES = 300


def push_times(model: Model, pushes: int = PUSHES) -> NDArray[np.float64]:
    """Return the milliseconds that each of many pushes of 10 ms of noise takes, warmed up."""
    rng = np.random.default_rng(0)
    sound = (0.05 * rng.normal(size=HOP * (pushes + 50))).astype(np.float32)
    state, times = model.new_state(), []
    for begin in range(0, len(sound), HOP):
        started = perf_counter()
        _, _, state = model.run(sound[begin : begin + HOP], state)
        times.append(1e3 * (perf_counter() - started))
    return np.array(times[50:])


def push_time(model: Model) -> float:
    """Return the middle of `push_times`."""
    return float(np.median(push_times(model)))
