"""Which ARKit channel a morph target's name means.

The tables are data (``spellings.json``), shared with the page.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from voxface.face import ARKIT_CHANNELS

SPELLINGS: dict[str, Any] = json.loads(
    Path(__file__).with_name("spellings.json").read_text(encoding="utf-8")
)
"""The tables of names."""

SAME, PREFIXED, SYNONYM, LAST_RESORT = range(4)
"""How sure a reading is, surest first: the name itself, behind a prefix, another word for it."""

_SIDES: dict[str, str] = SPELLINGS["sides"]
_WORD_EDGE = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])|[^A-Za-z0-9]+")
_NAMESPACE = re.compile(r"[.:|/\\]")
_SEPARATOR = re.compile(r"[^A-Za-z0-9]+")


@dataclass(frozen=True)
class Reading:
    """What a target's name means.

    Parameters
    ----------
    channels : tuple of str
        One channel, or the two that a target for both sides stands for.
    rank : int
        `SAME`, `PREFIXED`, `SYNONYM` or `LAST_RESORT`.
    half : str
        ``Left`` or ``Right`` where the target is one half of a channel that has no sides.
    """

    channels: tuple[str, ...]
    rank: int
    half: str = ""


def read_name(name: str) -> Reading | None:
    """Return what a name means; None if it is no ARKit channel.

    Notes
    -----
    What stands before ``.``, ``:``, ``|`` or ``/`` is a namespace and is left out, unless nothing
    is a channel but the whole (``jaw.open``). A side may
    stand anywhere as a word of its own (``mouthSmile_L``, ``LeftMouthSmile``, ``Eye_L_Blink``).
    Words that say nothing (``ARKit``, ``shape``) and numbers are left out, and so is any prefix
    set off by ``_``, ``-`` or a space, unless it is a channel itself: ``jawOpen_mouthSmileLeft``
    corrects a combination and is neither.
    """
    text = name.strip()
    return _read_text(_without_namespace(text)) or _read_text(_NAMESPACE.sub("_", text))


def _read_text(text: str) -> Reading | None:
    whole = _letters(text)
    if whole in SPELLINGS["exact"]:
        return Reading((SPELLINGS["exact"][whole],), SYNONYM)
    segments = [part for part in _SEPARATOR.split(text) if part and not part.isdigit()]
    if {part.lower() for part in segments} & set(SPELLINGS["combination_words"]):
        return None
    for dropped in range(len(segments)):
        prefix = "".join(map(_letters, segments[:dropped]))
        if any(key in prefix for key in _LONG_KEYS):
            return None
        kept = [part for part in segments[:dropped] if part.lower() in _SIDES] + segments[dropped:]
        reading = _read_words(_words("_".join(kept)))
        if reading is not None:
            idle = prefix in SPELLINGS["idle_words"]
            rank = reading.rank if idle or not dropped else max(reading.rank, PREFIXED)
            return Reading(reading.channels, rank, reading.half)
    return None


def _read_words(words: list[str]) -> Reading | None:
    while words and words[-1] in SPELLINGS["idle_words"]:
        words = words[:-1]
    for begin in range(len(words)):
        if begin and words[begin - 1] not in SPELLINGS["idle_words"]:
            return None
        found = _read_side(words[begin:])
        if found is not None:
            return found
    return None


def _read_side(words: list[str]) -> Reading | None:
    """Read words of which at most one is a side, or ends with one."""
    joined = "".join(words)
    if joined in _CHANNEL_OF:
        return _lookup(joined, "")
    for number in reversed(range(len(words))):
        if words[number] in _SIDES:
            base = "".join(words[:number] + words[number + 1 :])
            return _lookup(base, _SIDES[words[number]])
    for word in ("left", "right"):
        if joined.endswith(word):
            return _lookup(joined.removesuffix(word), _SIDES[word])
        if joined.startswith(word):
            return _lookup(joined.removeprefix(word), _SIDES[word])
    return _lookup(joined, "")


def _lookup(base: str, side: str) -> Reading | None:
    rank = SAME
    if base in SPELLINGS["synonyms"]:
        base, rank = SPELLINGS["synonyms"][base], SYNONYM
    elif base in SPELLINGS["last_resort"]:
        base, rank = SPELLINGS["last_resort"][base], LAST_RESORT
    whole = base + side.lower()
    if whole in _CHANNEL_OF:
        return Reading((_CHANNEL_OF[whole],), rank)
    if side and base in _CHANNEL_OF:
        return Reading((_CHANNEL_OF[base],), rank, side)
    if not side and base + "left" in _CHANNEL_OF and base not in ("mouth", "jaw"):
        return Reading((_CHANNEL_OF[base + "left"], _CHANNEL_OF[base + "right"]), rank)
    return None


def _without_namespace(name: str) -> str:
    """Return the last part that is more than a side or a number: ``mouthSmile.L`` is one name."""
    parts = _NAMESPACE.split(name)
    tail = ""
    for part in reversed(parts):
        if part.isdigit():
            continue
        if part.lower() in _SIDES:
            tail = f"_{part}{tail}"
            continue
        return part + tail
    return name


def _words(text: str) -> list[str]:
    split = [word.lower() for word in _WORD_EDGE.split(text)]
    return [word for word in split if word and not word.isdigit()]


def _letters(text: str) -> str:
    return re.sub(r"[^a-z0-9]", "", text.lower())


_CHANNEL_OF = {channel.lower(): channel for channel in ARKIT_CHANNELS}
_LONG_KEYS = tuple(
    {key.removesuffix("left").removesuffix("right") for key in _CHANNEL_OF} - {"mouth", "jaw"}
)
