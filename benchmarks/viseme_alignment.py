"""How well phones are found in recordings whose phones are known.

    python benchmarks/viseme_alignment.py [--corpus data/corpus/grid]

Planted truth: espeak-ng says sentences of several languages in other voices, at other speeds and
pitches and with noise, and knows its own phones; its plain voice is bent onto them. A harder truth
for English: flite, another synthesiser altogether. With a corpus of GRID, real voices, whose
reference is pocketsphinx itself, so that its own row there shows nothing.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from rich.console import Console
from rich.table import Table

from voxface.audio import SAMPLE_RATE, read
from voxface.corpus.flite import VOICES, speak_by_flite
from voxface.corpus.manifest import read_corpus
from voxface.corpus.sentences import SENTENCES
from voxface.phones.alignment import align, english_words
from voxface.phones.by_voice import align_by_voice
from voxface.phones.espeak import Manner, speak_text
from voxface.phones.recognition import recognise_phones
from voxface.phones.symbols import SILENCE
from voxface.phones.times import TimedPhone
from voxface.visemes import timed_visemes

LANGUAGES = ("de", "ar", "cmn-latn-pinyin", "fr", "hi", "en-us")
MANNERS = (("f2", 130, 60), ("m3", 190, 40), ("f4", 220, 70), ("m7", 150, 30))
"""Variants of a voice, with words per minute and pitch."""
NOISE = 0.002
EVERY = 40


@dataclass(frozen=True, eq=False)
class Spoken:
    """A recording, its text, and its phones as its maker knows them."""

    pcm: NDArray[np.float32]
    text: str
    phones: Sequence[TimedPhone]


def main() -> None:
    """Print both tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--corpus", type=Path, help="GRID as 'voxface corpus' wrote it")
    given = parser.parse_args()
    console = Console()
    console.print(languages())
    console.print(english(given.corpus))


def languages() -> Table:
    """Return boundary errors of the aligner by espeak-ng, language by language."""
    table = Table(title="boundaries of phones: espeak-ng bent onto its other voices")
    for column in ("language", "utterances", "phones", "median ms", "90 % under ms", "not matched"):
        table.add_column(column)
    for language in LANGUAGES:
        errors: list[NDArray[np.float64]] = []
        lost = 0
        for number in range(len(MANNERS)):
            spoken = planted(language, number)
            found = align_by_voice(spoken.pcm, spoken.text, language)
            off = boundary_errors(spoken.phones, found)
            lost += off is None
            errors += [] if off is None else [off]
        off = 1000 * np.concatenate(errors)
        cells = (
            len(MANNERS),
            len(off) // 2,
            f"{np.median(off):.1f}",
            f"{np.percentile(off, 90):.1f}",
        )
        table.add_row(language, *map(str, cells), str(lost))
    return table


def planted(language: str, number: int) -> Spoken:
    """Return two sentences in one of the manners, with noise and silence before them."""
    text = " ".join(SENTENCES[language][3 * number : 3 * number + 2])
    variant, speed, pitch = MANNERS[number]
    pcm, phones = speak_text(text, Manner(f"{language}+{variant}", speed, pitch))
    before = np.zeros(4000 + 1600 * number, np.float32)
    late = len(before) / SAMPLE_RATE
    noise = np.random.default_rng(number).normal(0, NOISE, len(before) + len(pcm))
    return Spoken(
        (np.concatenate([before, pcm]) + noise).astype(np.float32),
        text,
        [TimedPhone(p.symbol, p.start + late, p.end + late) for p in phones],
    )


def boundary_errors(
    true: Sequence[TimedPhone], found: Sequence[TimedPhone]
) -> NDArray[np.float64] | None:
    """Return how far starts and ends of phones are off, in seconds; None if phones differ."""
    own, said = ([p for p in phones if p.symbol != SILENCE] for phones in (true, found))
    if [p.symbol for p in own] != [p.symbol for p in said]:
        return None
    off = [(a.start - b.start, a.end - b.end) for a, b in zip(own, said, strict=True)]
    return np.abs(np.array(off).ravel())


def english(corpus: Path | None) -> Table:
    """Return how many frames of speech have the right viseme, by each way to find phones."""
    ways: dict[str, Callable[[Spoken], Sequence[TimedPhone]]] = {
        "text, pocketsphinx": _by_pocketsphinx,
        "text, espeak-ng bent": lambda one: align_by_voice(one.pcm, one.text, "en-us"),
        "no text, recognised": lambda one: recognise_phones(one.pcm),
    }
    table = Table(title="frames of speech with the right viseme, English")
    for column in ("truth", "utterances", *ways):
        table.add_column(column)
    for name, all_spoken in _english(corpus).items():
        shares = [
            np.mean([agreement(one, way(one)) for one in all_spoken]) for way in ways.values()
        ]
        table.add_row(name, str(len(all_spoken)), *(f"{share:.1%}" for share in shares))
    return table


def agreement(spoken: Spoken, found: Sequence[TimedPhone]) -> float:
    """Return the share of frames with the right viseme, of those where either says speech."""
    frames = len(spoken.pcm) * 100 // SAMPLE_RATE
    own, said = _per_frame(spoken.phones, frames), _per_frame(found, frames)
    sounding = (own != SILENCE) | (said != SILENCE)
    return float((own == said)[sounding].mean())


def _per_frame(phones: Sequence[TimedPhone], frames: int) -> NDArray[np.str_]:
    names = np.full(frames, SILENCE, "<U3")
    for look in timed_visemes(list(phones)):
        names[round(look.start * 100) : round(look.end * 100)] = look.strongest
    return names


def _by_pocketsphinx(one: Spoken) -> Sequence[TimedPhone]:
    found = align(one.pcm, english_words(one.text))
    return found.phones if found is not None else ()


def _english(corpus: Path | None) -> dict[str, list[Spoken]]:
    found: dict[str, list[Spoken]] = {"flite": []}
    for number, voice in enumerate(VOICES):
        text = " ".join(SENTENCES["en-us"][2 * number : 2 * number + 2])
        pcm, phones = speak_by_flite(text, voice)
        found["flite"].append(Spoken(pcm, text, phones))
    if corpus is not None:
        some = list(read_corpus(corpus))[::EVERY]
        found["GRID, aligned by pocketsphinx"] = [
            Spoken(read(one.recording), one.text, one.phones) for one in some
        ]
    return found


if __name__ == "__main__":
    main()
