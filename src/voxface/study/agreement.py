"""How far raters agree: Cronbach's and Krippendorff's alpha."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float64]
_FEWEST = 2


def cronbach(units: FloatArray) -> float | None:
    """Return Cronbach's alpha of the raters: how reliable the mean of this panel is.

    Parameters
    ----------
    units : ndarray, shape (raters, clips)
        NaN where a rater did not see a clip. Raters are the items of the scale.

    Returns
    -------
    float or None
        1 if all agree but for a constant, about 0 for chance; None if it is not defined.

    Notes
    -----
    L. J. Cronbach, "Coefficient alpha and the internal structure of tests", Psychometrika 16, 1951.
    """
    kept = units[:, np.isfinite(units).sum(axis=0) >= _FEWEST]
    if kept.shape[0] < _FEWEST or kept.shape[1] < _FEWEST or not _varies(kept):
        return None
    import pandas  # noqa: PLC0415
    import pingouin  # noqa: PLC0415  (slow to import)

    with np.errstate(all="ignore"):
        alpha, _ = pingouin.cronbach_alpha(data=pandas.DataFrame(kept.T))
    return float(alpha) if np.isfinite(alpha) else None


def krippendorff_ordinal(units: FloatArray) -> float | None:
    """Return Krippendorff's alpha for ordinal data: how far two raters agree on one clip.

    Parameters
    ----------
    units : ndarray, shape (raters, clips)
        NaN where a rater did not see a clip.

    Returns
    -------
    float or None
        1 for perfect agreement, 0 for chance; None if it is not defined (a single value, no clip
        that two have rated).

    Notes
    -----
    K. Krippendorff, "Content Analysis", 4th edition, 2018, chapter 12.
    """
    import krippendorff  # noqa: PLC0415

    if not np.isfinite(units).any():
        return None
    try:
        return float(krippendorff.alpha(units, level_of_measurement="ordinal"))
    except ValueError:
        return None


def flat(cube: FloatArray) -> FloatArray:
    """Return judgements (participants, methods, sounds) as (participants, clips)."""
    return cube.reshape(len(cube), math.prod(cube.shape[1:]))


def both_ways(cube: FloatArray) -> FloatArray:
    """Return preferences as units of agreement, shape (participants, 2 x pairs x sounds).

    Every pair is there as it is and mirrored: which of two methods is called the first is
    arbitrary, and must not decide how far raters are said to agree.
    """
    units = flat(cube)
    return np.hstack([units, -units])


def _varies(units: FloatArray) -> bool:
    return bool(np.nanstd(np.nanmean(units, axis=0)) > 0 or np.nanstd(units) > 0)
