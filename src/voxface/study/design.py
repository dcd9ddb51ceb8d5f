"""Which participant sees what, in which order and on which side: pure, and provably balanced.

The order is a Williams design (E. J. Williams, "Experimental designs balanced for the estimation
of residual effects of treatments", Australian Journal of Scientific Research A 2, 1949): every
treatment stands once at every position, and follows every other treatment equally often.
"""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import TypeVar

from voxface.errors import VoxfaceError

Item = TypeVar("Item")


@dataclass(frozen=True)
class Layout:
    """How large a study is, and the seed of what is drawn by lot.

    Parameters
    ----------
    methods : int
        How many methods are judged, at least 1.
    sounds : int
        How many sounds there are, at least 1.
    sounds_each : int
        How many of them one participant hears, 1 to `sounds`.
    seed : int
        Which method and which sound stand where in the design.

    Raises
    ------
    VoxfaceError
        If a number is out of range.
    """

    methods: int
    sounds: int
    sounds_each: int
    seed: int = 0

    def __post_init__(self) -> None:
        if self.methods < 1 or self.sounds < 1:
            raise VoxfaceError("a study needs at least one method and one sound")
        if not 1 <= self.sounds_each <= self.sounds:
            raise VoxfaceError(
                f"a participant hears 1 to {self.sounds} sounds, not {self.sounds_each}"
            )

    @property
    def pairs(self) -> list[tuple[int, int]]:
        """Every two methods once, in the order of the design."""
        order = shuffled(self.methods, f"{self.seed} methods")
        return [(order[a], order[b]) for a, b in combinations(range(self.methods), 2)]


@dataclass(frozen=True)
class Single:
    """One clip to be rated: numbers of its method and its sound."""

    method: int
    sound: int


@dataclass(frozen=True)
class Pair:
    """Two clips of one sound to be compared: numbers of the methods on each side."""

    left: int
    right: int
    sound: int


def williams(count: int) -> list[tuple[int, ...]]:
    """Return a Williams design for a number of treatments.

    Parameters
    ----------
    count : int
        Treatments, at least 1.

    Returns
    -------
    list of tuple of int
        `count` rows if it is even, else twice as many (each row followed by its mirror image).
        Within them every treatment stands equally often at each position and follows each other
        treatment equally often.
    """
    zigzag = [0] + [(step + 1) // 2 if step % 2 else count - step // 2 for step in range(1, count)]
    rows = []
    for shift in range(count):
        row = tuple((treatment + shift) % count for treatment in zigzag)
        rows += [row] if count % 2 == 0 else [row, row[::-1]]
    return rows


def singles(layout: Layout, place: int) -> list[Single]:
    """Return the clips that a participant rates, in order.

    Parameters
    ----------
    layout : Layout
    place : int
        The participant's place in the design, 0 or more.

    Notes
    -----
    The treatments of the Williams design are all clips, numbered so that a clip's number modulo the
    number of methods tells its method. So not only is everything balanced once the design is full:
    any run of as many participants as there are methods (twice as many if the number of clips is
    odd) already sees every method equally often at each position and after each other method.
    """
    methods = shuffled(layout.methods, f"{layout.seed} methods")
    return [
        Single(methods[kind], _sound(layout, place, slot))
        for kind, slot in _order(layout.methods, layout.sounds_each, place)
    ]


def pairs(layout: Layout, place: int) -> list[Pair]:
    """Return the pairs that a participant compares, in order and with their sides.

    Every pair of methods is shown once with each of the participant's sounds. Two participants in
    succession see the same pair of a sound with its sides swapped.
    """
    both = layout.pairs
    if not both:
        return []
    shown = []
    rows = _rows(len(both) * layout.sounds_each)
    for kind, slot in _order(len(both), layout.sounds_each, place):
        first, second = both[kind]
        # A round-robin tournament: within a participant a method stands left about half the time.
        a, b = list(combinations(range(layout.methods), 2))[kind]
        swap = (b - a + slot + place + place // rows) % 2 == 0
        sides = (second, first) if swap else (first, second)
        shown.append(Pair(*sides, _sound(layout, place, slot)))
    return shown


def with_checks(items: Sequence[Item], checks: Sequence[Item], draw: str) -> list[Item]:
    """Spread attention checks over a participant's trials, neither first nor at fixed places.

    Parameters
    ----------
    items : sequence
        The trials.
    checks : sequence
        What is put between them, in an order drawn by lot.
    draw : str
        The lot: one text always gives one result.
    """
    lot = random.Random(draw)
    mixed = list(items)
    order = lot.sample(list(checks), len(checks))
    share = len(items) / (len(checks) + 1)
    for number in reversed(range(len(order))):
        wish = (number + 1) * share + lot.uniform(-share / 3, share / 3)
        mixed.insert(max(min(1, len(items)), round(wish)), order[number])
    return mixed


def shuffled(count: int, draw: str) -> list[int]:
    """Return the numbers below `count` in an order that the text `draw` decides."""
    return random.Random(draw).sample(range(count), count)


def _rows(treatments: int) -> int:
    return treatments if treatments % 2 == 0 else 2 * treatments


def _order(kinds: int, slots: int, place: int) -> list[tuple[int, int]]:
    """Return every (kind, slot) once, in the order of a participant's row."""
    design = williams(kinds * slots)
    row = design[place % len(design)]
    return [(number % kinds, (number // kinds + number % kinds) % slots) for number in row]


def _sound(layout: Layout, place: int, slot: int) -> int:
    """Return the sound in a participant's slot: participants take turns through all sounds."""
    order = shuffled(layout.sounds, f"{layout.seed} sounds")
    return order[(place * layout.sounds_each + slot) % layout.sounds]
