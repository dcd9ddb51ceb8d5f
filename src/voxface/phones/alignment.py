"""Forced alignment: where each phone of a known text lies in a recording (pocketsphinx).

The English acoustic model that comes with pocketsphinx is used for every language: a word of
another language is aligned as the nearest English phones and keeps its own as labels.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from voxface.audio.features import SAMPLE_RATE
from voxface.phones.ipa import units_from_arpabet
from voxface.phones.pronunciation import Pronunciation, plain_words, pronounce_by_espeak
from voxface.phones.symbols import SILENCE
from voxface.phones.times import TimedPhone, cover, energy_agreement, spread

FRAME = 0.01
"""Seconds from one frame of the aligner to the next."""
DELAY = 0.008
"""Seconds from the beginning of a frame's hop to where the frame begins to matter.

A window of 25.6 ms is centred 12.8 ms after its first sample; the boundary between two frames lies
half a hop before that centre.
"""
SHORTEST = 3
"""Frames of the shortest phone: three states of at least one frame."""


@dataclass(frozen=True)
class Word:
    """A word to align.

    Attributes
    ----------
    text : str
        As written.
    pronunciations : tuple of Pronunciation
        The ways it may be said; the aligner chooses.
    """

    text: str
    pronunciations: tuple[Pronunciation, ...]


@dataclass(frozen=True)
class AlignedWord:
    """A word in time, in seconds."""

    text: str
    start: float
    end: float


@dataclass(frozen=True)
class Alignment:
    """Phones that cover a recording, its words, and what speaks for or against them.

    Attributes
    ----------
    phones : tuple of TimedPhone
        From 0 to the end of the sound, silence included.
    words : tuple of AlignedWord
    agreement : float
        Probability that a frame of speech is louder than one of silence, 0 to 1.
    squeezed : float
        Share of phones of the shortest possible duration (30 ms): text that is not in the sound
        is squeezed so.
    rate : float
        Phones per second of speech.
    """

    phones: tuple[TimedPhone, ...]
    words: tuple[AlignedWord, ...]
    agreement: float
    squeezed: float
    rate: float

    def fault(self) -> str | None:
        """Say why the alignment should not be believed, or None if it may be."""
        if self.agreement < 0.7:
            return "silence is as loud as speech"
        if self.squeezed > 0.5:
            return "half of the phones are squeezed"
        if not 2 <= self.rate <= 22:
            return "implausible speaking rate"
        return None


def english_words(text: str) -> list[Word]:
    """Return the words of an English text, said as the dictionary of pocketsphinx has them.

    Words it lacks are said as espeak-ng says them.

    Raises
    ------
    VoxfaceError
        If a word is in neither.
    """
    decoder = _decoder()
    texts = plain_words(text)
    known: dict[str, tuple[Pronunciation, ...]] = {}
    for word in dict.fromkeys(texts):
        ways = []
        for variant in (word, *(f"{word}({n})" for n in range(2, 6))):
            symbols = decoder.lookup_word(variant)
            if symbols is None:
                break
            ways.append(units_from_arpabet(symbols))
        known[word] = tuple(ways)
    unknown = pronounce_by_espeak(word for word, ways in known.items() if not ways)
    known |= {word: (units,) for word, units in unknown.items()}
    return [Word(word, known[word]) for word in texts]


def align(pcm: NDArray[np.float32], words: Sequence[Word]) -> Alignment | None:
    """Find when each phone of known words is spoken.

    Parameters
    ----------
    pcm : ndarray of float32, shape (N,)
        Mono sound at 16 kHz, full scale ±1.
    words : sequence of Word
        What is said, in order; silence may lie anywhere between.

    Returns
    -------
    Alignment or None
        None if the words cannot be found in the sound at all.
    """
    decoder = _decoder()
    names: dict[str, tuple[Word, Pronunciation]] = {}
    script = []
    for word in words:
        name = _teach(decoder, word, names)
        script.append(name)
    entries = _run(decoder, " ".join(script), as_heard_by_sphinx(pcm))
    if entries is None:
        return None
    return _read(entries, names, pcm)


def as_heard_by_sphinx(pcm: NDArray[np.float32]) -> bytes:
    """Return a sound as pocketsphinx takes it, at a level that it likes: 16-bit samples."""
    peak = float(np.max(np.abs(pcm), initial=1e-6))
    return np.int16(np.clip(pcm / peak, -1, 1) * 20000).tobytes()


@cache
def _decoder() -> Any:
    from pocketsphinx import Decoder  # noqa: PLC0415  (only who aligns pays for it)

    logging.getLogger("pocketsphinx").setLevel(logging.ERROR)
    # The best path of the lattice may differ from the words that the second pass is given.
    return Decoder(lm=None, loglevel="FATAL", bestpath=False)


@cache
def _taught() -> dict[tuple[Pronunciation, ...], str]:
    return {}


def _teach(decoder: Any, word: Word, names: dict[str, tuple[Word, Pronunciation]]) -> str:
    """Add a word's pronunciations to the decoder's dictionary once and return its name there."""
    taught = _taught()
    name = taught.get(word.pronunciations)
    fresh = name is None
    if name is None:
        name = taught[word.pronunciations] = f"voxface{len(taught)}"
    for number, units in enumerate(word.pronunciations):
        variant = name if number == 0 else f"{name}({number + 1})"
        names[variant] = (word, units)
        if fresh:
            decoder.add_word(variant, " ".join(unit.arpabet for unit in units), False)
    return name


@dataclass(frozen=True)
class _Entry:
    """A word as the aligner found it; times in frames."""

    name: str
    start: int
    duration: int
    parts: tuple[int, ...]


def _run(decoder: Any, script: str, sound: bytes) -> list[_Entry] | None:
    try:
        decoder.set_align_text(script)
        _push(decoder, sound)
        if decoder.hyp() is None:
            return None
        decoder.set_alignment()
        _push(decoder, sound)
        found = decoder.get_alignment()
        if found is None:
            return None
        # The entries point into memory that dies with the alignment: read them while it lives.
        return [
            _Entry(word.name, word.start, word.duration, tuple(p.duration for p in word))
            for word in found
        ]
    except RuntimeError:  # how pocketsphinx says that no path reached the end
        return None


def _push(decoder: Any, sound: bytes) -> None:
    decoder.start_utt()
    try:
        decoder.process_raw(sound, full_utt=True)
    finally:
        decoder.end_utt()


def _read(
    entries: list[_Entry], names: dict[str, tuple[Word, Pronunciation]], pcm: NDArray[np.float32]
) -> Alignment | None:
    phones: list[TimedPhone] = []
    words: list[AlignedWord] = []
    frames: list[int] = []
    for entry in entries:
        if entry.name not in names:  # silence and the model's noises
            continue
        word, units = names[entry.name]
        begin = entry.start * FRAME + DELAY
        words.append(AlignedWord(word.text, begin, begin + entry.duration * FRAME))
        for unit, duration in zip(units, entry.parts, strict=True):
            phones += spread(unit.phones, begin, begin + duration * FRAME)
            begin += duration * FRAME
        frames += entry.parts
    if not frames:
        return None
    covered = cover(phones, len(pcm) / SAMPLE_RATE)
    spoken = sum(phone.end - phone.start for phone in covered if phone.symbol != SILENCE)
    return Alignment(
        tuple(covered),
        tuple(words),
        energy_agreement(pcm, covered),
        float(np.mean(np.array(frames) <= SHORTEST)),
        len(phones) / max(spoken, FRAME),
    )
