"""Shapes of a rig learned from captured takes: what moves on a mesh when a tracker's weight rises.

Weights of a talking face rise and fall together, so that plain regression tells their shapes apart
badly. Here every shape begins as what an artist's head shows (the prior) and departs from it only
as far as takes insist, in its own part of the face, both sides alike.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from voxface.errors import VoxfaceError
from voxface.face import MeshTopology
from voxface.face.channels import mirrored
from voxface.face.regions import SPEECH_CHANNELS

FloatArray = NDArray[np.float64]

RIDGE = 5e-4
"""Variance of a weight at which takes and prior count alike, however often the weight is used."""
SHARE = 0.3
"""How much the prior counts beside takes, in proportion to the weight's own variance."""
MIDDLE = 1.0
"""Centimetres to either side of the middle over which one-sided shapes fade out."""
RESTING = 0.05
"""Share of a speaker's frames, those nearest to the neutral face, that tell resting weights."""
ACROSS = ("mouthLeft", "mouthRight", "jawLeft", "jawRight")
"""Channels named after a side that move both."""
FLIP = np.array((-1.0, 1.0, 1.0))


@dataclass(frozen=True, eq=False)
class Moments:
    """Means over frames, all that the fit needs: C channels, V vertices.

    Attributes
    ----------
    weights : ndarray, shape (C, C)
        Products of weights.
    both : ndarray, shape (C, V, 3)
        Products of weights and offsets.
    offsets : ndarray, shape (V, 3)
        Squares of offsets.
    """

    weights: FloatArray
    both: FloatArray
    offsets: FloatArray

    def mirrored(self, names: Sequence[str], partner: NDArray[np.integer]) -> Moments:
        """Return the means as if every take were filmed in a mirror too."""
        other = [names.index(mirrored(name)) for name in names]
        return Moments(
            (self.weights + self.weights[np.ix_(other, other)]) / 2,
            (self.both + self.both[other][:, partner] * FLIP) / 2,
            (self.offsets + self.offsets[partner]) / 2,
        )

    def of(self, rows: Sequence[int]) -> Moments:
        """Return the means of some channels."""
        return Moments(self.weights[np.ix_(rows, rows)], self.both[list(rows)], self.offsets)


def resting_weights(weights: ArrayLike, offsets: ArrayLike) -> FloatArray:
    """Return a speaker's weights at rest, (C,): where (T, V, 3) offsets are smallest.

    MediaPipe's jaw, funnel and pucker are not 0 on a face that rests.
    """
    away = np.square(np.asarray(offsets, np.float32)).mean(axis=(1, 2))
    nearest = away <= np.quantile(away, RESTING)
    return np.asarray(np.median(np.asarray(weights, np.float64)[nearest], axis=0))


def moments(speakers: Iterable[tuple[ArrayLike, ArrayLike]]) -> Moments:
    """Return means over speakers, each given as weights about rest (T, C) and offsets (T, V, 3).

    Every speaker counts by the root of their frames, so that one does not drown the others.

    Raises
    ------
    VoxfaceError
        If there is no frame.
    """
    total: list[FloatArray | float] = [0.0, 0.0, 0.0]
    shares = 0.0
    for told, moved in speakers:
        weights, offsets = np.asarray(told, np.float64), np.asarray(moved, np.float32)
        flat = offsets.reshape(len(offsets), -1)
        share = len(weights) ** 0.5
        both = weights.T.astype(np.float32) @ flat / max(len(flat), 1)
        total[0] = total[0] + share * (weights.T @ weights) / max(len(weights), 1)
        total[1] = total[1] + share * both.reshape(-1, *offsets.shape[1:]).astype(np.float64)
        total[2] = total[2] + share * np.square(offsets).mean(axis=0, dtype=np.float64)
        shares += share
    if not shares:
        raise VoxfaceError("no frame shows a face, so that no shapes can be learned")
    return Moments(*(np.asarray(each) / shares for each in total))


def fit_shapes(
    means: Moments,
    names: Sequence[str],
    prior: FloatArray,
    reach: FloatArray,
    *,
    ridge: float = RIDGE,
    share: float = SHARE,
) -> FloatArray:
    """Return the shapes (C, V, 3) in centimetres for a weight of 1.

    Minimises, for every vertex, the mean squared offset that the shapes leave over plus what they
    pay for leaving the prior: ``ridge`` and ``share`` of the weight's own variance for a square
    centimetre, more the less a channel reaches the vertex.

    Parameters
    ----------
    means : Moments
    names : sequence of str
        Of the C channels.
    prior : ndarray, shape (C, V, 3)
    reach : ndarray, shape (C, V)
        0 (shape stays at the prior) to 1, as `reaches` tells.
    """
    squares = means.weights
    price = np.diag(ridge + share * np.diag(squares))
    left = means.both - np.einsum("cd,dvi->cvi", squares, prior)
    shapes = np.array(prior, np.float64)
    for vertex in range(shapes.shape[1]):
        may = reach[:, vertex]
        system = squares * may[:, None] * may + price
        shapes[:, vertex] += may[:, None] * np.linalg.solve(system, may[:, None] * left[:, vertex])
    return shapes


def reaches(names: Sequence[str], topology: MeshTopology, neutral: ArrayLike) -> FloatArray:
    """Return how far channels may move vertices, (C, V): lips never brows, left never right."""
    across = np.asarray(neutral, np.float64)[:, 0]
    ramp = np.clip(across / MIDDLE / 2 + 0.5, 0, 1)
    left = ramp**2 * (3 - 2 * ramp)
    found = []
    for name in names:
        region = "mouth" if name in SPEECH_CHANNELS else "upper"
        mask = np.clip(topology.region(region).astype(np.float64), 0, 1)
        if name.endswith("Left") and name not in ACROSS:
            mask = mask * left
        elif name.endswith("Right") and name not in ACROSS:
            mask = mask * (1 - left)
        found.append(mask)
    return np.array(found)


def left_over(means: Moments, shapes: FloatArray) -> FloatArray:
    """Return the root mean squared distance that shapes leave over, (V,), in centimetres."""
    explained = 2 * np.einsum("cvi,cvi->v", shapes, means.both)
    explained -= np.einsum("cvi,cd,dvi->v", shapes, means.weights, shapes, optimize=True)
    return np.asarray(np.sqrt(np.maximum(means.offsets.sum(axis=1) - explained, 0)))
