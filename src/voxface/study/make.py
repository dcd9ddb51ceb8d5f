"""A new study: its plan is written, then its clips are rendered, each of them once."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np

from voxface.audio import SAMPLE_RATE, read
from voxface.errors import VoxfaceError
from voxface.face import ARKIT_CHANNELS, FaceClip, Rig
from voxface.face.resample import interpolate_frames
from voxface.formats import resolve_rig
from voxface.render import Performance, Shooting, render_video
from voxface.render.performance import at_times
from voxface.study.design import Layout
from voxface.study.document import FILE, MEDIA, Study, load_study, media_file, save_study
from voxface.study.instruction import write_instruction
from voxface.study.methods import Method, hash_of, parse_methods
from voxface.study.plan import LATE, TOLD, Planner, Take
from voxface.study.questions import PAIR, PARTS
from voxface.study.serve import ANSWERS
from voxface.study.side_by_side import join

__all__ = ["Wishes", "make_study"]

TITLE = "Talking heads"
SHOOTING = Shooting(size=(480, 600), captions=False, quality=20)
"""A picture that fills a phone, and half of it beside another."""


@dataclass(frozen=True)
class Wishes:
    """What a new study is to be.

    Parameters
    ----------
    methods : sequence of str
        ``NAME=WHAT``, as `voxface.study.methods.parse_methods` reads them.
    sounds : sequence of Path
    parts : tuple of str
        ``rating``, ``pair`` or both.
    rig : Path, optional
        The head; by default voxface's.
    shooting : Shooting
        The camera and the picture, the same for all clips.
    sounds_each : int, optional
        How many sounds a participant hears; by default all.
    checks : int
        Attention checks in each part.
    seed : int
    title, contact : str, optional
        By default what an existing ``study.json`` says.
    """

    methods: Sequence[str]
    sounds: Sequence[Path]
    parts: tuple[str, ...] = PARTS
    rig: Path | None = None
    shooting: Shooting = SHOOTING
    sounds_each: int | None = None
    checks: int = 2
    seed: int = 0
    title: str | None = None
    contact: str | None = None


def make_study(
    folder: Path, wishes: Wishes, on_progress: Callable[[int, int], None] | None = None
) -> tuple[Study, int]:
    """Make a study, or finish one.

    Clips that are there already are not rendered again, and words of an existing ``study.json``
    are kept.

    Parameters
    ----------
    folder : Path
        Made if it is not there.
    wishes : Wishes
    on_progress : callable, optional
        Is told how many pictures are done, and of how many.

    Returns
    -------
    study : Study
    rendered : int
        How many clips were rendered now.

    Raises
    ------
    VoxfaceError
        If something cannot be read, drawn or written, the folder holds something else, or people
        have answered another design of this study.
    """
    methods = _methods(wishes)
    old = _existing(folder)
    fps = wishes.shooting.fps
    frames = [_frames(sound, fps) for sound in wishes.sounds]
    secret = old.secret if old else secrets.token_hex(16)
    seconds = [float(count / fps) for count in frames]
    planner = Planner(secret, methods, wishes.sounds, seconds, _look(wishes))
    study, takes = _plan(old, secret, wishes, methods, planner)
    if old and old.design() != study.design() and (folder / ANSWERS).exists():
        raise VoxfaceError(
            f"{folder} holds answers to another design; make the new study in another folder"
        )
    rig = resolve_rig(wishes.rig)
    missing = [take for take in takes if not media_file(folder, take.stimulus.token).is_file()]
    # What cannot be acted out must show before hours of rendering, and before a file is there.
    acts = {(take.method, take.sound): None for take in missing if take.kind != TOLD}
    clips = {(m, s): _acted(methods[m], wishes.sounds[s], fps, frames[s]) for m, s in acts}
    try:
        (folder / MEDIA).mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise VoxfaceError(f"cannot make {folder}: {error.strerror or error}") from None
    save_study(study, folder)
    total, done = sum(frames[take.sound] for take in missing), 0
    for take in missing:
        clip = clips.get((take.method, take.sound)) if take.kind != TOLD else None
        path, before = media_file(folder, take.stimulus.token), done

        def tell(pictures: int, _: int, before: int = before) -> None:
            if on_progress is not None:
                on_progress(before + pictures, total)

        count = frames[take.sound]
        _render(path, take, clip or _resting(fps, count), wishes, rig, tell)
        done += count
        tell(count, count)
    films = {
        film: clips
        for film, clips in study.joined().items()
        if not media_file(folder, film).is_file()
    }
    sounds = {sound.stem: sound for sound in wishes.sounds}
    for film, (left, right, sound) in films.items():
        sides = media_file(folder, left), media_file(folder, right)
        join(*sides, sounds[sound], media_file(folder, film), fps, wishes.shooting.quality)
    return study, len(missing) + len(films)


def _methods(wishes: Wishes) -> list[Method]:
    if not wishes.sounds:
        raise VoxfaceError("a study needs sounds: --sounds one.wav two.wav")
    stems = [sound.stem for sound in wishes.sounds]
    for stem in stems:
        if stems.count(stem) > 1:
            raise VoxfaceError(f"two sounds are called '{stem}'; rename one")
    methods = parse_methods(wishes.methods, wishes.sounds)
    if PAIR in wishes.parts and len(methods) < 2:
        raise VoxfaceError("pairs need at least two methods; add one or take --kind rating")
    if not 0 <= wishes.checks <= 10:
        raise VoxfaceError(f"a part has 0 to 10 attention checks, not {wishes.checks}")
    Layout(len(methods), len(stems), wishes.sounds_each or len(stems), wishes.seed)
    return methods


def _existing(folder: Path) -> Study | None:
    if (folder / FILE).is_file():
        return load_study(folder, whole=False)
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise VoxfaceError(f"{folder} holds something else; name a folder that is empty or new")
    return None


def _plan(
    old: Study | None, secret: str, wishes: Wishes, methods: Sequence[Method], planner: Planner
) -> tuple[Study, list[Take]]:
    takes, checks = planner.takes(), []
    for part in wishes.parts:
        more, needed = planner.checks(part, wishes.checks)
        checks += more
        takes += needed
    takes = list({take.stimulus.token: take for take in takes}.values())
    base = old or Study(secrets.token_hex(8), secret, TITLE, (), (), 1, ())
    study = replace(
        base,
        title=base.title if wishes.title is None else wishes.title,
        contact=base.contact if wishes.contact is None else wishes.contact,
        methods=tuple(method.name for method in methods),
        sounds=tuple(sound.stem for sound in wishes.sounds),
        sounds_each=wishes.sounds_each or len(wishes.sounds),
        stimuli=tuple(take.stimulus for take in takes),
        checks=tuple(checks),
        seed=wishes.seed,
        parts=tuple(part for part in PARTS if part in wishes.parts),
        look=_look(wishes),
    )
    return study, takes


def _look(wishes: Wishes) -> Mapping[str, Any]:
    shooting = wishes.shooting
    camera = shooting.camera
    return {
        "rig": hash_of(wishes.rig) if wishes.rig and wishes.rig.is_file() else "default",
        "size": list(shooting.size),
        "fps": str(shooting.fps),
        "camera": [camera.yaw, camera.pitch, camera.zoom],
        "background": list(shooting.background),
        "quality": shooting.quality,
    }


def _frames(sound: Path, fps: Fraction) -> int:
    """Return how many pictures a sound's clips have: the same for every method."""
    seconds = len(read(sound)) / SAMPLE_RATE
    return max(1, int(np.ceil(seconds * float(fps) - 1e-6)))


