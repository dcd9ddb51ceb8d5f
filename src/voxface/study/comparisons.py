"""Methods against each other: Wilcoxon and binomial tests, corrected for their number."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from voxface.study.intervals import clustered_means

FloatArray = NDArray[np.float64]


@dataclass(frozen=True)
class RatingTest:
    """Two methods' ratings, compared within participants.

    `difference` is the mean of the first less the second over participants, with its 95 %
    interval; `p` is of Wilcoxon's signed-rank test on the participants' means, `p_holm` the same
    corrected for all pairs of the question; `effect` is the matched-pairs rank-biserial
    correlation, -1 to 1.
    """

    first: str
    second: str
    participants: int
    difference: float
    low: float
    high: float
    effect: float
    p: float
    p_holm: float


@dataclass(frozen=True)
class PairTest:
    """Two methods side by side.

    `first_wins`, `same` and `second_wins` count answers; `share` is the first's share of wins, no
    difference counting half to each, with its 95 % interval; `p_binomial` tests wins against even
    odds; `p` is of Wilcoxon's test on the participants' shares, which does not take a person's
    answers for independent ones. Both `_holm` are corrected for all pairs.
    """

    first: str
    second: str
    first_wins: int
    same: int
    second_wins: int
    share: float
    low: float
    high: float
    p_binomial: float
    p_binomial_holm: float
    p: float
    p_holm: float


def rating_tests(cube: FloatArray, methods: Sequence[str]) -> list[RatingTest]:
    """Compare every two methods.

    Parameters
    ----------
    cube : ndarray, shape (participants, methods, sounds)
        Ratings; NaN where there is none. Only sounds that a participant rated with both methods
        enter a comparison.
    """
    found = []
    for a, b in combinations(range(len(methods)), 2):
        gaps = cube[:, a] - cube[:, b]
        gaps = gaps[np.isfinite(gaps).any(axis=1)]
        mean, low, high = clustered_means(gaps[:, None])
        p, effect = _signed_ranks(gaps)
        ends = float(mean[0]), float(low[0]), float(high[0])
        found.append((methods[a], methods[b], len(gaps), *ends, effect, p))
    corrected = holm([row[-1] for row in found])
    return [RatingTest(*row, float(p)) for row, p in zip(found, corrected, strict=True)]


def pair_tests(cube: FloatArray, methods: Sequence[str]) -> list[PairTest]:
    """Test every pair of methods.

    Parameters
    ----------
    cube : ndarray, shape (participants, pairs, sounds)
        As `voxface.study.cubes.pair_cube` makes it.
    """
    from scipy.stats import binomtest  # noqa: PLC0415

    share, low, high = clustered_means((cube + 1) / 2)
    found = []
    for row, (a, b) in enumerate(combinations(range(len(methods)), 2)):
        answers = cube[:, row]
        wins, same, losses = (int((answers == sign).sum()) for sign in (1, 0, -1))
        p_binomial = binomtest(wins, wins + losses).pvalue if wins + losses else 1.0
        p, _ = _signed_ranks(answers[np.isfinite(answers).any(axis=1)])
        found.append((a, b, wins, same, losses, row, float(p_binomial), p))
    binomial, ranks = holm([each[6] for each in found]), holm([each[7] for each in found])
    return [
        PairTest(
            methods[a], methods[b], wins, same, losses,
            float(share[row]), float(low[row]), float(high[row]),
            p_binomial, float(binomial[row]), p, float(ranks[row]),
        )
        for a, b, wins, same, losses, row, p_binomial, p in found
    ]  # fmt: skip


def holm(values: Sequence[float]) -> FloatArray:
    """Return p-values corrected for their number.

    S. Holm, "A simple sequentially rejective multiple test procedure", Scandinavian Journal of
    Statistics 6, 1979.
    """
    if not values:
        return np.zeros(0)
    import pingouin  # noqa: PLC0415  (slow to import)

    corrected: FloatArray = pingouin.multicomp(list(values), method="holm")[1]
    return corrected


def _signed_ranks(gaps: FloatArray) -> tuple[float, float]:
    """Return p and effect of Wilcoxon's test on participants' means of gaps (participants, n).

    F. Wilcoxon, "Individual comparisons by ranking methods", Biometrics Bulletin 1, 1945.
    """
    if not len(gaps):
        return 1.0, 0.0
    # Rounded, so that sums in another order do not break ties.
    means = np.round(np.nanmean(gaps, axis=1), 9)
    if not means.any():
        return 1.0, 0.0
    import pingouin  # noqa: PLC0415  (slow to import)

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a few participants: p is exact or near enough
        table = pingouin.wilcoxon(means)
    return float(table["p_val"].iloc[0]), float(table["RBC"].iloc[0])
