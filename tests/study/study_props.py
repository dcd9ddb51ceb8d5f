"""Studies made up for tests, with clips that browsers play, and raters whose mind is known."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np

from voxface.render.movie import Movie
from voxface.study.document import MEDIA, Check, Stimulus, Study, media_file, save_study
from voxface.study.store import Store

SECONDS = 0.4
OPINION = {"good": 5, "middling": 3, "bad": 1}
"""How well the fabricated methods are."""


def write_clip(path: Path, seconds: float = SECONDS, grey: int = 120) -> Path:
    """Write a grey video with a tone: H.264 and AAC."""
    fps, frames = Fraction(10), round(seconds * 10)
    sound = 0.2 * np.sin(2 * np.pi * 440 * np.arange(round(seconds * 48_000)) / 48_000)
    with Movie(path, (64, 80), fps, frames, iter([np.float32(sound)])) as movie:
        for _ in range(frames):
            movie.add(np.full((80, 64), grey, np.uint8), np.full((40, 32, 2), 128, np.uint8))
    return path


def make_study(
    methods: tuple[str, ...] = ("good", "middling", "bad"),
    sounds: tuple[str, ...] = ("one", "two"),
    checks: bool = True,
    **changes: Any,
) -> Study:
    """Return a study of clips with telling tokens (which real ones have not)."""
    clips = [Stimulus(f"{m}-{s}", m, s, SECONDS) for m in methods for s in sounds]
    planted: tuple[Check, ...] = ()
    if checks:
        clips += [
            Stimulus(f"told-{part}", methods[0], sounds[0], SECONDS, "told")
            for part in ("rating", "pair")
        ]
        planted = (
            Check("told", "rating", ("told-rating",), {"*": ("2",)}),
            Check("told side", "pair", ("told-pair", "told-pair"), {"*": ("left",)}),
        )
    study = Study(
        id="fabricated", secret="none", title="Talking heads", methods=methods, sounds=sounds,
        sounds_each=len(sounds), stimuli=tuple(clips), checks=planted, contact="lab@example.org",
    )  # fmt: skip
    return replace(study, **changes)


def write_study(folder: Path, study: Study) -> Path:
    """Write a study and its clips (one clip, linked under every name)."""
    (folder / MEDIA).mkdir(parents=True)
    clip = write_clip(folder / "clip.mp4")
    for film in (*study.clips, *study.joined()):
        media_file(folder, film).hardlink_to(clip)
    save_study(study, folder)
    return folder


def honest(study: Study, clips: tuple[str, ...], rng: np.random.Generator) -> dict[str, str]:
    """Answer by OPINION, with a little noise on ratings, and pass every check."""
    for check in study.checks:
        if check.clips == clips:
            value = check.passes["*"][0]
            return {q.name: value for q in study.questions(check.part)}
    worth = [OPINION[study.clips[token].method] for token in clips]
    if len(clips) == 1:
        noisy = int(np.clip(worth[0] + rng.integers(-1, 2), 1, 5))
        return {q.name: str(noisy) for q in study.rating_questions}
    return {q.name: "left" if worth[0] > worth[1] else "right" for q in study.pair_questions}


def careless(study: Study, clips: tuple[str, ...], rng: np.random.Generator) -> dict[str, str]:
    """Answer anything, and fail every check."""
    if len(clips) == 1:
        return {q.name: str(rng.choice([1, 3, 4, 5])) for q in study.rating_questions}
    return {q.name: str(rng.choice(["same", "right"])) for q in study.pair_questions}


class Clock:
    """A clock that stands until it is moved."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


Mind = Callable[[Study, tuple[str, ...], np.random.Generator], Mapping[str, str]]


def take_part(
    store: Store, study: Study, clock: Clock, mind: Mind, seed: int, trials: int | None = None
) -> str:
    """Let a rater answer all trials, or the first few; return their code."""
    rng, code = np.random.default_rng(seed), store.enrol()
    while (step := store.step(code)).token and step.done != trials:
        clock.now += SECONDS + 1
        store.answer(code, step.token, mind(study, store.clips(step.token), rng))
    return code
