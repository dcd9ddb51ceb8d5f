"""`Study`: what ``study.json`` holds, read and written."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from voxface.errors import VoxfaceError
from voxface.formats.json_text import read_json
from voxface.formats.output import OutputFile
from voxface.study.design import Layout
from voxface.study.questions import (
    CONFIRMATION,
    CONSENT,
    INTRODUCTION,
    PAIR,
    PAIR_QUESTIONS,
    PARTS,
    RATING,
    RATING_QUESTIONS,
    Question,
)

FILE = "study.json"
MEDIA = "media"
FORMAT = "voxface study"
EVERY_QUESTION = "*"


@dataclass(frozen=True)
class Stimulus:
    """One rendered clip.

    Parameters
    ----------
    token : str
        Its name in the media folder, without ``.mp4``; says nothing of what it shows.
    method, sound : str
        What it shows.
    seconds : float
        Its length.
    made_for : str
        Name of the attention check that it was altered for; empty for what is judged.
    """

    token: str
    method: str
    sound: str
    seconds: float
    made_for: str = ""


@dataclass(frozen=True)
class Check:
    """An attention check: a trial to which only some answers are right.

    Parameters
    ----------
    name : str
    part : str
        ``rating`` or ``pair``.
    clips : tuple of str
        Tokens of the one clip, or of the left and the right one.
    passes : mapping of str to tuple of str
        The answers that pass, by question; ``*`` stands for every question.
    """

    name: str
    part: str
    clips: tuple[str, ...]
    passes: Mapping[str, tuple[str, ...]]

    def passed(self, answers: Mapping[str, str]) -> bool:
        """Tell whether a trial's answers, by question, pass."""
        return all(
            value in self.passes.get(question, self.passes.get(EVERY_QUESTION, (value,)))
            for question, value in answers.items()
        )


@dataclass(frozen=True)
class Study:
    """A study as it is served and reported.

    Parameters
    ----------
    id : str
        Tells studies in one database apart.
    secret : str
        What tokens are made with; never leaves the folder.
    title, introduction, confirmation, contact : str
        Shown to participants; `contact` may be empty.
    consent : tuple of str
        Paragraphs that a participant agrees to.
    seed : int
        Of everything drawn by lot.
    parts : tuple of str
        ``rating``, ``pair`` or both.
    methods, sounds : tuple of str
    sounds_each : int
        How many sounds a participant hears.
    checks_may_fail : int
        A participant who fails more attention checks is left out of the main results.
    rating_questions, pair_questions : tuple of Question
    stimuli : tuple of Stimulus
    checks : tuple of Check
    look : mapping
        How clips were rendered, for the record.
    """

    id: str
    secret: str
    title: str
    methods: tuple[str, ...]
    sounds: tuple[str, ...]
    sounds_each: int
    stimuli: tuple[Stimulus, ...]
    checks: tuple[Check, ...] = ()
    seed: int = 0
    parts: tuple[str, ...] = PARTS
    introduction: str = INTRODUCTION
    consent: tuple[str, ...] = CONSENT
    confirmation: str = CONFIRMATION
    contact: str = ""
    checks_may_fail: int = 0
    rating_questions: tuple[Question, ...] = RATING_QUESTIONS
    pair_questions: tuple[Question, ...] = PAIR_QUESTIONS
    look: Mapping[str, Any] = field(default_factory=dict)

    @property
    def layout(self) -> Layout:
        """The sizes that the design is drawn from."""
        return Layout(len(self.methods), len(self.sounds), self.sounds_each, self.seed)

    @property
    def clips(self) -> dict[str, Stimulus]:
        """Every clip by its token."""
        return {each.token: each for each in self.stimuli}

    def questions(self, part: str) -> tuple[Question, ...]:
        """Return what is asked in a part."""
        return self.rating_questions if part == RATING else self.pair_questions

    def film(self, clips: Sequence[str]) -> str:
        """Return the name of what is shown: a single clip, or the film that joins two."""
        if len(clips) == 1:
            return clips[0]
        text = f"{self.secret} {' '.join(clips)}"
        return hashlib.sha256(text.encode()).hexdigest()[:24]

    def joined(self) -> dict[str, tuple[str, str, str]]:
        """Return every film of two clips by its name: left clip, right clip, sound."""
        if PAIR not in self.parts:
            return {}
        both = [
            (self.clip_of(left, sound), self.clip_of(right, sound))
            for sound in range(len(self.sounds))
            for left in range(len(self.methods))
            for right in range(len(self.methods))
            if left != right
        ]
        clips = self.clips
        both += [(clips[c.clips[0]], clips[c.clips[1]]) for c in self.checks if c.part == PAIR]
        return {self.film((a.token, b.token)): (a.token, b.token, a.sound) for a, b in both}

    def clip_of(self, method: int, sound: int) -> Stimulus:
        """Return the clip of a method and a sound, by their numbers."""
        wanted = self.methods[method], self.sounds[sound]
        return next(
            each
            for each in self.stimuli
            if (each.method, each.sound) == wanted and not each.made_for
        )

    def design(self) -> str:
        """Return a fingerprint of all that must not change once people have answered."""
        asked = [[q.name for q in self.questions(part)] for part in PARTS]
        content = [
            self.methods, self.sounds, self.sounds_each, self.seed, self.parts, asked,
            [asdict(each) for each in self.stimuli],
            [asdict(each) for each in self.checks],
        ]  # fmt: skip
        return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


