"""One ranking from all pairs: the model of Bradley and Terry."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from voxface.study.intervals import interval, resamples

FloatArray = NDArray[np.float64]
PRIOR = 0.1
"""Wins that every method is given over every other, so that one that never loses has a place."""
DRAWS = 400


@dataclass(frozen=True)
class Rank:
    """A method's strength in log-odds, their mean being 0, with its 95 % interval.

    A method that is x stronger than another is preferred with probability 1 / (1 + exp(-x)).
    """

    method: str
    strength: float
    low: float
    high: float


def bradley_terry(wins: FloatArray) -> FloatArray:
    """Return the strengths of methods.

    Parameters
    ----------
    wins : ndarray, shape (methods, methods)
        How often the row's method was preferred to the column's; "no difference" is half a win for
        both.

    Returns
    -------
    ndarray, shape (methods,)
        Log-odds with mean 0, by maximum likelihood.

    Notes
    -----
    R. A. Bradley and M. E. Terry, "Rank analysis of incomplete block designs", Biometrika 39, 1952;
    solved by iterative Luce spectral ranking (L. Maystre and M. Grossglauser, NeurIPS 2015).
    """
    import choix  # noqa: PLC0415

    count = len(wins)
    if count < 2:
        return np.zeros(count)
    strengths: FloatArray = choix.ilsr_pairwise_dense(wins + PRIOR * (1 - np.eye(count)))
    centred: FloatArray = strengths - strengths.mean()
    return centred


def ranking(cube: FloatArray, methods: tuple[str, ...]) -> list[Rank]:
    """Rank methods by all answers to pairs, the best first.

    Parameters
    ----------
    cube : ndarray, shape (participants, pairs, sounds)
        As `voxface.study.cubes.pair_cube` makes it.
    methods : tuple of str
    """
    if not np.isfinite(cube).any():
        return []
    each = np.stack([_wins(answers, len(methods)) for answers in cube])
    strengths = bradley_terry(each.sum(axis=0))
    low = high = np.full(len(methods), np.nan)
    if len(each) > 1:
        drawn = np.tensordot(resamples(len(each), DRAWS), each, axes=1)
        low, high = interval(np.stack([bradley_terry(wins) for wins in drawn]))
    order = np.argsort(-strengths, kind="stable")
    return [Rank(methods[m], float(strengths[m]), float(low[m]), float(high[m])) for m in order]


def _wins(answers: FloatArray, methods: int) -> FloatArray:
    """Return who beat whom how often in one participant's answers (pairs, sounds)."""
    wins = np.zeros((methods, methods))
    first, second = np.triu_indices(methods, 1)
    wins[first, second] = np.nansum((answers + 1) / 2, axis=1)
    wins[second, first] = np.nansum((1 - answers) / 2, axis=1)
    return wins
