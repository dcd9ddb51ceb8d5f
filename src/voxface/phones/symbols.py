"""What a phone looks like: IPA symbols as vectors of articulatory features.

A phone is written in IPA: one base letter (or an affricate), then modifiers: ``"tʃ"``, ``"iː"``,
``"sˤ"``, ``"ɑ̃"``. Features rather than symbols let what is learned on English carry to a
language with other sounds. Diphthongs are two phones one after the other.
"""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray

from voxface.errors import VoxfaceError

SILENCE = "sil"
"""The symbol of a stretch where nobody speaks."""

FEATURE_NAMES: tuple[str, ...] = (
    "silence",
    "vowel",
    "consonant",
    "voiced",
    "aspirated",
    "nasal",
    "stop",
    "fricative",
    "affricate",
    "approximant",
    "lateral",
    "trill_or_tap",
    "rhotic",
    "bilabial",
    "labiodental",
    "dental",
    "alveolar",
    "postalveolar",
    "palatal",
    "velar",
    "uvular",
    "pharyngeal",
    "glottal",
    "lip_rounding",
    "height",
    "backness",
    "long",
)
"""Names of the features, in the order of the vector; every value is 0 to 1.

``height`` (0 open to 1 close) and ``backness`` (0 front to 1 back) speak of vowels only. Stress is
left out because forced alignment does not tell it.
"""

# height (0 open .. 1 close), backness (0 front .. 1 back), lip rounding
_VOWELS: dict[str, tuple[float, float, float]] = {
    "i": (1, 0, 0),
    "y": (1, 0, 0.9),
    "ɪ": (0.85, 0.2, 0),
    "ʏ": (0.85, 0.2, 0.8),
    "e": (0.67, 0, 0),
    "ø": (0.67, 0, 0.8),
    "ɛ": (0.33, 0.1, 0),
    "œ": (0.33, 0.1, 0.7),
    "æ": (0.15, 0.1, 0),
    "a": (0, 0.3, 0),
    "ɶ": (0, 0.2, 0.5),
    "ɨ": (1, 0.5, 0),
    "ʉ": (1, 0.5, 0.8),
    "ɘ": (0.67, 0.5, 0),
    "ɵ": (0.67, 0.5, 0.7),
    "ə": (0.5, 0.5, 0),
    "ɜ": (0.33, 0.5, 0.1),
    "ɞ": (0.33, 0.5, 0.6),
    "ɐ": (0.17, 0.5, 0),
    "ɯ": (1, 1, 0),
    "u": (1, 1, 1),
    "ʊ": (0.85, 0.8, 0.8),
    "ɤ": (0.67, 1, 0),
    "o": (0.67, 1, 0.9),
    "ʌ": (0.33, 0.8, 0),
    "ɔ": (0.33, 1, 0.7),
    "ɑ": (0, 1, 0),
    "ɒ": (0, 1, 0.5),
    # The fricative ("apical") vowels of Mandarin.
    "ɿ": (0.9, 0.3, 0),
    "ʅ": (0.9, 0.5, 0),
}

# How the sound is made and where; a capital V marks a voiced one, a number the lip rounding.
_CONSONANTS: dict[str, str] = {
    "p": "stop bilabial",
    "b": "V stop bilabial",
    "m": "V nasal bilabial",
    "ɓ": "V stop bilabial",
    "ɸ": "fricative bilabial",
    "β": "V fricative bilabial",
    "ʙ": "V trill_or_tap bilabial",
    "f": "fricative labiodental",
    "v": "V fricative labiodental",
    "ʋ": "V approximant labiodental",
    "ɱ": "V nasal labiodental",
    "θ": "fricative dental",
    "ð": "V fricative dental",
    "t": "stop alveolar",
    "d": "V stop alveolar",
    "ɗ": "V stop alveolar",
    "n": "V nasal alveolar",
    "s": "fricative alveolar",
    "z": "V fricative alveolar",
    "ɬ": "fricative lateral alveolar",
    "ɮ": "V fricative lateral alveolar",
    "l": "V approximant lateral alveolar",
    "ɫ": "V approximant lateral alveolar velar",
    "ɹ": "V approximant rhotic alveolar 0.4",
    "r": "V trill_or_tap rhotic alveolar",
    "ɾ": "V trill_or_tap rhotic alveolar",
    "ɺ": "V trill_or_tap lateral alveolar",
    "ts": "affricate alveolar",
    "dz": "V affricate alveolar",
    "tɬ": "affricate lateral alveolar",
    "pf": "affricate bilabial labiodental",
    "tθ": "affricate dental",
    "dð": "V affricate dental",
    "ʃ": "fricative postalveolar 0.5",
    "ʒ": "V fricative postalveolar 0.5",
    "tʃ": "affricate postalveolar 0.5",
    "dʒ": "V affricate postalveolar 0.5",
    # Retroflex sounds stand half way between the ridge and the palate, with an r-like colour.
    "ʈ": "stop rhotic postalveolar",
    "ɖ": "V stop rhotic postalveolar",
    "ɳ": "V nasal rhotic postalveolar",
    "ʂ": "fricative rhotic postalveolar 0.3",
    "ʐ": "V fricative rhotic postalveolar 0.3",
    "ɻ": "V approximant rhotic postalveolar 0.4",
    "ɽ": "V trill_or_tap rhotic postalveolar",
    "ɭ": "V approximant lateral rhotic postalveolar",
    "tʂ": "affricate rhotic postalveolar 0.3",
    "dʐ": "V affricate rhotic postalveolar 0.3",
    "ɕ": "fricative postalveolar palatal 0.2",
    "ʑ": "V fricative postalveolar palatal 0.2",
    "tɕ": "affricate postalveolar palatal 0.2",
    "dʑ": "V affricate postalveolar palatal 0.2",
    "ɧ": "fricative postalveolar velar 0.6",
    "c": "stop palatal",
    "ɟ": "V stop palatal",
    "ɲ": "V nasal palatal",
    "ç": "fricative palatal",
    "ʝ": "V fricative palatal",
    "j": "V approximant palatal",
    "ʎ": "V approximant lateral palatal",
    "ɥ": "V approximant palatal 0.9",
    "k": "stop velar",
    "ɡ": "V stop velar",
    "ŋ": "V nasal velar",
    "x": "fricative velar",
    "ɣ": "V fricative velar",
    "ɰ": "V approximant velar",
    "w": "V approximant velar 1",
    "ʍ": "fricative velar 1",
    "q": "stop uvular",
    "ɢ": "V stop uvular",
    "ɴ": "V nasal uvular",
    "χ": "fricative uvular",
    "ʁ": "V fricative uvular",
    "ʀ": "V trill_or_tap rhotic uvular",
    "ħ": "fricative pharyngeal",
    "ʕ": "V fricative pharyngeal",
    "h": "fricative glottal",
    "ɦ": "V fricative glottal",
    "ʔ": "stop glottal",
}

