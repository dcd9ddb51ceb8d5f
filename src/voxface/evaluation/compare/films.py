"""Heads that show truth and predictions: films with sound, and stills of single moments."""

from __future__ import annotations

import io
import wave
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import numpy as np

from voxface.audio import read
from voxface.audio.features import SAMPLE_RATE
from voxface.evaluation.compare.chosen import Shown
from voxface.evaluation.recordings import recording_of
from voxface.face import FaceClip, Rig
from voxface.render import Camera, Performance, Renderer, Shooting, render_video
from voxface.render.caption import pillow
from voxface.render.film import open_mouth
from voxface.render.performance import at_times
from voxface.rig import connect

HEADS = 4
"""Heads in one film, the captured one included."""
CELL = (384, 512)
"""Width and height of one head in a film, in pixels."""
FPS = 25
STILL = (200, 240)
FILM_CAMERA = Camera(zoom=1.15)
STILL_CAMERA = Camera(zoom=1.7)
QUALITY = 27
"""Rate factor of x264: small, and good enough to judge lips by."""
CAPTURED = "captured"


@dataclass(frozen=True)
class Film:
    """A film of one take.

    Attributes
    ----------
    take : str
    heads : tuple of str
        Who is shown, from left to right.
    data : bytes
        MP4.
    """

    take: str
    heads: tuple[str, ...]
    data: bytes


def film_count(shown: Sequence[Shown]) -> int:
    """Return how many pictures `make_films` draws."""
    return sum(
        len(_casts(list(one.pairs))) * round((one.window[1] - one.window[0]) * FPS) for one in shown
    )


def make_films(
    shown: Sequence[Shown], rig: Rig, folder: Path, tell: Callable[[], None] = lambda: None
) -> list[Film]:
    """Render each take as truth beside predictions, with its sound.

    Parameters
    ----------
    shown : sequence of Shown
    rig : Rig
    folder : Path
        Where files may lie for a while.
    tell : callable
        Called after every picture.
    """
    films = []
    for number, one in enumerate(shown):
        sound = folder / f"{number}.wav"
        _write_sound(sound, recording_of(one.take.example), one.window)
        clips = {CAPTURED: one.take.at_rest()} | {m: p.clip for m, p in one.pairs.items()}
        for part, heads in enumerate(_casts(list(one.pairs))):
            path = folder / f"{number}_{part}.mp4"
            acts = [Performance(cut(clips[name], one.window), sound, name, True) for name in heads]
            shooting = Shooting(
                (CELL[0] * len(heads), CELL[1]), Fraction(FPS), FILM_CAMERA, quality=QUALITY
            )
            render_video(acts, path, rig, shooting, on_progress=lambda done, total: tell())
            films.append(Film(one.take.name, heads, path.read_bytes()))
    return films


def _casts(methods: Sequence[str]) -> list[tuple[str, ...]]:
    step = HEADS - 1
    return [(CAPTURED, *methods[at : at + step]) for at in range(0, len(methods), step)]


def cut(clip: FaceClip, window: tuple[float, float]) -> FaceClip:
    """Return a part of a clip whose time 0 is where the part begins."""
    count = round((window[1] - window[0]) * float(clip.fps))
    times = window[0] + np.arange(max(1, count)) / float(clip.fps)
    return at_times(clip, times)


def _write_sound(path: Path, recording: Path, window: tuple[float, float]) -> None:
    sound = np.asarray(read(recording, SAMPLE_RATE))
    part = sound[slice(*(round(time * SAMPLE_RATE) for time in window))]
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(SAMPLE_RATE)
        file.writeframes(np.clip(np.round(part * 32767), -32768, 32767).astype("<i2").tobytes())


class StillCamera:
    """Takes stills of one head, one size and one camera."""

    def __init__(self, rig: Rig) -> None:
        self._connection = connect(rig)
        self._renderer = Renderer(rig, STILL, STILL_CAMERA, open_weights=open_mouth(rig))

    def take(self, clip: FaceClip, time: float) -> bytes:
        """Return a JPEG of a clip at a time."""
        moment = at_times(clip, np.array([time]))
        picture = self._renderer.picture(self._connection.weights(moment)[0], moment.head[0])
        held = io.BytesIO()
        pillow("Image").fromarray(picture).save(held, "JPEG", quality=82, optimize=True)
        return held.getvalue()


def stills(camera: StillCamera, clips: Mapping[str, FaceClip], time: float) -> dict[str, bytes]:
    """Return a JPEG of each clip at a time."""
    return {name: camera.take(clip, time) for name, clip in clips.items()}
