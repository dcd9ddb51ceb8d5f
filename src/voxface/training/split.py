"""Which examples a run hears: held out for testing, set aside for validation, or heard."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from hashlib import sha256

from voxface.corpus.examples import ARRAYS, Example, takes_by_speaker
from voxface.training.crops import MANY_TAKES
from voxface.training.recipe import Data

FRAMES_A_MINUTE = 6000


def split(examples: Iterable[Example], data: Data) -> tuple[list[Example], list[Example]]:
    """Split examples into those that a run hears and those held out for testing.

    A recording that is held out is held out in every voice.
    """
    held = list(examples)
    takes = takes_by_speaker(held)
    heard: list[Example] = []
    out: list[Example] = []
    numbers: dict[str, int] = {}
    for example in held:
        hidden = example.speaker in data.hold_out_speakers
        hidden |= has_word(example, data.hold_out_words)
        many = takes.get(example.speaker, 0) > MANY_TAKES
        if data.hold_out_every and example.seen.any() and many:
            number = numbers.setdefault(example.recording, len(numbers) + 1)
            hidden |= number % data.hold_out_every == 0
        (out if hidden else heard).append(example)
    return heard, out


def has_word(example: Example, words: Iterable[str]) -> bool:
    """Return whether one of `words` is said in the recording of an example."""
    return bool(set(str(example.about.get("text", "")).lower().split()) & set(words))


def set_aside(
    examples: Sequence[Example], every: int, sets: Sequence[str] = ()
) -> tuple[list[Example], list[Example]]:
    """Set about one in `every` recordings with a face aside, in all their voices.

    Which ones depends on their names alone, so that runs on other parts of the data agree.

    Parameters
    ----------
    examples : sequence of Example
    every : int
    sets : sequence of str
        Sets that recordings are set aside from; all where none is named.

    Returns
    -------
    heard, aside : list of Example
        Other voices of a recording that is set aside are in neither.
    """
    aside: dict[str, Example] = {}
    for example in examples:
        asked = example.seen.any() and (not sets or example.corpus in sets)
        if asked and _number(example.recording) % every == 0:
            aside.setdefault(example.recording, example)
    return [e for e in examples if e.recording not in aside], list(aside.values())


def only_minutes(examples: Sequence[Example], minutes: float, seed: int) -> list[Example]:
    """Leave recordings of so many minutes, taken at random, in every voice they have.

    The order depends on the seed and the recording alone: five minutes hold the one minute of the
    same seed. The last recording is cut short.
    """
    order = sorted({e.recording for e in examples}, key=lambda name: _number(f"{seed} {name}"))
    length = {example.recording: len(example) for example in reversed(examples)}
    left: dict[str, float] = {}
    frames = minutes * FRAMES_A_MINUTE
    for recording in order:
        if frames <= 0:
            break
        left[recording] = min(1.0, frames / length[recording])
        frames -= length[recording]
    return [_cut(e, left[e.recording]) for e in examples if e.recording in left]


def _cut(example: Example, share: float) -> Example:
    end = max(1, round(share * len(example)))
    return replace(example, **{name: getattr(example, name)[:end] for name in ARRAYS})


def _number(text: str) -> int:
    return int.from_bytes(sha256(text.encode()).digest()[:6])
