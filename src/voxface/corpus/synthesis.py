"""The synthetic corpus: many voices and languages, with the phones and times they were made from.

A synthesiser knows when it speaks which phone, so nothing needs to be aligned. The sound is made
on the user's machine and never stored with the project.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from random import Random

import av
import numpy as np
from numpy.typing import NDArray

from voxface.audio.features import SAMPLE_RATE
from voxface.corpus.flite import VOICES, require_flite, speak_by_flite
from voxface.corpus.sentences import ENGLISH, SENTENCES
from voxface.corpus.utterance import Dropped, Utterance
from voxface.errors import VoxfaceError
from voxface.phones.espeak import Manner, phonemes_of, require_espeak, speak_text
from voxface.phones.times import TimedPhone, energy_agreement

MEAN_SECONDS = 4.2
"""About how long one synthetic utterance is."""
FLITE_SHARE = 4
"""Every fourth utterance is flite's."""
SYLLABLES_SHARE = 4
"""Every fourth utterance of a voice is made-up words, for sounds that sentences join rarely."""
VARIANTS = (*(f"m{number}" for number in range(1, 8)), *(f"f{number}" for number in range(1, 6)))
"""Male and female variants of espeak-ng's voices."""
LEAST_AGREEMENT = 0.85
"""Energy agreement below which the times of a synthetic utterance are doubted."""

_FLITE_CONSONANTS = (
    "p", "b", "t", "d", "k", "g", "m", "n", "f", "v", "s", "z",
    "sh", "zh", "ch", "jh", "th", "dh", "hh", "l", "r", "w", "y",
)  # fmt: skip
_FLITE_VOWELS = (
    "aa", "ae", "ah", "ao", "aw", "ax", "ay", "eh", "er",
    "ey", "ih", "iy", "ow", "oy", "uh", "uw",
)  # fmt: skip
_VOWEL_LETTERS = "aeiouyAEIOUV@03&"


@dataclass(frozen=True)
class Line:
    """One utterance to be made.

    Attributes
    ----------
    id : str
    sound : Path
        Where the FLAC goes.
    synthesiser : str
        ``"espeak"`` or ``"flite"``.
    voice : str
        espeak-ng's language or flite's voice.
    made_up : bool
        Whether it says random syllables.
    seed : str
        Decides text, variant, speed and pitch.
    """

    id: str
    sound: Path
    synthesiser: str
    voice: str
    made_up: bool
    seed: str


def synthetic_lines(folder: Path, *, minutes: float, seed: int) -> list[Line]:
    """Plan a synthetic corpus.

    Parameters
    ----------
    folder : Path
        Where the sound will be written.
    minutes : float
        About how much sound there shall be.
    seed : int
        The same seed plans the same corpus: texts, voices, speeds and pitches. The sound is the
        same but for espeak-ng's noise and the phase of its pulses, whose state cannot be reset.

    Raises
    ------
    VoxfaceError
        If espeak-ng or flite is missing.
    """
    require_espeak()
    require_flite()
    languages = tuple(SENTENCES)
    lines = []
    for number in range(max(1, round(minutes * 60 / MEAN_SECONDS))):
        turn, place = divmod(number, FLITE_SHARE)
        if place == FLITE_SHARE - 1:
            synthesiser, voice, round_of = "flite", VOICES[turn % len(VOICES)], turn // len(VOICES)
        else:
            count = turn * (FLITE_SHARE - 1) + place
            synthesiser, voice = "espeak", languages[count % len(languages)]
            round_of = count // len(languages)
        name = f"{synthesiser}_{voice}_{number:05d}"
        made_up = round_of % SYLLABLES_SHARE == SYLLABLES_SHARE - 1
        path = (folder / f"{name}.flac").resolve()
        lines.append(Line(name, path, synthesiser, voice, made_up, f"{seed}/{number}"))
    return lines