def save_study(study: Study, folder: Path) -> None:
    """Write ``study.json`` into a study's folder."""
    text = json.dumps({"format": FORMAT, "version": 1} | asdict(study), indent=2)
    with OutputFile(folder / FILE) as file:
        file.write(text.encode())


def load_study(folder: Path, *, whole: bool = True) -> Study:
    """Read the study in a folder.

    Parameters
    ----------
    folder : Path
        What ``voxface study new`` made.
    whole : bool
        Whether all its clips must be there.

    Raises
    ------
    VoxfaceError
        If there is none, it was edited into something else, or clips are missing.
    """
    path = folder / FILE
    if not path.is_file():
        raise VoxfaceError(f"{folder} holds no study; make one with: voxface study new {folder}")
    plain = read_json(path)
    if plain.get("format") != FORMAT or plain.get("version") != 1:
        raise VoxfaceError(f"{path} is not a study that this voxface reads")
    try:
        study = _study(plain)
    except (TypeError, KeyError, ValueError, AttributeError) as error:
        raise VoxfaceError(f"{path} is not a study: {error}") from None
    _check(study, path)
    films = [*study.clips, *study.joined()]
    missing = [film for film in films if not media_file(folder, film).is_file()]
    if whole and missing:
        raise VoxfaceError(
            f"{len(missing)} of {len(films)} clips of {folder} are not rendered; "
            "run the same 'voxface study new' again to finish them"
        )
    return study


def media_file(folder: Path, token: str) -> Path:
    """Return where a clip lies."""
    return folder / MEDIA / f"{token}.mp4"


def _study(plain: dict[str, Any]) -> Study:
    values = {name: value for name, value in plain.items() if name not in ("format", "version")}
    for name in ("methods", "sounds", "parts", "consent"):
        values[name] = tuple(map(str, values[name]))
    for name in ("rating_questions", "pair_questions"):
        values[name] = tuple(
            Question(**each | {"labels": tuple(each.get("labels", ()))}) for each in values[name]
        )
    values["stimuli"] = tuple(Stimulus(**each) for each in values["stimuli"])
    values["checks"] = tuple(
        Check(
            each["name"],
            each["part"],
            tuple(each["clips"]),
            {name: tuple(map(str, right)) for name, right in each["passes"].items()},
        )
        for each in values["checks"]
    )
    return Study(**values)


def _check(study: Study, path: Path) -> None:
    """Refuse what an edit by hand may have broken."""
    try:
        _ = study.layout
    except VoxfaceError as error:
        raise VoxfaceError(f"{path}: {error}") from None
    tokens = study.clips
    known = all(token in tokens for check in study.checks for token in check.clips)
    if not study.parts or not set(study.parts) <= set(PARTS) or not known:
        raise VoxfaceError(f"{path}: parts are {' and '.join(PARTS)}; checks name clips")
    for part in study.parts:
        names = [question.name for question in study.questions(part)]
        if not names or len(set(names)) < len(names):
            raise VoxfaceError(f"{path}: {part} needs questions, each with a name of its own")
    if RATING in study.parts and any(len(q.labels) < 2 for q in study.rating_questions):
        raise VoxfaceError(f"{path}: a rating question needs at least two labels")
    if PAIR in study.parts and any(q.labels for q in study.pair_questions):
        raise VoxfaceError(f"{path}: a question about pairs has no labels")
    held = {(each.method, each.sound) for each in study.stimuli if not each.made_for}
    if any((method, sound) not in held for method in study.methods for sound in study.sounds):
        raise VoxfaceError(f"{path}: there is not a clip of every method and sound")
