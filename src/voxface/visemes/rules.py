"""How strongly each viseme rules the jaw and the lips, and how far ahead the mouth runs.

The numbers were first set by what must hold: lips shut on p, b and m and the lower lip is at the
teeth on f and v whatever stands beside them, silence returns to rest, consonants of the tongue
leave the lips to the vowels. Then `benchmarks/viseme_tuning.py` moved the others towards captured
curves of GRID speaker 1's training takes; no other speaker and no held-out take was looked at. They
stand here rounded, and kept from extremes that fit that speaker's short sentences alone.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from voxface.visemes.dominance import Dominance

KINDS: Mapping[str, str] = {
    "sil": "silence",
    "PP": "shut",
    "FF": "teeth",
    **dict.fromkeys(("CH", "RR"), "protruded"),
    **dict.fromkeys(("TH", "DD", "kk", "SS", "nn"), "tongue"),
    **dict.fromkeys(("aa", "E", "ih"), "vowel"),
    **dict.fromkeys(("oh", "ou"), "rounded"),
}
"""Visemes by what they ask of the mouth; each kind has dominances of its own."""


def _jaw() -> Mapping[str, Dominance]:
    return {
        "silence": Dominance(0.5, 10, 70, 0.3),
        "shut": Dominance(25.0, 65, 65, 0.3),
        "teeth": Dominance(10.0, 60, 40, 0.3),
        "protruded": Dominance(4.0, 60, 12, 0.3),
        "tongue": Dominance(0.4, 10, 30, 0.6),
        "vowel": Dominance(1.5, 10, 14, 0.6),
        "rounded": Dominance(4.0, 22, 14, 0.3),
    }


def _lips() -> Mapping[str, Dominance]:
    return {
        "silence": Dominance(1.0, 60, 10, 0.3),
        "shut": Dominance(25.0, 65, 65, 0.3),
        "teeth": Dominance(12.0, 60, 40, 0.3),
        "protruded": Dominance(4.0, 34, 14, 0.6),
        "tongue": Dominance(0.4, 10, 50, 0.1),
        "vowel": Dominance(1.0, 60, 10, 0.5),
        "rounded": Dominance(1.0, 50, 10, 0.0),
    }


@dataclass(frozen=True)
class Rules:
    """Everything that turns looks in time into a face.

    Attributes
    ----------
    jaw, lips : mapping of str to Dominance
        By kind of viseme (`KINDS`). The tongue goes with the lips.
    lead : float
        Seconds by which the mouth runs ahead of the phones' times.
    loudness : float
        How much of the jaw's opening follows loudness, per decibel: 0.02 opens the jaw by 20 %
        more where the voice is 10 dB louder than it usually is. It is never changed by more than
        `LOUDEST`.
    """

    jaw: Mapping[str, Dominance] = field(default_factory=_jaw)
    lips: Mapping[str, Dominance] = field(default_factory=_lips)
    lead: float = 0.01
    loudness: float = 0.012


LOUDEST = 0.25
"""Share by which loudness changes the jaw's opening at most, either way."""
