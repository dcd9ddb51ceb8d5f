"""Finding a set of visemes or vowels among names."""

from __future__ import annotations

import re
from collections.abc import Sequence

from voxface.rig.spelling import SPELLINGS

_SMALLEST_SET = 5
_BARE_SET = 10


def find_visemes(names: Sequence[str]) -> dict[str, str]:
    """Return the name of every viseme that is there: ``viseme_aa``, ``vrc.v_aa``, ``V_aa``.

    Without a prefix, names count only where most of the fifteen are there; any set must have the
    open mouth (``aa``) and five visemes in all, or it is none.
    """
    prefixed: dict[str, str] = {}
    bare: dict[str, str] = {}
    prefixes = "|".join(map(re.escape, SPELLINGS["viseme_prefixes"]))
    behind = re.compile(rf"(?:^|.*[._:|/ -])(?:{prefixes})[._ -]?([a-z]+)$")
    for name in names:
        found = behind.match(name.lower())
        viseme = _VISEME_OF.get(found[1]) if found else None
        if viseme is not None:
            prefixed.setdefault(viseme, name)
        plain = _VISEME_OF.get(re.split(r"[._:|/ -]", name.lower())[-1])
        if plain is not None:
            bare.setdefault(plain, name)
    for found_set, least in ((prefixed, _SMALLEST_SET), (bare, _BARE_SET)):
        if "aa" in found_set and len(found_set) >= least:
            return {viseme: found_set[viseme] for viseme in _ORDER if viseme in found_set}
    return {}


def find_vowels(names: Sequence[str]) -> dict[str, str]:
    """Return the names of VRM's five mouth shapes; nothing unless all five are there.

    ``aa ih ou ee oh``, ``A I U E O``, ``Fcl_MTH_A`` … are known.
    """
    found: dict[str, str] = {}
    for vowel, spellings in SPELLINGS["vowel_names"].items():
        for name in names:
            letters = re.sub(r"[^a-z]", "", name.lower())
            if any(letters in (each, f"fcl{each}") for each in spellings):
                found.setdefault(vowel, name)
    return found if len(found) == len(SPELLINGS["vowel_names"]) else {}


_ORDER = tuple(SPELLINGS["viseme_names"])
_VISEME_OF = {
    spelling: viseme
    for viseme, spellings in SPELLINGS["viseme_names"].items()
    for spelling in spellings
}
