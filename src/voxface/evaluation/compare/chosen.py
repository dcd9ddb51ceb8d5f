"""Which takes a report shows: typical ones, found by a rule and not by taste."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from voxface.evaluation.compare.gather import Gathered
from voxface.evaluation.compare.takes import Pair, Take

SECONDS = 3.0
"""Length of what is shown of a long take."""
RULE = (
    "The takes shown are not picked by eye: they are those whose correlation of the mouth, "
    "averaged over the methods that move, is nearest to the median of their group, groups in turn."
)
"""How `typical_takes` finds them, for readers."""


@dataclass(frozen=True)
class Shown:
    """A take that is shown, or a part of it.

    Attributes
    ----------
    take : Take
    pairs : dict of str to Pair
        By method.
    window : tuple of float
        Seconds that are shown.
    """

    take: Take
    pairs: dict[str, Pair]
    window: tuple[float, float]


def typical_takes(gathered: Gathered, count: int) -> list[Shown]:
    """Return the takes nearest to their group's median, groups in turn, the strangest first.

    A take's rank is its correlation of the mouth, averaged over the methods that move; takes are
    taken from the median outwards.
    """
    queues = []
    for group in reversed(gathered.groups):
        takes = gathered.takes[group.name]
        scores = [gathered.figures[group.name, method]["mouth_r"] for method in group.methods]
        moving = [values for values in scores if np.nanmax(np.abs(values), initial=0) > 0]
        merit = np.nanmean(moving, axis=0) if moving else np.zeros(len(takes))
        merit = np.where(np.isfinite(merit), merit, -1)
        ranked = np.argsort(np.abs(merit - np.median(merit)), kind="stable")
        queues.append((group, [int(number) for number in ranked]))
    # GRID speaks to more of what is shown (phones, brows, head): groups with phones come first.
    queues.sort(key=lambda item: not gathered.takes[item[0].name][0].phones)
    shown: list[Shown] = []
    for turn in range(count):
        for group, order in queues:
            if turn < len(order) and len(shown) < count:
                number = order[turn]
                take = gathered.takes[group.name][number]
                pairs = {m: gathered.pairs[group.name, m][number] for m in group.methods}
                shown.append(Shown(take, pairs, window_of(take)))
    return shown


def window_of(take: Take) -> tuple[float, float]:
    """Return the part of a take that is shown: all of a short one, else its middle."""
    length = len(take.example) / 100
    if length <= 1.5 * SECONDS:
        return 0.0, length
    begin = round(length / 2 - SECONDS / 2, 2)
    return begin, begin + SECONDS
