"""Which differences between methods are more than chance, over all that is told of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from voxface.evaluation.figures import BY_KEY
from voxface.evaluation.scores import Scores
from voxface.evaluation.statistics import compare_methods, corrected

TESTED = (
    "jaw_r",
    "mouth_r",
    "jaw_ratio",
    "mouth_ratio",
    "mouth_error",
    "lag",
    "dtw_cost",
    "closure_recall",
    "lve_root",
)
"""Figures whose differences are tested: more would cost each of them power."""
LEAST = 5
"""Takes (or speakers, of several) below which no test is made: none could find anything."""


def differences_between(
    found: Mapping[str, Mapping[str, Sequence[Scores]]],
) -> list[dict[str, Any]]:
    """Test every pair of methods in every group, and correct for the number of all these tests.

    Differences are of badness (see `Figure.badness`): below 0, the first method is better. Methods
    that lack a figure on a take (NaN) leave it out for both, and it is counted.

    Parameters
    ----------
    found : mapping of method to mapping of group to scores
    """
    first = next(iter(found.values()))
    if len(found) < 2:
        return []
    where, tests = [], []
    for group, scores in first.items():
        clusters = {one.example.name: one.example.speaker for one in scores}
        speakers = len(set(clusters.values()))
        if (speakers if speakers > 1 else len(scores)) < LEAST:
            continue
        for key in TESTED:
            values = {method: _badness(held[group], key) for method, held in found.items()}
            for test in compare_methods(values, clusters=clusters):
                if test.units:
                    where.append({"group": group, "figure": key})
                    tests.append(test)
    return [
        place | {"better": _better(asdict(test))} | asdict(test)
        for place, test in zip(where, corrected(tests), strict=True)
    ]


def _badness(scores: Sequence[Scores], key: str) -> dict[str, float]:
    figure = BY_KEY[key]
    return {
        one.example.name: float(figure.badness(one.figures[key], one.own.get(key, float("nan"))))
        for one in scores
    }


def _better(test: Mapping[str, Any]) -> str:
    """Return the method that is better by Wilcoxon's test after Holm at 0.05, or nothing."""
    if not test["wilcoxon_holm"] < 0.05:
        return ""
    return str(test["one"] if test["rank_effect"] < 0 else test["other"])
