"""How words are pronounced: as units that the English acoustic model can align."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Iterable

from voxface.errors import VoxfaceError
from voxface.phones.ipa import Unit, parse_ipa, units_from_ipa

Pronunciation = tuple[Unit, ...]


def plain_words(text: str) -> list[str]:
    """Return the words of an English text in lower case, without punctuation."""
    return re.findall(r"[a-z]+(?:'[a-z]+)*'?", text.lower().replace("’", "'"))


def pronounce_by_espeak(words: Iterable[str], language: str = "en-us") -> dict[str, Pronunciation]:
    """Ask espeak-ng how words are said.

    Parameters
    ----------
    words : iterable of str
        Words without white space.
    language : str
        A voice of espeak-ng.

    Raises
    ------
    VoxfaceError
        If espeak-ng is not installed or says nothing of a word.
    """
    wanted = list(dict.fromkeys(words))
    if not wanted:
        return {}
    program = shutil.which("espeak-ng")
    if program is None:
        raise VoxfaceError(
            f"the word '{wanted[0]}' is in no dictionary and espeak-ng is missing; "
            "install it (apt install espeak-ng) or leave the word out"
        )
    said = {}
    for word in wanted:
        answer = subprocess.run(
            [program, "-q", "--ipa", "-v", language, word],
            capture_output=True,
            text=True,
            encoding="utf-8",
            check=False,
        )
        units = units_from_ipa(parse_ipa(answer.stdout))
        if not units:
            raise VoxfaceError(f"espeak-ng does not know how to say '{word}'; leave the word out")
        said[word] = units
    return said
