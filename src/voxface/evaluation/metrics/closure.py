"""Lips that close where p, b and m ask for it, and nowhere else."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from voxface.errors import VoxfaceError
from voxface.evaluation.metrics.checks import finite, rate


@dataclass(frozen=True)
class ClosureScore:
    """How well lips close on p, b and m.

    Attributes
    ----------
    recall : float
        Share of p/b/m in which the mouth opening falls under the threshold within ±60 ms.
    false_share : float
        Share of frames deep inside open vowels that are under it, too.
    count : int
        Number of p/b/m.
    """

    recall: float
    false_share: float
    count: int


def closures(
    opening: ArrayLike,
    fps: float,
    closed_at: ArrayLike,
    open_at: ArrayLike,
    threshold: float,
    reach: float = 0.06,
) -> ClosureScore:
    """Score lip closures of a mouth-opening curve (T,).

    Parameters
    ----------
    opening : array_like, shape (T,)
        Mouth opening, for example ``jawOpen - mouthClose`` or a lip gap.
    closed_at, open_at : array_like
        Middles in seconds of p/b/m and of open vowels.
    threshold : float
        Opening under which lips count as closed.

    Raises
    ------
    VoxfaceError
        If the curve has another shape, is empty, or a value is not finite.
    """
    curve = finite(opening, "opening")
    if curve.ndim != 1 or not np.isfinite(threshold):
        raise VoxfaceError(
            f"an opening is a curve (frames,) and its threshold a number, not {curve.shape} and "
            f"{threshold}"
        )
    rate(fps)

    def lowest(time: float) -> float:
        first, last = round((time - reach) * fps), round((time + reach) * fps)
        return float(curve[max(0, first) : max(1, last + 1)].min(initial=np.inf))

    shut = [lowest(float(t)) <= threshold for t in np.asarray(closed_at, np.float64)]
    at = np.round(np.asarray(open_at, np.float64) * fps).astype(int)
    wrong = curve[np.clip(at, 0, len(curve) - 1)] <= threshold
    return ClosureScore(
        float(np.mean(shut)) if shut else float("nan"),
        float(np.mean(wrong)) if len(wrong) else float("nan"),
        len(shut),
    )
