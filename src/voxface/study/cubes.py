"""Judgements as arrays: who said what of which method with which sound."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from voxface.study.answers import Judgement
from voxface.study.document import Study
from voxface.study.questions import PAIR, RATING

FloatArray = NDArray[np.float64]


def method_pairs(study: Study) -> list[tuple[int, int]]:
    """Return every two methods of a study, by number, the first named first."""
    return list(combinations(range(len(study.methods)), 2))


def rating_cube(study: Study, judgements: Sequence[Judgement], question: str) -> FloatArray:
    """Return ratings, shape (participants, methods, sounds); NaN where there is none."""
    chosen = [j for j in judgements if (j.part, j.question) == (RATING, question)]
    rows, sounds = _rows(chosen), _numbers(study.sounds)
    methods = _numbers(study.methods)
    cube = np.full((len(rows), len(methods), len(sounds)), np.nan)
    for each in chosen:
        cube[rows[each.participant], methods[each.left], sounds[each.sound]] = float(each.value)
    return cube


def pair_cube(study: Study, judgements: Sequence[Judgement], question: str) -> FloatArray:
    """Return preferences, shape (participants, pairs of methods, sounds).

    1 where the pair's first method was preferred, -1 the second, 0 neither; NaN where there is no
    answer. Pairs are those of `method_pairs`.
    """
    chosen = [j for j in judgements if (j.part, j.question) == (PAIR, question)]
    rows, sounds = _rows(chosen), _numbers(study.sounds)
    both = {
        (study.methods[a], study.methods[b]): row for row, (a, b) in enumerate(method_pairs(study))
    }
    cube = np.full((len(rows), len(both), len(sounds)), np.nan)
    for each in chosen:
        sides, sign = (each.left, each.right), {"left": 1.0, "right": -1.0}.get(each.value, 0.0)
        if sides not in both:
            sides, sign = (each.right, each.left), -sign
        cube[rows[each.participant], both[sides], sounds[each.sound]] = sign
    return cube


def _rows(judgements: Sequence[Judgement]) -> dict[int, int]:
    return {number: row for row, number in enumerate(sorted({j.participant for j in judgements}))}


def _numbers(names: Sequence[str]) -> dict[str, int]:
    return {name: number for number, name in enumerate(names)}
