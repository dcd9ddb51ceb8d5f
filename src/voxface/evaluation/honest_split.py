"""The honest split: takes that no method heard, by what kind of stranger they are to it.

Three questions are kept apart, and nothing is ever averaged over them: how well a speaker is told
who was heard (other takes), how well words are told that were never heard, and how well people are
told who were never heard.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from voxface.corpus.examples import Example, load_examples
from voxface.errors import VoxfaceError
from voxface.training.recipe import Data
from voxface.training.split import has_word, split

IN_SPEAKER = "takes not heard"
CROSS_WORD = "words not heard"
CROSS_SPEAKER = "never heard"
HEARD = "HEARD"
GIVEN = "as given"
PROTOCOL = {
    IN_SPEAKER: "in-speaker",
    CROSS_WORD: "cross-word",
    CROSS_SPEAKER: "cross-speaker",
    HEARD: "training takes",
    GIVEN: "clips in files",
}
"""What the end of a group's name means."""
CAPTURED = ("grid", "facegood")
"""Example files whose faces were captured."""


def honest_split(
    examples: Path, data: Data | Iterable[Data | None] = (), *, everything: bool = False
) -> dict[str, list[Example]]:
    """Sort captured takes by what the methods heard of them.

    Parameters
    ----------
    examples : Path
        Folder that ``voxface prepare`` wrote.
    data : Data or iterable of Data
        What was heard: of one run, or of each of several; None heard nothing. A take that one of
        them heard is left out, and a take is a stranger only as far as it is one to all.
    everything : bool
        Whether takes that were heard are returned as well, in groups that say so.

    Returns
    -------
    dict
        Takes by group, such as ``"GRID s1, takes not heard"``, ``"GRID s1, words not heard"`` and
        ``"GRID s4, never heard"``; see `protocol_of`.

    Raises
    ------
    VoxfaceError
        If there are no captured takes, or all were heard.
    """
    known = [data] if isinstance(data, Data) else [one for one in data if one is not None]
    groups: dict[str, list[Example]] = {}
    for stem in CAPTURED:
        path = examples / f"{stem}.npz"
        if not path.is_file():
            continue
        takes = load_examples(path)
        strange = [_strangeness(takes, stem, one) for one in known] or [
            [CROSS_SPEAKER] * len(takes)
        ]
        for take, kinds in zip(takes, zip(*strange, strict=True), strict=True):
            kind = min(kinds, key=_STRANGER.index)
            if kind != HEARD or everything:
                name = f"{stem.upper()} {take.speaker}, {kind}"
                groups.setdefault(name, []).append(take)
    if not groups:
        raise VoxfaceError(
            f"'{examples}' holds no captured take that was not heard; --everything scores the "
            "others, too"
        )
    shown = (*_STRANGER[1:], HEARD)
    return dict(sorted(groups.items(), key=lambda item: shown.index(kind_of(item[0]))))


_STRANGER = (HEARD, IN_SPEAKER, CROSS_WORD, CROSS_SPEAKER)
"""Kinds of takes, the stranger the later."""


def kind_of(group: str) -> str:
    """Return the part of a group's name that says how strange its takes are."""
    return group.rpartition(", ")[2]


def protocol_of(group: str) -> str:
    """Return ``"in-speaker"``, ``"cross-word"``, ``"cross-speaker"`` or ``"training takes"``.

    Raises
    ------
    VoxfaceError
        If it is no group of `honest_split`.
    """
    if (kind := kind_of(group)) not in PROTOCOL:
        raise VoxfaceError(f"'{group}' is no group of takes; they end in: {', '.join(PROTOCOL)}")
    return PROTOCOL[kind]


def _strangeness(takes: Sequence[Example], stem: str, data: Data) -> list[str]:
    """Return for every take how strange it is to one run."""
    # A set made of these takes, such as other voices of them, counts as these takes.
    if not any(name == stem or name.startswith(f"{stem}_") for name in data.sets):
        return [CROSS_SPEAKER] * len(takes)
    heard, _ = split(takes, data)
    voices = {take.speaker for take in heard}
    recordings = {take.recording for take in heard}
    return [
        HEARD
        if take.recording in recordings
        else CROSS_SPEAKER
        if take.speaker not in voices
        else CROSS_WORD
        if has_word(take, data.hold_out_words)
        else IN_SPEAKER
        for take in takes
    ]
