"""Reading IPA strings and ARPAbet, and finding the nearest English phone for alignment."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from functools import cache

import numpy as np

from voxface.errors import VoxfaceError, unknown_name
from voxface.phones.symbols import MODIFIERS, base_phones, is_vowel, phone_features, split_phone

ARPABET: dict[str, tuple[str, ...]] = {
    "AA": ("ɑː",),
    "AE": ("æ",),
    "AH": ("ʌ",),
    "AO": ("ɔː",),
    "AW": ("a", "ʊ"),
    "AX": ("ə",),
    "AXR": ("ə˞",),
    "AY": ("a", "ɪ"),
    "B": ("b",),
    "CH": ("tʃ",),
    "D": ("d",),
    "DH": ("ð",),
    "DX": ("ɾ",),
    "EH": ("ɛ",),
    "ER": ("ɜ˞",),
    "EY": ("e", "ɪ"),
    "F": ("f",),
    "G": ("ɡ",),
    "HH": ("h",),
    "IH": ("ɪ",),
    "IX": ("ɨ",),
    "IY": ("iː",),
    "JH": ("dʒ",),
    "K": ("k",),
    "L": ("l",),
    "M": ("m",),
    "N": ("n",),
    "NG": ("ŋ",),
    "OW": ("o", "ʊ"),
    "OY": ("ɔ", "ɪ"),
    "P": ("p",),
    "R": ("ɹ",),
    "S": ("s",),
    "SH": ("ʃ",),
    "T": ("t",),
    "TH": ("θ",),
    "UH": ("ʊ",),
    "UW": ("uː",),
    "V": ("v",),
    "W": ("w",),
    "Y": ("j",),
    "Z": ("z",),
    "ZH": ("ʒ",),
}
"""ARPAbet symbols without stress and the IPA phones they stand for; diphthongs are two."""

_ALIGNABLE = tuple(name for name in ARPABET if name not in ("AX", "AXR", "DX", "IX"))
_DIPHTHONGS = {
    ("a", "ʊ"): "AW",
    ("æ", "ʊ"): "AW",
    ("a", "ɪ"): "AY",
    ("e", "ɪ"): "EY",
    ("ɛ", "ɪ"): "EY",
    ("o", "ʊ"): "OW",
    ("ə", "ʊ"): "OW",
    ("ɔ", "ɪ"): "OY",
}

# Other ways to write what the table knows, undone before parsing.
_SPELLINGS = {
    "g": "ɡ",
    "ʦ": "ts",
    "ʣ": "dz",
    "ʧ": "tʃ",
    "ʤ": "dʒ",
    "ʨ": "tɕ",
    "ʥ": "dʑ",
    "ꭧ": "tʂ",
    "ɚ": "ə˞",
    "ɝ": "ɜ˞",
    "ᵻ": "ɪ",
    "ɩ": "ɪ",
    "ɷ": "ʊ",
    "ᵿ": "ʊ",
    ":": "ː",
    "~": "̃",
    "ʼ": "",
    "ˁ": "ˤ",
    "̴": "ˤ",
    "ⁿ": "̃",
    # espeak-ng writes retroflex sounds as a letter and a full stop.
    "s.": "ʂ",
    "z.": "ʐ",
    "ts.": "tʂ",
    "t.": "ʈ",
    "d.": "ɖ",
    "n.": "ɳ",
    "l.": "ɭ",
    "r.": "ɽ",
}
_IGNORED = frozenset("ˈˌ'’‘\".|‖‿-_0123456789˥˦˧˨˩→↗↘↑↓ˠ^;,!")
_BREAKS = frozenset("ˈˌ")


def _ignored(letter: str) -> bool:
    """Tell whether a letter says nothing that the table keeps: stress, tone, fine marks, blanks."""
    if letter in MODIFIERS:
        return False
    fine = bool(unicodedata.combining(letter)) or letter.isspace() or not letter.isprintable()
    return fine or letter in _IGNORED


@cache
def _longest_base() -> int:
    return max(map(len, base_phones()))


def parse_ipa(text: str) -> tuple[str, ...]:
    """Read a string of IPA as phones.

    The longest known symbol wins (so ``"tʃ"`` is one phone). Length, nasality, aspiration,
    rhoticity, palatalisation, rounding and pharyngealisation are kept as modifiers; stress, tone
    and finer marks are dropped. A language switch of espeak-ng such as ``"(en)"`` is skipped.

    Raises
    ------
    VoxfaceError
        If a symbol is unknown even without its marks; the message names it.
    """
    rest = _spell(text)
    known = frozenset(base_phones()[1:])
    phones: list[str] = []
    while rest:
        if rest[0] == "(" and ")" in rest:
            rest = rest[rest.index(")") + 1 :]
            continue
        if _ignored(rest[0]):
            rest = rest[1:]
            continue
        size = next((n for n in range(_longest_base(), 0, -1) if rest[:n] in known), 0)
        if size == 0 and not (rest[0] in MODIFIERS and phones):
            raise VoxfaceError(
                f"unknown IPA symbol '{rest[0]}' (U+{ord(rest[0]):04X}) in '{text}'; "
                "add it to voxface.phones.symbols or write it otherwise"
            )
        base, rest = rest[:size], rest[size:]
        marks = set()
        while rest and (rest[0] in MODIFIERS or (_ignored(rest[0]) and rest[0] not in _BREAKS)):
            marks.add(rest[0])
            rest = rest[1:]
        written = "".join(mark for mark in MODIFIERS if mark in marks)
        if base:
            phones.append(base + written)
    return tuple(phones)


def _spell(text: str) -> str:
    # Decomposed, so that every diacritic is a letter of its own; ç alone has a composed base.
    rest = unicodedata.normalize("NFD", text).replace("c\u0327", "ç")
    for tie in ("\u0361", "\u200d"):
        rest = rest.replace(tie, "")
    for written in sorted(_SPELLINGS, key=len, reverse=True):
        rest = rest.replace(written, _SPELLINGS[written])
    return rest


def arpabet_phones(symbol: str) -> tuple[str, ...]:
    """Return the IPA phones of an ARPAbet symbol; case and stress digits do not matter.

    Raises
    ------
    VoxfaceError
        If the symbol is unknown.
    """
    plain = symbol.upper().rstrip("012")
    if plain not in ARPABET:
        raise unknown_name("ARPAbet symbol", symbol, ARPABET)
    return ARPABET[plain]


@dataclass(frozen=True)
class Unit:
    """What is aligned as one: an ARPAbet symbol and the true phones it stands for."""

    arpabet: str
    phones: tuple[str, ...]


def units_from_ipa(phones: tuple[str, ...]) -> tuple[Unit, ...]:
    """Group phones into units that an English acoustic model can align.

    English diphthongs become one unit, two equal consonants one long one; everything else is
    aligned as the English phone whose features are nearest.
    """
    units: list[Unit] = []
    at = 0
    while at < len(phones):
        pair = phones[at : at + 2]
        if pair in _DIPHTHONGS:
            units.append(Unit(_DIPHTHONGS[pair], pair))
            at += 2
        elif len(pair) == 2 and pair[0] == pair[1] and not is_vowel(pair[0]):
            units.append(Unit(nearest_arpabet(pair[0]), (pair[0].rstrip("ː") + "ː",)))
            at += 2
        else:
            units.append(Unit(nearest_arpabet(phones[at]), (phones[at],)))
            at += 1
    return tuple(units)


def units_from_arpabet(symbols: str) -> tuple[Unit, ...]:
    """Return the units of a pronunciation such as ``"N AW1"``."""
    return tuple(
        Unit(symbol.upper().rstrip("012"), arpabet_phones(symbol)) for symbol in symbols.split()
    )


# Where the sum of feature differences would choose otherwise than the ear.
_NEAREST_BY_EAR = {
    phone: arpabet
    for arpabet, phones in {
        "AA": "ʕ ɑ ɒ",
        "AE": "a",
        "AH": "ə ɵ ɤ ɐ",
        "AO": "ɔ o",
        "D": "ɾ ɽ ɖ",
        "EH": "e",
        "ER": "ø œ ɜ ɞ",
        "G": "ɢ ɣ ʁ ɟ",
        "HH": "ħ χ x",
        "IY": "i",
        "K": "q c",
        "L": "ʎ",
        "N": "ɲ ɳ",
        "NG": "ɴ",
        "R": "r ʀ",
        "S": "ts",
        "SH": "ç ɧ",
        "T": "ʔ ʈ",
        "UW": "u y ʉ ɯ",
        "W": "ʍ",
        "Y": "ʝ",
        "Z": "dz",
        "ZH": "ʐ",
    }.items()
    for phone in phones.split()
}


@cache
def nearest_arpabet(phone: str) -> str:
    """Return the ARPAbet symbol whose sound is nearest to an IPA phone."""
    base, _ = split_phone(phone)
    if base in _NEAREST_BY_EAR:
        return _NEAREST_BY_EAR[base]
    single = [name for name in _ALIGNABLE if len(ARPABET[name]) == 1]
    distance = [
        float(np.abs(phone_features(phone) - phone_features(ARPABET[name][0])).sum())
        for name in single
    ]
    return single[int(np.argmin(distance))]