MODIFIERS: dict[str, dict[str, float]] = {
    "̃": {"nasal": 1},
    "̪": {"dental": 1, "alveolar": 0},
    "ʲ": {"palatal": 0.7},
    "ʷ": {"lip_rounding": 0.9},
    "ᵝ": {"lip_rounding": 0.4},
    "ˤ": {"pharyngeal": 0.7},
    "ʰ": {"aspirated": 1},
    "ʱ": {"aspirated": 1, "voiced": 1},
    "˞": {"rhotic": 1, "lip_rounding": 0.3},
    "̥": {"voiced": 0},
    "ˑ": {"long": 0.5},
    "ː": {"long": 1},
}
"""Marks that follow a base letter, in the order they are written, and what they set."""


def base_phones() -> tuple[str, ...]:
    """Return every base symbol that has features, silence first."""
    return (SILENCE, *_VOWELS, *_CONSONANTS)


@cache
def phone_features(phone: str) -> NDArray[np.float32]:
    """Return the features of a phone, float32 (27,), each 0 to 1, in the order of FEATURE_NAMES.

    Raises
    ------
    VoxfaceError
        If the symbol is not silence nor a base letter followed by known modifiers.
    """
    base, marks = split_phone(phone)
    values = dict.fromkeys(FEATURE_NAMES, 0.0)
    if base == SILENCE:
        values["silence"] = 1
    elif base in _VOWELS:
        values |= {"vowel": 1, "voiced": 1}
        values |= dict(zip(("height", "backness", "lip_rounding"), _VOWELS[base], strict=True))
    else:
        values["consonant"] = 1
        for word in _CONSONANTS[base].split():
            if word == "V":
                values["voiced"] = 1
            elif word in values:
                values[word] = 1
            else:
                values["lip_rounding"] = float(word)
    for mark in marks:
        values |= MODIFIERS[mark]
    vector = np.fromiter(values.values(), np.float32)
    vector.flags.writeable = False
    return vector


def split_phone(phone: str) -> tuple[str, str]:
    """Split a phone into its base symbol and its modifiers.

    Raises
    ------
    VoxfaceError
        If either is unknown.
    """
    base = phone.rstrip("".join(MODIFIERS))
    if base != SILENCE and base not in _VOWELS and base not in _CONSONANTS:
        raise VoxfaceError(
            f"unknown phone '{phone}'; write it in IPA as one of the base symbols in "
            "voxface.phones.symbols followed by modifiers, or read it with parse_ipa"
        )
    return base, phone[len(base) :]


def feature(phone: str, name: str) -> float:
    """Return one named feature of a phone, 0 to 1."""
    return float(phone_features(phone)[FEATURE_NAMES.index(name)])


def is_vowel(phone: str) -> bool:
    """Tell whether the phone is a vowel."""
    return feature(phone, "vowel") == 1


def closes_lips(phone: str) -> bool:
    """Tell whether the lips must touch: p, b, m and their kin."""
    return feature(phone, "bilabial") == 1 and (
        feature(phone, "stop") == 1 or (feature(phone, "nasal") == 1 and not is_vowel(phone))
    )


def rounds_lips(phone: str) -> bool:
    """Tell whether the lips are clearly rounded: u, o, y, ø, ɔ, w and their kin."""
    return feature(phone, "lip_rounding") >= 0.65


def opens_jaw(phone: str) -> bool:
    """Tell whether the jaw is clearly open: a, ɑ, æ, ɐ and their kin."""
    return is_vowel(phone) and feature(phone, "height") <= 0.2
