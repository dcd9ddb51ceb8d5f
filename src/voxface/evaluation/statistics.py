"""Means with intervals, and paired tests between methods.

Takes are what is drawn and tested, never frames: frames of one take are no independent evidence.
Where takes come from several speakers, speakers are drawn and tested, for the same reason.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations

import numpy as np
from numpy.typing import ArrayLike
from scipy import stats

from voxface.errors import VoxfaceError, unknown_name
from voxface.evaluation.intervals import (
    FloatArray,
    Interval,
    bootstrap_mean,
    bootstrap_means,
    cluster_means,
)

__all__ = [
    "Comparison",
    "Interval",
    "benjamini_hochberg",
    "bootstrap_mean",
    "bootstrap_means",
    "compare_methods",
    "corrected",
    "holm",
    "paired_test",
]


@dataclass(frozen=True)
class Comparison:
    """Two methods on the same takes.

    Attributes
    ----------
    one, other : str
        The methods; differences are ``one - other``.
    units : int
        Takes, or speakers, that were tested.
    left_out : int
        Takes that only one method was scored on, or where a figure is NaN.
    difference, low, high : float
        Mean difference with its 95 % bootstrap interval.
    wilcoxon, t : float
        Two-sided p-values of Wilcoxon's signed-rank test and of the paired t test; NaN with fewer
        than two units.
    effect : float
        Cohen's d of the differences: their mean over their standard deviation.
    rank_effect : float
        Matched-pairs rank-biserial correlation, -1 to 1: 1 where `one` is larger on every take.
    wilcoxon_holm, t_holm, wilcoxon_bh, t_bh : float
        The p-values, corrected for all comparisons made together: after Holm (the chance of any
        false finding) and Benjamini-Hochberg (the share of false ones among findings).
    """

    one: str
    other: str
    units: int
    left_out: int
    difference: float
    low: float
    high: float
    wilcoxon: float
    t: float
    effect: float
    rank_effect: float
    wilcoxon_holm: float = float("nan")
    t_holm: float = float("nan")
    wilcoxon_bh: float = float("nan")
    t_bh: float = float("nan")


def compare_methods(
    scores: Mapping[str, Mapping[str, float]],
    *,
    baseline: str | None = None,
    clusters: Mapping[str, str] | None = None,
) -> list[Comparison]:
    """Test every pair of methods on the takes that both were scored on.

    Parameters
    ----------
    scores : mapping of method to mapping of take to value
        One figure; NaN where a take has none.
    baseline : str, optional
        Compare the others with this one alone.
    clusters : mapping of take to str, optional
        Who speaks in each take. If several do, speakers' mean differences are tested.

    Returns
    -------
    list of Comparison
        P-values are corrected for all of them; `corrected` does so for several such lists.

    Raises
    ------
    VoxfaceError
        If there are fewer than two methods, or two of them share no take.
    """
    names = list(scores)
    if len(names) < 2:
        raise VoxfaceError("a comparison needs at least two methods")
    if baseline is not None and baseline not in names:
        raise unknown_name("method", baseline, names)
    pairs = (
        list(combinations(names, 2))
        if baseline is None
        else [(name, baseline) for name in names if name != baseline]
    )
    return corrected([_compared(scores, one, other, clusters) for one, other in pairs])


def _compared(
    scores: Mapping[str, Mapping[str, float]],
    one: str,
    other: str,
    clusters: Mapping[str, str] | None,
) -> Comparison:
    takes = [take for take in scores[one] if take in scores[other]]
    if not takes:
        raise VoxfaceError(f"'{one}' and '{other}' were not scored on any common take")
    apart = np.array([scores[one][take] - scores[other][take] for take in takes], np.float64)
    known = np.isfinite(apart)
    everything = len(scores[one].keys() | scores[other].keys())
    speakers = (
        [clusters[take] for take, is_known in zip(takes, known, strict=True) if is_known]
        if clusters is not None
        else None
    )
    found = paired_test(apart[known], speakers)
    return replace(found, one=one, other=other, left_out=everything - int(known.sum()))


def paired_test(differences: ArrayLike, clusters: Sequence[str] | None = None) -> Comparison:
    """Test whether paired differences (N,) are centred on 0.

    Raises
    ------
    VoxfaceError
        If one is not finite.

    Notes
    -----
    Wilcoxon (1945) with zeros left out, exact for few takes; Student's paired t test (both SciPy).
    Kerby (2014), "The simple difference formula", for the rank-biserial correlation.
    """
    apart = np.asarray(differences, np.float64)
    if apart.ndim != 1 or not np.isfinite(apart).all():
        raise VoxfaceError("differences are one finite number a take")
    interval = bootstrap_mean(apart, clusters)
    if clusters is not None and len(set(clusters)) > 1:
        apart = cluster_means(apart[:, None], clusters)[:, 0]
    moved = apart[apart != 0]
    deviation = float(apart.std(ddof=1)) if len(apart) > 1 else float("nan")
    rank = wilcoxon = t = effect = float("nan")
    if len(apart) > 1:
        wilcoxon = t = 1.0
        rank = effect = 0.0
    if len(apart) > 1 and len(moved):
        ranks = stats.rankdata(np.abs(moved))
        rank = float((ranks * np.sign(moved)).sum() / ranks.sum())
        wilcoxon = float(stats.wilcoxon(moved).pvalue)
        same = deviation < 1e-12 * max(1e-300, float(np.abs(apart).max()))
        t = 0.0 if same else float(stats.ttest_1samp(apart, 0).pvalue)
        effect = float(np.copysign(np.inf, apart.mean())) if same else apart.mean() / deviation
    return Comparison(
        "", "", len(apart), 0, interval.mean, interval.low, interval.high,
        wilcoxon, t, float(effect), rank,
    )  # fmt: skip


def corrected(comparisons: Sequence[Comparison]) -> list[Comparison]:
    """Correct the p-values of all these comparisons, as one family."""
    ranks = [one.wilcoxon for one in comparisons]
    means = [one.t for one in comparisons]
    columns = (holm(ranks), holm(means), benjamini_hochberg(ranks), benjamini_hochberg(means))
    return [
        replace(one, wilcoxon_holm=a, t_holm=b, wilcoxon_bh=c, t_bh=d)
        for one, a, b, c, d in zip(comparisons, *(map(float, c) for c in columns), strict=True)
    ]


def holm(p_values: ArrayLike) -> FloatArray:
    """Return p-values corrected for their number (Holm, 1979); NaN stays, and does not count."""
    given = _chances(p_values)
    result = given.copy()
    known = np.flatnonzero(np.isfinite(given))
    order = known[np.argsort(given[known], kind="stable")]
    steps = given[order] * np.arange(len(order), 0, -1)
    result[order] = np.minimum(np.maximum.accumulate(steps), 1)
    return result


def benjamini_hochberg(p_values: ArrayLike) -> FloatArray:
    """Return p-values as false discovery rates (Benjamini & Hochberg, 1995); see `holm`."""
    given = _chances(p_values)
    result = given.copy()
    known = np.isfinite(given)
    if known.any():
        result[known] = stats.false_discovery_control(given[known])
    return result


def _chances(p_values: ArrayLike) -> FloatArray:
    given = np.array(p_values, np.float64)
    if given.ndim != 1 or (given < 0).any() or (given > 1).any():
        raise VoxfaceError("p-values are a list of numbers from 0 to 1")
    return given
