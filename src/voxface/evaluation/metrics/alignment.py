"""Dynamic time warping of two curves, within a band."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike, NDArray

from voxface.errors import VoxfaceError
from voxface.evaluation.metrics.checks import FloatArray, finite, rate

_DIAGONAL, _PREDICTED, _TRUE = 0, 1, 2


@dataclass(frozen=True, eq=False)
class Alignment:
    """The best way to walk through two curves together.

    Attributes
    ----------
    cost : float
        Sum of absolute differences along the path, per frame of the true curve.
    deviation : float
        Mean of the time between aligned frames along the path, in milliseconds; NaN where a curve
        is constant, as any path is then as good.
    late : float
        The same with its sign: above 0 the prediction is late.
    path : ndarray of int, shape (P, 2)
        Frames of the prediction and of the truth.
    """

    cost: float
    deviation: float
    late: float
    path: NDArray[np.int64] = field(repr=False)


def align(
    predicted: ArrayLike,
    true: ArrayLike,
    fps: float,
    reach: float = 0.3,
    penalty: float = 0.0,
) -> Alignment:
    """Align a predicted curve with the true one.

    Parameters
    ----------
    predicted, true : array_like, shape (N,) and (M,)
    fps : float
        Of both.
    reach : float
        Seconds by which aligned frames may be apart (the band of Sakoe & Chiba).
    penalty : float
        What a step off the diagonal costs when the path is chosen, in the curves' unit; it is not
        part of `cost`. Without it, a path wanders where both curves are flat.

    Raises
    ------
    VoxfaceError
        If a value is not finite, or the curves differ in length by more than `reach`.

    Notes
    -----
    Sakoe & Chiba (1978), "Dynamic programming algorithm optimization for spoken word recognition",
    with steps (1, 1), (1, 0) and (0, 1) of equal weight; of equal ways the diagonal is taken.
    """
    a, b = finite(predicted, "predicted", least=2), finite(true, "true", least=2)
    if a.ndim != 1 or b.ndim != 1:
        raise VoxfaceError(f"curves to align have one axis, not shapes {a.shape} and {b.shape}")
    band = max(1, round(reach * rate(fps)))
    if abs(len(a) - len(b)) > band:
        raise VoxfaceError(
            f"curves of {len(a)} and {len(b)} frames cannot be aligned within {reach:g} s; check "
            "their frame rates"
        )
    steps, firsts = _tables(a, b, band, penalty)
    path = _walked(steps, firsts, len(a), len(b))
    cost = float(np.abs(a[path[:, 0]] - b[path[:, 1]]).sum())
    apart = (path[:, 0] - path[:, 1]) / rate(fps) * 1000
    constant = np.ptp(a) < 1e-12 or np.ptp(b) < 1e-12
    return Alignment(
        cost / len(b),
        float("nan") if constant else float(np.abs(apart).mean()),
        float("nan") if constant else float(apart.mean()),
        path,
    )


def _tables(
    a: FloatArray, b: FloatArray, band: int, penalty: float
) -> tuple[NDArray[np.int8], NDArray[np.int64]]:
    """Return the step by which each pair is best reached.

    Pairs (i, j) of one anti-diagonal k = i + j depend on the two before alone, so they are filled
    together. A row of the steps is an anti-diagonal; its first column is the first i in the band.
    """
    n, m = len(a), len(b)
    k = np.arange(n + m - 1)
    firsts = np.maximum(np.maximum(0, k - m + 1), -((band - k) // 2))
    ends = np.minimum(np.minimum(n, k + 1), (k + band) // 2 + 1)
    steps = np.zeros((len(k), int((ends - firsts).max())), np.int8)
    before, last = np.full(n + 1, np.inf), np.full(n + 1, np.inf)  # of i at i + 1
    last[1] = abs(a[0] - b[0])
    for both, first, end in zip(k[1:], firsts[1:], ends[1:], strict=True):
        diagonal, sideways = before[first:end], last[first : end + 1] + penalty
        least = np.minimum(sideways[:-1], sideways[1:])
        step = np.where(sideways[:-1] <= sideways[1:], _PREDICTED, _TRUE)
        steps[both, : end - first] = np.where(diagonal <= least, _DIAGONAL, step)
        least = np.minimum(diagonal, least)
        difference = np.abs(a[first:end] - b[both - end + 1 : both - first + 1][::-1])
        # The array of two anti-diagonals ago is written over; beside the band nothing is reached.
        before[max(0, first - 1) : end + 2] = np.inf
        before[first + 1 : end + 1] = difference + least
        before, last = last, before
    return steps, firsts


def _walked(
    steps: NDArray[np.int8], firsts: NDArray[np.int64], n: int, m: int
) -> NDArray[np.int64]:
    i, j = n - 1, m - 1
    path = [(i, j)]
    while i or j:
        step = steps[i + j, i - firsts[i + j]]
        i -= step in (_DIAGONAL, _PREDICTED)
        j -= step in (_DIAGONAL, _TRUE)
        path.append((i, j))
    return np.array(path[::-1])