def speak(line: Line) -> Utterance | Dropped:
    """Make one utterance and write its sound.

    Raises
    ------
    VoxfaceError
        If the sound cannot be written.
    """
    random = Random(line.seed)
    make = _by_flite if line.synthesiser == "flite" else _by_espeak
    try:
        text, speaker, language, (pcm, phones) = make(line, random)
    except VoxfaceError as error:
        return Dropped(line.id, str(error))
    if energy_agreement(pcm, phones) < LEAST_AGREEMENT:
        return Dropped(line.id, "silence is as loud as speech")
    write_flac(pcm, line.sound)
    said = "" if line.made_up else text
    return Utterance(line.id, line.sound, len(pcm), speaker, language, said, tuple(phones))


Spoken = tuple[NDArray[np.float32], list[TimedPhone]]


def _by_espeak(line: Line, random: Random) -> tuple[str, str, str, Spoken]:
    variant = random.choice(VARIANTS)
    manner = Manner(
        f"{line.voice}+{variant}",
        speed=random.randint(110, 230),
        pitch=random.randint(20, 85),
        range=random.randint(20, 80),
    )
    if line.made_up:
        text = _made_up_phonemes(line.voice, random)
    else:
        text = " ".join(random.sample(SENTENCES[line.voice], random.choice((1, 2))))
    language = {"cmn-latn-pinyin": "zh"}.get(line.voice, line.voice)
    return text, f"espeak_{line.voice}_{variant}", language, speak_text(text, manner)


def _by_flite(line: Line, random: Random) -> tuple[str, str, str, Spoken]:
    stretch = random.uniform(0.8, 1.35)
    if line.made_up:
        words = [
            f"{random.choice(_FLITE_CONSONANTS)} {random.choice(_FLITE_VOWELS)}"
            + (f" {random.choice(_FLITE_CONSONANTS[:14])}" if random.random() < 0.4 else "")
            for _ in range(random.randint(10, 20))
        ]
        text = f"[[pau {' '.join(words)} pau]]"
    else:
        text = " ".join(random.sample(ENGLISH, random.choice((1, 2))))
    return text, f"flite_{line.voice}", "en-us", speak_by_flite(text, line.voice, stretch=stretch)


@cache
def _inventory(voice: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the consonants and vowels of a language's sentences in espeak-ng's own writing."""
    found = {
        phoneme.lstrip("',%=")
        for sentence in SENTENCES[voice]
        for phoneme in phonemes_of(sentence, voice)
    }
    plain = sorted(name for name in found if name and name[0] not in '_()*;|-:!#"')
    vowels = tuple(name for name in plain if name[0] in _VOWEL_LETTERS)
    return tuple(name for name in plain if name[0] not in _VOWEL_LETTERS), vowels


def _made_up_phonemes(voice: str, random: Random) -> str:
    consonants, vowels = _inventory(voice)
    words = []
    for _ in range(random.randint(5, 9)):
        syllables = random.randint(1, 3)
        stressed = random.randrange(syllables)
        word: list[str] = []
        for number in range(syllables):
            if random.random() < 0.85:
                word.append(random.choice(consonants))
            word.append(("'" if number == stressed else "") + random.choice(vowels))
            if random.random() < 0.25:
                word.append(random.choice(consonants))
        words.append("|".join(word))
    return f"[[{' '.join(words)}]]"


def write_flac(pcm: NDArray[np.float32], path: Path) -> None:
    """Write mono sound at 16 kHz as FLAC, beside and then renamed.

    Raises
    ------
    VoxfaceError
        If the file cannot be written.
    """
    beside = path.with_name(f".{path.name}.{os.getpid()}.part")
    samples = (np.clip(pcm, -1, 1) * 32767).astype(np.int16)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with av.open(str(beside), "w", format="flac") as container:
            stream = container.add_stream("flac", rate=SAMPLE_RATE, layout="mono")
            for begin in range(0, len(samples), 4096):
                block = np.ascontiguousarray(samples[None, begin : begin + 4096])
                frame = av.AudioFrame.from_ndarray(block, format="s16", layout="mono")
                frame.sample_rate, frame.pts = SAMPLE_RATE, begin
                container.mux(stream.encode(frame))
            container.mux(stream.encode(None))
        beside.replace(path)
    except OSError as error:
        raise VoxfaceError(f"cannot write '{path}': {error}") from error
    finally:
        beside.unlink(missing_ok=True)
