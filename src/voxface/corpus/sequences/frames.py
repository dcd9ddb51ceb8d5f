"""Frames that a corpus dropped: where they belong, and what is put in their place."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray


def frame_places(numbers: Iterable[int]) -> NDArray[np.int64]:
    """Return the place of each frame, from 0, by the numbers that a corpus gave its frames.

    Numbers rise by a step, which is the commonest difference between them: Multiface counts some
    takes in threes. Where they rise by more, frames are missing.

    Parameters
    ----------
    numbers : iterable of int
        Rising.
    """
    given = np.fromiter(numbers, np.int64)
    if len(given) < 2:
        return np.zeros(len(given), np.int64)
    steps, counts = np.unique(np.diff(given), return_counts=True)
    step = max(1, int(steps[counts.argmax()]))
    places = np.asarray(np.round((given - given[0]) / step), np.int64)
    if (np.diff(places) < 1).any():
        return np.arange(len(given))
    return places


def seen_frames(places: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Return which frames there are, (P,), P being the last place plus 1."""
    seen = np.zeros(int(places[-1]) + 1 if len(places) else 0, bool)
    seen[places] = True
    return seen


def filled(vertices: NDArray[np.float32], places: NDArray[np.int64]) -> NDArray[np.float32]:
    """Return frames for all places (P, V, 3): missing ones lie between their neighbours."""
    seen = seen_frames(places)
    if seen.all():
        return vertices
    whole = np.empty((len(seen), *vertices.shape[1:]), np.float32)
    whole[places] = vertices
    for missing in np.flatnonzero(~seen):
        after = int(np.searchsorted(places, missing))
        begin, end = int(places[after - 1]), int(places[after])
        share = np.float32((missing - begin) / (end - begin))
        whole[missing] = (1 - share) * vertices[after - 1] + share * vertices[after]
    return whole
