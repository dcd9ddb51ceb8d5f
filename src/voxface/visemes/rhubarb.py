"""Mouth cues of Rhubarb Lip Sync as looks in time: its JSON, TSV and XML.

Notes
-----
Layouts and shapes: https://github.com/DanielSWolf/rhubarb-lip-sync (release 1.14). Nine drawn
mouths say less than phones: B stands for most consonants and for "ee", so it becomes a mix.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any
from xml.etree import ElementTree

from voxface.errors import VoxfaceError
from voxface.visemes.of_phones import REST, TimedViseme

SHAPES: Mapping[str, Mapping[str, float]] = {
    "A": {"PP": 1.0},
    "B": {"DD": 0.5, "ih": 0.5},
    "C": {"E": 1.0},
    "D": {"aa": 1.0},
    "E": {"oh": 1.0},
    "F": {"ou": 1.0},
    "G": {"FF": 1.0},
    "H": {"nn": 1.0},
    "X": {REST: 1.0},
}
"""Rhubarb's mouth shapes and the visemes that look like them."""

Cue = tuple[float, float, str]


def cues_from_json(found: Mapping[str, Any], source: str) -> list[TimedViseme]:
    """Read the parsed JSON of Rhubarb: ``{"mouthCues": [{"start", "end", "value"}]}``."""
    try:
        cues = [(float(c["start"]), float(c["end"]), str(c["value"])) for c in found["mouthCues"]]
    except (KeyError, TypeError, ValueError):
        raise VoxfaceError(
            f"{source}: each of its mouthCues needs 'start', 'end' and 'value'"
        ) from None
    return _looks(cues, source)


def cues_from_xml(text: str, source: str) -> list[TimedViseme]:
    """Read the XML of Rhubarb: ``<mouthCue start= end=>A</mouthCue>``."""
    if "<!DOCTYPE" in text or "<!ENTITY" in text:
        raise VoxfaceError(f"{source} is not Rhubarb's XML: it declares a document type")
    try:
        root = ElementTree.fromstring(text.lstrip("\ufeff").encode())
        cues = [
            (float(cue.attrib["start"]), float(cue.attrib["end"]), (cue.text or "").strip())
            for cue in root.iter("mouthCue")
        ]
    except (ElementTree.ParseError, KeyError, ValueError, LookupError) as error:
        raise VoxfaceError(f"{source} is not Rhubarb's XML: {error}") from None
    return _looks(cues, source)


def cues_from_tsv(text: str, source: str, duration: float) -> list[TimedViseme]:
    """Read the TSV of Rhubarb: a line of start and shape for every cue; the next one ends it."""
    marks: list[tuple[float, str]] = []
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip():
            continue
        try:
            start, shape = line.split()
            marks.append((float(start), shape))
        except ValueError:
            raise VoxfaceError(
                f"{source}, line {number}: '{line.strip()[:40]}' is not a time and a mouth shape"
            ) from None
    ends = [start for start, _ in marks[1:]] + [max(duration, marks[-1][0]) if marks else 0.0]
    return _looks([(s, e, shape) for (s, shape), e in zip(marks, ends, strict=True)], source)


def _looks(cues: Sequence[Cue], source: str) -> list[TimedViseme]:
    if not cues:
        raise VoxfaceError(f"{source} holds no mouth cues")
    before = 0.0
    for start, end, shape in cues:
        if shape not in SHAPES:
            raise VoxfaceError(
                f"{source}: unknown mouth shape '{shape}'; Rhubarb's are {', '.join(SHAPES)}"
            )
        if not (before - 0.005 <= start <= end < math.inf):
            raise VoxfaceError(
                f"{source}: mouth shape '{shape}' is from {start:g} to {end:g} s, but shapes "
                "follow one another in time"
            )
        before = end
    return [TimedViseme(start, end, SHAPES[shape]) for start, end, shape in cues]
