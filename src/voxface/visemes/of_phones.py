"""Which visemes a phone looks like: one of the fifteen, or a mix of neighbours.

Consonants have the viseme of their place of articulation. Vowels lie between visemes: unrounded
ones on the line *aa, E, ih* by how close they are, rounded ones on the line *oh, ou*, and half
rounded ones between the two lines. So every IPA symbol that `voxface.phones` reads has a look,
whatever language it comes from.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

import numpy as np

from voxface.face.visemes import VISEMES
from voxface.phones.symbols import SILENCE, closes_lips, feature, is_vowel, split_phone
from voxface.phones.times import TimedPhone

REST = "sil"
"""The viseme of a mouth at rest."""

UNROUNDED = ((0.0, "aa"), (0.45, "E"), (1.0, "ih"))
ROUNDED = ((0.3, "oh"), (0.95, "ou"))
"""Heights of vowels, 0 open to 1 close, at which each viseme stands alone."""

# Sounds of two visible parts, one after the other.
_TWO_PARTS = {
    "ts": ("DD", "SS"),
    "dz": ("DD", "SS"),
    "tθ": ("DD", "TH"),
    "dð": ("DD", "TH"),
    "pf": ("PP", "FF"),
}
# What the rules below would place otherwise than the eye.
_BY_EYE = {"ʙ": "PP", "ɸ": "FF", "β": "FF", "ʋ": "FF", "w": "ou", "ʍ": "ou", "ɥ": "ou", "j": "ih"}
_UNSEEN = frozenset("hɦʔħʕ")
"""Sounds of the throat: the lips are where the neighbours put them."""


@dataclass(frozen=True)
class TimedViseme:
    """A stretch of a recording with one look.

    Attributes
    ----------
    start, end : float
        Seconds from the beginning of the sound.
    shares : mapping of str to float
        Visemes by name and their shares, which add up to 1.
    """

    start: float
    end: float
    shares: Mapping[str, float]

    @property
    def strongest(self) -> str:
        """The name of the viseme with the largest share."""
        return max(self.shares, key=self.shares.__getitem__)


def visemes_of_phone(phone: str) -> tuple[Mapping[str, float], ...]:
    """Return the looks of a phone, one after the other: shares of visemes that add up to 1.

    Parameters
    ----------
    phone : str
        IPA as in `voxface.phones.symbols`, or ``"sil"``.

    Returns
    -------
    tuple of mappings
        Two for affricates of two places, none for sounds of the throat, else one.

    Raises
    ------
    VoxfaceError
        If the phone is unknown.
    """
    return _looks(phone)


def timed_visemes(phones: list[TimedPhone]) -> list[TimedViseme]:
    """Turn phones in time into looks in time.

    A sound of the throat gives its time to what follows or, before silence, to what precedes.
    """
    found: list[TimedViseme] = []
    waiting: float | None = None
    for phone in phones:
        looks = visemes_of_phone(phone.symbol)
        if not looks:
            waiting = phone.start if waiting is None else waiting
            continue
        start = phone.start
        if waiting is not None and phone.symbol != SILENCE:
            start = waiting
        elif waiting is not None and found and REST not in found[-1].shares:
            found[-1] = TimedViseme(found[-1].start, phone.start, found[-1].shares)
        waiting = None
        edges = np.linspace(start, phone.end, len(looks) + 1).tolist()
        found += [TimedViseme(*part) for part in zip(edges[:-1], edges[1:], looks, strict=True)]
    return found


@cache
def _looks(phone: str) -> tuple[Mapping[str, float], ...]:
    base, _ = split_phone(phone)
    if base == SILENCE:
        return ({REST: 1.0},)
    if base in _UNSEEN:
        return ()
    if is_vowel(phone):
        return (_vowel(phone),)
    names = _TWO_PARTS.get(base) or (_consonant(phone, base),)
    rounding = feature(phone, "lip_rounding")
    if rounding < 0.65 or {"PP", "FF", "ou"} & set(names):
        return tuple({name: 1.0} for name in names)
    return tuple({name: 0.5, "ou": 0.5} for name in names)  # a rounded consonant, such as kʷ


def _consonant(phone: str, base: str) -> str:
    if base in _BY_EYE:
        return _BY_EYE[base]
    if closes_lips(phone):
        return "PP"
    rhotic = feature(phone, "rhotic") * feature(phone, "approximant")
    friction = feature(phone, "fricative") + feature(phone, "affricate") > 0
    rules = (
        ("FF", feature(phone, "labiodental") > 0),
        ("TH", feature(phone, "dental") > 0 and friction),
        ("CH", feature(phone, "postalveolar") > 0 and friction),
        ("SS", feature(phone, "alveolar") > 0 and friction),
        ("RR", rhotic > 0 and feature(phone, "lateral") == 0),
        ("nn", _of_the_front(phone) and feature(phone, "stop") == 0),
        ("DD", _of_the_front(phone)),
    )
    return next((viseme for viseme, fits in rules if fits), "kk")


def _of_the_front(phone: str) -> bool:
    places = ("dental", "alveolar", "postalveolar")
    front = sum(feature(phone, place) for place in places) > 0
    return front or (feature(phone, "palatal") == 1 and feature(phone, "stop") == 0)


def _vowel(phone: str) -> Mapping[str, float]:
    height, rounding = feature(phone, "height"), feature(phone, "lip_rounding")
    shares = dict.fromkeys(VISEMES, 0.0)
    for line, weight in ((UNROUNDED, 1 - rounding), (ROUNDED, rounding)):
        heights = [at for at, _ in line]
        for place, (_, viseme) in enumerate(line):
            corner = np.eye(len(line))[place]
            shares[viseme] += weight * float(np.interp(height, heights, corner))
    return {viseme: share for viseme, share in shares.items() if share > 1e-6}
