"""How late a curve is, by the best of all shifts."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from voxface.evaluation.metrics.checks import pair, rate
from voxface.evaluation.metrics.shape import FEWEST, correlation


def lag(predicted: ArrayLike, true: ArrayLike, fps: float, reach: float = 0.3) -> float:
    """Return by how many milliseconds the prediction is late: the best-correlating shift.

    Of shifts that correlate equally the smallest counts. With the loudness of the sound in place
    of the truth, this is how much later than the sound the mouth opens ("onset lag").

    Parameters
    ----------
    predicted, true : array_like, shape (T,)
    fps : float
    reach : float
        Largest shift tried, in seconds either way; at most half of the curves.

    Returns
    -------
    float
        NaN where no shift correlates, as of a face that never moves.

    Raises
    ------
    VoxfaceError
        If shapes differ, a value is not finite, or there are fewer than 3 frames.
    """
    a, b = pair(predicted, true, least=FEWEST)
    most = min(round(reach * rate(fps)), len(a) // 2, len(a) - FEWEST)
    steps = sorted(range(-most, most + 1), key=abs)
    scores = [
        correlation(a[max(0, s) : len(a) + min(0, s)], b[max(0, -s) : len(b) - max(0, s)])
        for s in steps
    ]
    if not max(scores) > 0:
        return float("nan")
    return float(steps[int(np.argmax(scores))] / fps * 1000)
