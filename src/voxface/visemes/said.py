"""What is said when in a recording: from a file, from a text, or heard."""

from __future__ import annotations

from dataclasses import dataclass
from os import PathLike

import numpy as np
from numpy.typing import NDArray

from voxface.audio.features import SAMPLE_RATE
from voxface.errors import VoxfaceError
from voxface.phones.times import TimedPhone, energy_agreement
from voxface.visemes.of_phones import TimedViseme, timed_visemes
from voxface.visemes.read import read_visemes

VOICES = {"zh": "cmn", "zh-cn": "cmn", "zh-tw": "cmn", "zh-hk": "yue", "no": "nb", "en": "en-us"}
"""Languages that espeak-ng calls otherwise."""
SHORTEST = SAMPLE_RATE // 20
"""Samples of the shortest sound in which phones are looked for."""
SILENT = 0.0005
"""A sound whose every sample is smaller says nothing, whatever its text."""
SURE, SQUEEZED = 0.9, 0.3
"""An alignment by pocketsphinx is taken at once if silence and speech agree with the sound's
loudness at least so well, and if no larger share of its phones is of the shortest length."""


@dataclass(frozen=True)
class Script:
    """What is known of what a recording says.

    Attributes
    ----------
    text : str, optional
        What is said, as written. Text in phonetic letters is not understood.
    phones : path-like, optional
        A file of phones or mouth cues in time, see `voxface.visemes.read`.
    language : str
        Of the text, as espeak-ng names it: ``en-gb``, ``de``, ``ar``, ``cmn``; ``en`` and its
        kin are aligned by pocketsphinx, and heard by it where neither text nor phones are given.

    Raises
    ------
    VoxfaceError
        If both a text and phones are given, or the text holds no letter or digit.
    """

    text: str | None = None
    phones: str | PathLike[str] | None = None
    language: str = "en"

    def __post_init__(self) -> None:
        if self.text is not None and self.phones is not None:
            raise VoxfaceError("give the text or the phones of a recording, not both")
        if self.text is not None and not any(letter.isalnum() for letter in self.text):
            raise VoxfaceError("the text holds no letters; give what is said, as it is written")
        if not self.language.strip():
            raise VoxfaceError("the language has no name; give one such as en-gb, de or ar")
        if self.text is None and self.phones is None and not self.english:
            raise VoxfaceError(
                f"phones can be heard in English only; for '{self.language}' give what is said "
                "(--text) or when (--phones)"
            )

    @property
    def english(self) -> bool:
        """Whether pocketsphinx knows the language."""
        return self.language.lower().split("-")[0] == "en"

    @property
    def voice(self) -> str:
        """The language as espeak-ng names it."""
        return VOICES.get(self.language.lower(), self.language)


def said(pcm: NDArray[np.float32], script: Script) -> list[TimedViseme]:
    """Find the looks of a recording in time.

    Parameters
    ----------
    pcm : ndarray of float32, shape (N,)
        Mono sound at 16 kHz, full scale ±1.
    script : Script

    Raises
    ------
    VoxfaceError
        If a package, espeak-ng or its voice is missing, or the script cannot be of this sound.
    """
    if script.phones is not None:
        return read_visemes(script.phones, len(pcm) / SAMPLE_RATE)
    return timed_visemes(phones_of(pcm, script))


def phones_of(pcm: NDArray[np.float32], script: Script) -> list[TimedPhone]:
    """Find the phones of a recording from its text, or by hearing them; as `said`."""
    try:
        return _phones_of(pcm, script)
    except ModuleNotFoundError as error:
        if (error.name or "").split(".")[0] == "voxface":
            raise
        raise VoxfaceError(
            f"finding phones needs {error.name}; install it with: pip install 'voxface[visemes]'"
        ) from None


def _phones_of(pcm: NDArray[np.float32], script: Script) -> list[TimedPhone]:
    if len(pcm) < SHORTEST or float(np.abs(pcm).max()) < SILENT:
        return []
    if script.text is None:
        from voxface.phones.recognition import recognise_phones  # noqa: PLC0415

        return recognise_phones(pcm)
    from voxface.phones.by_voice import align_by_voice  # noqa: PLC0415

    if not (script.english and _plain_english(script.text)):
        return align_by_voice(pcm, script.text, script.voice)
    from voxface.phones.alignment import align, english_words  # noqa: PLC0415

    found = align(pcm, english_words(script.text))
    if found is not None and found.agreement >= SURE and found.squeezed <= SQUEEZED:
        return list(found.phones)
    # Unsure: the other way is tried, and the one believed whose silences are the quieter.
    other = align_by_voice(pcm, script.text, script.voice)
    if found is None or found.fault() or energy_agreement(pcm, other) > found.agreement:
        return other
    return list(found.phones)


def _plain_english(text: str) -> bool:
    """Tell whether words are all there is to say: figures are read out by espeak-ng alone."""
    from voxface.phones.pronunciation import plain_words  # noqa: PLC0415

    letters = sum(letter.isalnum() for letter in text)
    return (
        bool(plain_words(text))
        and sum(letter.isalpha() for word in plain_words(text) for letter in word) == letters
    )
