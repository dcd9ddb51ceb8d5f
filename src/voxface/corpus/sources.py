"""Which recordings each real corpus has, and how one of them becomes an utterance."""

from __future__ import annotations

import csv
from dataclasses import dataclass, replace
from pathlib import Path

from voxface.audio import read
from voxface.corpus.grid import grid_sentence, grid_speaker, grid_word, read_align
from voxface.corpus.utterance import Dropped, Utterance
from voxface.errors import VoxfaceError
from voxface.phones.alignment import AlignedWord, Alignment, Word, align, english_words
from voxface.phones.ipa import parse_ipa, units_from_ipa
from voxface.phones.times import trim_onsets

GRID_TOLERANCE = 0.12
"""Mean difference in seconds between our word boundaries and GRID's, beyond which we doubt both."""


@dataclass(frozen=True)
class Take:
    """A recording with known words.

    Attributes
    ----------
    id, speaker, language, text : str
    recording : Path
    pronunciation : str
        IPA of a single word, or empty where the words are English.
    word_times : Path or None
        GRID's ``.align`` file, to check the alignment against.
    doubt : str
        Why the recording should not be used at all, or empty.
    """

    id: str
    recording: Path
    speaker: str
    language: str
    text: str
    pronunciation: str = ""
    word_times: Path | None = None
    doubt: str = ""

    @property
    def words(self) -> list[Word]:
        """Return the words to align."""
        if self.id.startswith("grid_"):
            return [grid_word(word) for word in self.text.split()]
        if self.pronunciation:
            return [Word(self.text, (units_from_ipa(parse_ipa(self.pronunciation)),))]
        return english_words(self.text)


def grid_takes(shared: Path) -> list[Take]:
    """List the clips of ``grid_s1`` and ``grid_more``."""
    clips = sorted((shared / "grid_s1" / "video").glob("*.mkv"))
    clips += sorted((shared / "grid_more").glob("*.mkv"))
    if not clips:
        raise VoxfaceError(
            f"no GRID clips in '{shared}': give the folder that holds grid_s1 with --shared"
        )
    takes = []
    for clip in clips:
        times = clip.parent.parent / "align" / f"{clip.stem}.align"
        speaker = grid_speaker(clip)
        takes.append(
            Take(
                id=f"grid_{speaker}_{clip.stem.rpartition('_')[2]}",
                recording=clip.resolve(),
                speaker=speaker,
                language="en",
                text=" ".join(grid_sentence(clip.stem)),
                word_times=times if times.is_file() else None,
            )
        )
    return takes


def voice_takes(shared: Path) -> list[Take]:
    """List the recordings of ``voices/index.csv``, long utterances first.

    A recording that the index lists twice with different words cannot be trusted with either.
    """
    index = shared / "voices" / "index.csv"
    if not index.is_file():
        raise VoxfaceError(
            f"no '{index}': give the folder that holds voices/index.csv with --shared"
        )
    takes: dict[Path, Take] = {}
    with index.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            recording = index.parent / row["file"]
            take = Take(
                id=f"{row['set']}_{recording.stem}",
                recording=recording.resolve(),
                speaker=row["speaker"],
                language=row["language"],
                text=row["text"],
                pronunciation=row["pronunciation_ipa"],
            )
            known = takes.setdefault(recording, take)
            if known != take:
                takes[recording] = replace(known, doubt="listed twice with different words")
    order = ("librispeech", "arabic_commands", "speechocean762", "speech_commands")
    rank = {name: number for number, name in enumerate(order)}
    return sorted(takes.values(), key=lambda take: rank.get(take.recording.parent.name, len(order)))


def utterance_of(take: Take) -> Utterance | Dropped:
    """Align one take; what should not be believed is dropped with the reason."""
    if take.doubt:
        return Dropped(take.id, take.doubt)
    try:
        pcm = read(take.recording)
        found = align(pcm, take.words)
    except VoxfaceError as error:
        return Dropped(take.id, str(error))
    if found is None:
        return Dropped(take.id, "the words were not found in the sound")
    reason = found.fault() or _against(found, take.word_times)
    if reason:
        return Dropped(take.id, reason)
    phones = tuple(trim_onsets(found.phones))
    return Utterance(
        take.id, take.recording, len(pcm), take.speaker, take.language, take.text, phones
    )


def _against(found: Alignment, word_times: Path | None) -> str | None:
    if word_times is None:
        return None
    difference = boundary_difference(found.words, read_align(word_times))
    if difference is None:
        return "the corpus's own words are others"
    return "the corpus's own word times differ" if difference > GRID_TOLERANCE else None


def boundary_difference(
    ours: tuple[AlignedWord, ...] | list[AlignedWord], theirs: list[AlignedWord]
) -> float | None:
    """Return the mean absolute difference of word starts and ends in seconds.

    None if the words are not the same.
    """
    if [word.text for word in ours] != [word.text for word in theirs]:
        return None
    pairs = list(zip(ours, theirs, strict=True))
    total = sum(abs(a.start - b.start) + abs(a.end - b.end) for a, b in pairs)
    return total / (2 * max(len(pairs), 1))
