"""The GRID corpus: sentences of six words, known from the name of the clip.

Cooke, Barker, Cunningham & Shao (2006), "An audio-visual corpus for speech perception and
automatic speech recognition", JASA 120(5). ``bbaf2n`` is *bin blue at f two now*.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

from voxface.errors import VoxfaceError
from voxface.phones.alignment import AlignedWord, Word
from voxface.phones.ipa import parse_ipa, units_from_ipa

ALIGN_UNIT = 25_000
"""Parts of a second in which ``.align`` files count."""

_SLOTS: tuple[tuple[str, dict[str, str]], ...] = (
    ("command", {"b": "bin", "l": "lay", "p": "place", "s": "set"}),
    ("colour", {"b": "blue", "g": "green", "r": "red", "w": "white"}),
    ("preposition", {"a": "at", "b": "by", "i": "in", "w": "with"}),
    ("letter", {letter: letter for letter in "abcdefghijklmnopqrstuvxyz"}),
    (
        "digit",
        dict(
            zip(
                "z123456789",
                ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine"],
                strict=True,
            )
        ),
    ),
    ("adverb", {"a": "again", "n": "now", "p": "please", "s": "soon"}),
)

# Letters and words as British speakers say them; a bar separates ways of saying.
_SAID = {
    "bin": "bɪn", "lay": "leɪ", "place": "pleɪs", "set": "sɛt",
    "blue": "bluː", "green": "ɡɹiːn", "red": "ɹɛd", "white": "waɪt",
    "at": "æt|ət", "by": "baɪ", "in": "ɪn", "with": "wɪð|wɪθ",
    "a": "eɪ", "b": "biː", "c": "siː", "d": "diː", "e": "iː", "f": "ɛf", "g": "dʒiː",
    "h": "eɪtʃ|heɪtʃ", "i": "aɪ", "j": "dʒeɪ", "k": "keɪ", "l": "ɛl", "m": "ɛm", "n": "ɛn",
    "o": "oʊ", "p": "piː", "q": "kjuː", "r": "ɑː|ɑːɹ", "s": "ɛs", "t": "tiː", "u": "juː",
    "v": "viː", "x": "ɛks", "y": "waɪ", "z": "zɛd|ziː",
    "zero": "zɪɹoʊ|ziːɹoʊ", "one": "wʌn", "two": "tuː", "three": "θɹiː", "four": "fɔː|fɔːɹ",
    "five": "faɪv", "six": "sɪks", "seven": "sɛvən", "eight": "eɪt", "nine": "naɪn",
    "again": "əɡɛn|əɡeɪn", "now": "naʊ", "please": "pliːz", "soon": "suːn",
}  # fmt: skip


def grid_sentence(name: str) -> tuple[str, ...]:
    """Decode the six words in a clip's name.

    Parameters
    ----------
    name : str
        ``"bbaf2n"``, or with the speaker before it, ``"s26_bgbsza"``.

    Raises
    ------
    VoxfaceError
        If the name is not of the corpus.
    """
    code = name.rpartition("_")[2]
    if len(code) != len(_SLOTS):
        raise VoxfaceError(f"'{name}' is no GRID clip: its name needs six letters like 'bbaf2n'")
    words = []
    for letter, (slot, choices) in zip(code, _SLOTS, strict=True):
        if letter not in choices:
            raise VoxfaceError(
                f"'{name}' is no GRID clip: '{letter}' is no {slot} ({', '.join(choices)})"
            )
        words.append(choices[letter])
    return tuple(words)


def grid_speaker(path: Path) -> str:
    """Return the speaker of a clip: the part before ``_``, else the ``grid_`` folder's."""
    speaker, mark, _ = path.stem.partition("_")
    return speaker if mark else "s1"


@cache
def grid_word(text: str) -> Word:
    """Return one of the corpus's 51 words with its British pronunciations."""
    return Word(text, tuple(units_from_ipa(parse_ipa(way)) for way in _SAID[text].split("|")))


def read_align(path: Path) -> list[AlignedWord]:
    """Read the word times of an ``.align`` file, silences left out.

    Raises
    ------
    VoxfaceError
        If a line is not ``start end word``.
    """
    words = []
    for line in path.read_text(encoding="utf-8").splitlines():
        try:
            start, end, text = line.split()
            word = AlignedWord(text, int(start) / ALIGN_UNIT, int(end) / ALIGN_UNIT)
        except ValueError:
            raise VoxfaceError(f"'{path}' holds '{line}'; expected 'start end word'") from None
        if text not in ("sil", "sp"):
            words.append(word)
    return words
