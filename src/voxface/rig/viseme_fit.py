"""Fitting visemes to the channels of a face, frame by frame.

Small and without chance, so that the page computes the same numbers.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]

ROUNDS = 60
"""Times that every viseme is fitted in turn."""

BLOCK = 512
"""Frames fitted at a time: few enough for the processor's cache."""

JAW_MATTERS = 2.0
"""Factor of `jawOpen` in the fit: an open mouth is seen before all else."""

SEALED_BY = 0.1
"""A `mouthClose` as large as the jaw's opening, and at least this, shuts the lips."""


def fit_visemes(
    columns: Mapping[str, NDArray[np.float32]],
    frames: int,
    mixes: Mapping[str, Mapping[str, float]],
    ignored: Sequence[str] = (),
) -> FloatArray:
    """Return the weights of visemes that come nearest to the mouth's channels.

    Non-negative least squares by coordinate descent, from zero, with a fixed number of rounds;
    then rows that sum to more than 1 are scaled down to it. A face at rest gives exactly zero.
    The jaw counts as open by ``jawOpen - mouthClose``. Where `mouthClose` shuts the lips of an
    open jaw, ``PP`` takes the place of all others, or nothing where there is no ``PP``.

    Parameters
    ----------
    columns : mapping of str to ndarray, shape (T,)
        Channels by name; one that is missing is at rest.
    frames : int
        T.
    mixes : mapping
        The K visemes to be used, each a mix of channels. A mix of nothing (silence) stays at 0.
    ignored : sequence of str
        Channels that something else moves: visemes should leave them at rest.

    Returns
    -------
    ndarray of float64, shape (T, K)
    """
    channels = sorted({channel for mix in mixes.values() for channel in mix})
    table = np.array([[mix.get(channel, 0.0) for channel in channels] for mix in mixes.values()])
    rest = np.zeros(frames)

    def column(name: str) -> FloatArray:
        return np.asarray(columns.get(name, rest), np.float64)

    face = np.stack(
        [rest if channel in ignored else column(channel) for channel in channels], axis=1
    )
    closing = column("mouthClose")
    if "jawOpen" in channels:
        jaw = channels.index("jawOpen")
        if "jawOpen" not in ignored:
            face[:, jaw] = np.maximum(face[:, jaw] - closing, 0)
        face[:, jaw] *= JAW_MATTERS
        table[:, jaw] *= JAW_MATTERS
    wanted, overlap = table @ face.T, table @ table.T
    blocks = [_descend(wanted[:, n : n + BLOCK], overlap) for n in range(0, frames, BLOCK)]
    weights = np.concatenate([np.zeros((len(mixes), 0)), *blocks], axis=1).T
    weights /= np.maximum(weights.sum(axis=1, keepdims=True), 1)
    seal = np.clip(closing / np.maximum(column("jawOpen"), SEALED_BY), 0, 1)
    weights *= 1 - seal[:, None]
    if "PP" in mixes:
        weights[:, list(mixes).index("PP")] += seal * np.minimum(closing / SEALED_BY, 1)
    return weights


def _descend(wanted: FloatArray, overlap: FloatArray) -> FloatArray:
    """Minimise ``x overlap x / 2 - wanted x`` over x >= 0 for every column of `wanted` (K, n)."""
    weights = np.zeros_like(wanted)
    moving = np.flatnonzero(np.diag(overlap) > 0)
    for _ in range(ROUNDS):
        for k in moving:
            step = wanted[k] - overlap[k] @ weights
            step /= overlap[k, k]
            step += weights[k]
            np.maximum(step, 0, out=weights[k])
    return weights