def _acted(method: Method, sound: Path, fps: Fraction, frames: int) -> FaceClip:
    """Return a method's face at the pictures' times, so that no length gives it away."""
    clip = method.act(sound, fps)
    if not len(clip):
        raise VoxfaceError(f"{method.name} has no frames for {sound.name}")
    return replace(at_times(clip, np.arange(frames) / float(fps)), fps=fps)


def _resting(fps: Fraction, frames: int) -> FaceClip:
    return FaceClip(np.zeros((frames, len(ARKIT_CHANNELS)), np.float32), fps)


def _late(clip: FaceClip) -> FaceClip:
    """Return a clip whose second half comes first."""
    frames = len(clip)
    positions = (np.arange(frames, dtype=np.float64) + frames / 2) % frames
    weights, head = interpolate_frames(clip.weights, clip.head, positions)
    return replace(clip, weights=weights, head=head)


def _render(
    path: Path,
    take: Take,
    clip: FaceClip,
    wishes: Wishes,
    rig: Rig,
    tell: Callable[[int, int], None],
) -> None:
    sound = wishes.sounds[take.sound]
    acted = _late(clip) if take.kind == LATE else clip
    performance = Performance(acted, sound, covers_sound=True)
    if take.kind == TOLD:
        write_instruction(path, take.lines, performance, rig, wishes.shooting)
    else:
        render_video([performance], path, rig, wishes.shooting, on_progress=tell)
