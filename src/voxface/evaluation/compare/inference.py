"""Means with intervals, and paired tests against a reference, as plain values."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from voxface.evaluation.compare.takes import FloatArray
from voxface.evaluation.figures import Figure
from voxface.evaluation.statistics import Interval, bootstrap_means, corrected, paired_test

Values = dict[str, Any]
ALPHA = 0.05
"""Corrected p-value below which both tests must lie for a verdict."""


def intervals(
    columns: Mapping[str, FloatArray], speakers: Sequence[str] | None = None
) -> dict[str, Values]:
    """Return the mean of each column over takes, or over speakers if several, with its interval.

    What is not known is None: JSON has no NaN.
    """
    found = bootstrap_means(np.stack(list(columns.values()), axis=1), speakers)
    return {name: _plain(one) for name, one in zip(columns, found, strict=True)}


def _plain(found: Interval) -> Values:
    return {
        "mean": known(found.mean),
        "low": known(found.low),
        "high": known(found.high),
        "takes": found.count,
        "missing": found.missing,
    }


@dataclass(frozen=True, eq=False)
class Asked:
    """A question to the tests: whether a method is better than the reference in a figure.

    Attributes
    ----------
    name : mapping
        What its row says of itself.
    figure : Figure
    values, reference, own : ndarray, shape (N,)
        Of the method, of the reference, and of the captured face (NaN where it has none).
    speakers : sequence of str
    """

    name: Values
    figure: Figure
    values: FloatArray
    reference: FloatArray
    own: FloatArray
    speakers: Sequence[str]


def tests(questions: Sequence[Asked]) -> list[Values]:
    """Answer questions; all are one family for Holm's correction, each kind of test for itself.

    Notes
    -----
    Tested is how bad a take is (`Figure.badness`), so that a ratio of 0.5 is as far from 1 as one
    of 2. The difference is told in the figure's own unit.
    """
    rows, found = [], []
    for one in questions:
        worse = one.figure.badness(one.values, one.own) - one.figure.badness(one.reference, one.own)
        usable = np.isfinite(worse)
        if usable.sum() < 2:
            continue
        voices = [who for who, use in zip(one.speakers, usable, strict=True) if use]
        found.append(paired_test(worse[usable], voices))
        apart = {"difference": (one.values - one.reference)[usable]}
        rows.append(
            one.name
            | {"takes": int(usable.sum()), "left_out": int((~usable).sum())}
            | intervals(apart, voices)
            | {"better_on": float((worse[usable] < 0).mean())}
        )
    return [
        row
        | {
            "units": test.units,
            "wilcoxon": known(test.wilcoxon),
            "wilcoxon_holm": known(test.wilcoxon_holm),
            "t": known(test.t),
            "t_holm": known(test.t_holm),
            "rank_effect": known(-test.rank_effect),
            "verdict": _verdict(test.difference, test.t_holm, test.wilcoxon_holm),
        }
        for row, test in zip(rows, corrected(found), strict=True)
    ]


def _verdict(difference: float, *chances: float) -> str:
    """Return who is better, or that it cannot be told: both tests must say so."""
    if not all(chance < ALPHA for chance in chances):
        return "not told apart"
    return "better" if difference < 0 else "worse"


def known(value: float) -> float | None:
    """Return a finite number, or None."""
    return float(value) if math.isfinite(value) else None
