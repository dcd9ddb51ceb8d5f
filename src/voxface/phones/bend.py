"""Bending one recording onto another that says the same: dynamic time warping with pauses.

Frames of the known recording are the states of a chain. Each frame of the heard one is in one of
them or in a pause after it; from frame to frame the chain stays, goes on, or skips a little. The
cheapest way through is found first coarsely over the whole, then finely about the coarse way, so
that time and memory grow with the length and not with its square.

Notes
-----
Sakoe & Chiba (1978), "Dynamic programming algorithm optimization for spoken word recognition",
IEEE ASSP 26(1):43-49; from coarse to fine: Salvador & Chan (2007), "Toward accurate dynamic time
warping in linear time and space", Intelligent Data Analysis 11(5):561-580. Libraries know neither
pauses that only one of the two makes nor a bound on skipping.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
IntArray = NDArray[np.int64]

STEPS = (0.0, 0.15, 0.4)
"""What it costs to go one frame on, two, and three."""
INTO_PAUSE = 1.0
"""What it costs to begin a pause."""
COARSER = 4
"""Factor from one resolution to the next."""
SMALL = 500
"""So many frames are aligned without a coarser look first."""
MARGIN = 60
"""Frames about the coarser way, on both sides, in which the finer way may lie."""
_FROM_PAUSE = len(STEPS) + 1


def bend(heard: FloatArray, known: FloatArray, pause: FloatArray, stay: FloatArray) -> IntArray:
    """Find for every heard frame which known frame it is.

    Parameters
    ----------
    heard : ndarray, shape (T, D)
        Frames of what was heard; the distance of two frames is the mean absolute difference.
    known : ndarray, shape (S, D)
        Frames of what is known, the first of them silence. The way begins there and ends in the
        last one.
    pause : ndarray, shape (T,)
        What it costs to take a heard frame for a pause, in units of the distance.
    stay : ndarray, shape (S,)
        What it costs to stay in a known frame.

    Returns
    -------
    ndarray of int, shape (T,)
        0 to S - 1, never falling; -1 - s in a pause after known frame s.
    """
    low, width = _window(heard, known, pause, stay)
    return _cheapest(heard, known, pause, stay, low, width)


def _window(
    heard: FloatArray, known: FloatArray, pause: FloatArray, stay: FloatArray
) -> tuple[IntArray, int]:
    """Return for every heard frame the first known frame that is tried, and how many are."""
    count = len(known)
    if max(len(heard), count) <= SMALL:
        return np.zeros(len(heard), np.int64), count
    coarse = bend(_coarser(heard), _coarser(known), _coarser(pause), _coarser(stay))
    way = np.where(coarse < 0, -1 - coarse, coarse)
    middle = np.minimum(np.repeat(way, COARSER)[: len(heard)] * COARSER, count - 1)
    low = np.maximum(middle - MARGIN, 0)
    # Wherever the coarse way jumps, the window must still reach across.
    ahead = np.append(middle[1:], count - 1)
    width = int(min(count, 2 * MARGIN + COARSER + np.max(ahead - middle, initial=0)))
    return np.minimum(low, count - width), width


def _coarser(values: FloatArray) -> FloatArray:
    """Return the means of every `COARSER` rows."""
    missing = -len(values) % COARSER
    padded = np.concatenate([values, np.repeat(values[-1:], missing, axis=0)])
    return np.asarray(padded.reshape(-1, COARSER, *values.shape[1:]).mean(axis=1))


def _cheapest(
    heard: FloatArray,
    known: FloatArray,
    pause: FloatArray,
    stay: FloatArray,
    low: IntArray,
    width: int,
) -> IntArray:
    """Return the cheapest way: Viterbi over two rows of states, speaking and pausing."""
    came = np.zeros((len(heard), width), np.int8)
    began = np.zeros((len(heard), width), np.bool_)
    columns = np.arange(width)
    # As if the frame before the first had been the silence with which what is known begins.
    speaking = np.where(columns == 0, 0.0, np.inf)
    pausing = np.full(width, np.inf)
    ways = np.empty((len(STEPS) + 2, width))
    for t, frame in enumerate(heard):
        shift = int(low[t] - low[t - 1]) if t else 0
        window = slice(low[t], low[t] + width)
        here = np.abs(known[window] - frame).mean(axis=1)
        ways[0] = _moved(speaking, shift) + stay[window]
        for step, cost in enumerate(STEPS, start=1):
            ways[step] = _moved(speaking, shift - step) + cost
        ways[_FROM_PAUSE] = _moved(pausing, shift - 1)
        came[t] = ways.argmin(axis=0)
        longer, begin = _moved(pausing, shift), _moved(speaking, shift) + INTO_PAUSE
        began[t] = begin < longer
        speaking = ways[came[t], columns] + here
        pausing = np.minimum(longer, begin) + pause[t]
    return _traced(came, began, low, bool(pausing[-1] < speaking[-1]))


def _moved(costs: FloatArray, by: int) -> FloatArray:
    """Return costs shifted so that entry i is what entry i + ``by`` was."""
    if by == 0:
        return costs
    result = np.full(len(costs), np.inf)
    if 0 < by < len(costs):
        result[:-by] = costs[by:]
    elif 0 < -by < len(costs):
        result[-by:] = costs[:by]
    return result


def _traced(
    came: NDArray[np.int8], began: NDArray[np.bool_], low: IntArray, paused: bool
) -> IntArray:
    """Follow the way back from its end."""
    way = np.empty(len(low), np.int64)
    state = int(low[-1]) + came.shape[1] - 1
    for t in range(len(low) - 1, -1, -1):
        column = state - low[t]
        way[t] = -1 - state if paused else state
        if paused:
            paused = not began[t, column]
        elif came[t, column] == _FROM_PAUSE:
            paused, state = True, state - 1
        else:
            state -= int(came[t, column])
    return way
