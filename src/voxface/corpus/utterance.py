"""One recording of a corpus with its phones, or why it was left out."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from voxface.audio.features import SAMPLE_RATE
from voxface.phones.times import TimedPhone


@dataclass(frozen=True)
class Utterance:
    """A recording and the phones spoken in it.

    Attributes
    ----------
    id : str
        Unique within the corpus.
    recording : Path
        The sound, or the video it belongs to.
    samples : int
        Length of the sound at 16 kHz.
    speaker : str
        Unique within the corpus.
    language : str
        As espeak-ng and BCP 47 name it: ``"en"``, ``"ar"``, ``"pt-br"``.
    text : str
        What is said, in the writing of the language; empty for made-up syllables.
    phones : tuple of TimedPhone
        From 0 to the end of the sound, silence included.
    """

    id: str
    recording: Path
    samples: int
    speaker: str
    language: str
    text: str
    phones: tuple[TimedPhone, ...]

    @property
    def duration(self) -> float:
        """Return the length of the sound in seconds."""
        return self.samples / SAMPLE_RATE


@dataclass(frozen=True)
class Dropped:
    """A recording that was left out."""

    id: str
    reason: str
