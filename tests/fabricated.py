"""Examples, speakers, clips and corpora made up for tests, with answers known beforehand."""

from __future__ import annotations

from itertools import product
from pathlib import Path

import numpy as np

from media import write_media
from voxface.audio.features import features
from voxface.corpus.examples import Example, save_examples
from voxface.corpus.labels import Canonical, save_canonical, sigmoid
from voxface.corpus.manifest import CUTS, cut_of, write_cuts
from voxface.corpus.prepare import CANONICAL
from voxface.corpus.utterance import Utterance
from voxface.face import ARKIT_CHANNELS, FaceClip, channel_index
from voxface.phones.articulation import articulation_frames
from voxface.phones.times import TimedPhone

CHANNELS = len(ARKIT_CHANNELS)
JAW = channel_index("jawOpen")
PUCKER = channel_index("mouthPucker")
DEAD = channel_index("tongueOut")


def make_canonical() -> Canonical:
    """Return a canonical speaker: centre -1.5, deviation 1, at rest one deviation below."""
    ones = np.ones(CHANNELS)
    centre = -1.5 * ones
    centre[DEAD] = -10.0
    return Canonical(centre, ones, sigmoid(centre - 1.0), -0.8 * ones)


def make_example(
    frames: int = 200,
    *,
    name: str = "take",
    speaker: str = "anna",
    corpus: str = "grid",
    mel: np.ndarray | None = None,
    motion: np.ndarray | None = None,
    phones: tuple[TimedPhone, ...] = (),
    **about: str,
) -> Example:
    """Return an example: quiet and still unless told otherwise."""
    ones = np.ones(CHANNELS, np.float32)
    return Example(
        name,
        speaker,
        corpus,
        np.float16(np.full((frames, 80), -60.0) if mel is None else mel),
        np.float16(np.zeros((frames, CHANNELS)) if motion is None else motion),
        np.ones(frames, np.uint8),
        np.zeros((frames, 6), np.float16),
        np.ones(frames, np.uint8),
        articulation_frames(phones, frames),
        ones,
        ones,
        0 * ones,
        dict(about),
    )


def learnable(rng: np.random.Generator, frames: int = 400, **more: str) -> Example:
    """Return an example whose jaw follows the low bands, and whose lips follow the high ones."""
    low, high = (_wave(rng, frames) for _ in range(2))
    mel = np.empty((frames, 80))
    mel[:, :40] = -45 + 15 * low[:, None]
    mel[:, 40:] = -45 + 15 * high[:, None]
    motion = np.zeros((frames, CHANNELS))
    motion[:, JAW], motion[:, PUCKER] = low, high
    return make_example(frames, mel=mel, motion=motion, **more)


def _wave(rng: np.random.Generator, frames: int) -> np.ndarray:
    curve = np.convolve(rng.normal(size=frames + 40), np.hanning(12), mode="same")[20:-20]
    return (curve - curve.mean()) / curve.std()


def write_example_folder(folder: Path, takes: int = 6, seed: int = 0) -> Path:
    """Write ``grid.npz`` and ``canonical.npz`` of learnable examples, as a recipe hears them."""
    rng = np.random.default_rng(seed)
    held = [learnable(rng, name=f"take{number}") for number in range(takes)]
    save_canonical(folder / CANONICAL, make_canonical())
    save_examples(folder / "grid.npz", held)
    return folder


def tiny_recipe(**changes: object) -> dict[str, object]:
    """Return the plain values of a recipe that trains in a second or two."""
    recipe: dict[str, object] = {
        "name": "tiny",
        "precision": "32-true",
        "seed": 3,
        "model": {"channels": 16, "dilations": [1, 2, 4], "look_ahead": 2, "dropout": 0.1},
        "data": {"sets": {"grid": 1.0}},
        "crops": {"frames": 64, "warm_up": 16, "batch": 4},
        "optimiser": {"steps": 12, "learning_rate": 0.01, "average": 0.9},
    }
    return recipe | changes


BURSTS = ((0.5, 0.9), (1.2, 1.7), (2.1, 2.4))
"""Begin and end in seconds of the noise in `bursts`."""


def bursts(seconds: float = 3.0, seed: int = 0) -> np.ndarray:
    """Return sound at 16 kHz: noise at -20 dB in BURSTS, and next to nothing elsewhere."""
    rng = np.random.default_rng(seed)
    sound = 1e-4 * rng.normal(size=round(seconds * 16_000))
    for begin, end in BURSTS:
        part = slice(round(begin * 16_000), round(end * 16_000))
        sound[part] += 0.1 * rng.normal(size=part.stop - part.start)
    return np.float32(sound)


def jaw_of(sound: np.ndarray, times: np.ndarray) -> np.ndarray:
    """Return how far a made-up jaw opens for a sound, 0 to about 0.6, at `times` in seconds."""
    loudness = features(sound)[:, 82]
    smooth = np.convolve(np.clip((loudness + 60) / 40, 0, 1), np.hanning(9) / 4, mode="same")
    return 0.05 + 0.6 * np.interp(times, np.arange(len(smooth)) / 100, smooth)


def captured_clip(sound: np.ndarray, *, lost: tuple[int, ...] = (), gain: float = 1.0) -> FaceClip:
    """Return what a tracker at 25 fps would see of the jaw; `lost` frames are untracked."""
    frames = round(len(sound) / 16_000 * 25)
    weights = np.full((frames, CHANNELS), 0.02, np.float32)
    jaw = gain * jaw_of(sound, np.arange(frames) / 25)
    weights[:, JAW] = jaw
    weights[:, PUCKER] = 0.7 - jaw
    tracked = np.ones((frames, CHANNELS), bool)
    tracked[:, DEAD] = False
    tracked[list(lost)] = False
    head = np.tile([0.0, 0, 0, 1, 0, 0, 0], (frames, 1))
    head[:, 0] = jaw
    return FaceClip(np.where(tracked, weights, 0), 25, head=head, tracked=tracked)


def write_recording(path: Path, sound: np.ndarray) -> Path:
    """Write a recording at 16 kHz without loss."""
    return write_media(path, sound, 16_000, "pcm_s16le", "s16")


def burst_phones(seconds: float = 3.0) -> tuple[TimedPhone, ...]:
    """Return phones over `bursts`: a "b" as each begins, then an open "a"."""
    phones, at = [], 0.0
    for begin, end in BURSTS:
        phones += [
            TimedPhone("sil", at, begin),
            TimedPhone("b", begin, round(begin + 0.08, 4)),
            TimedPhone("ɑ", round(begin + 0.08, 4), end),
        ]
        at = end
    return (*phones, TimedPhone("sil", at, seconds))


def write_captured_corpus(
    folder: Path, takes: int = 6, speakers: tuple[str, ...] = ("anna",)
) -> Path:
    """Write ``recordings/``, ``captures/`` and ``corpora/grid/`` of people who say "ba ba ba"."""
    (folder / "captures").mkdir(parents=True)
    for utterance in write_voices(folder, "grid", takes, speakers):
        sound = bursts(seed=int(utterance.id.removeprefix(utterance.speaker)))
        captured_clip(sound).save(folder / "captures" / f"{utterance.id}.npz")
    return folder


def write_voices(
    folder: Path, corpus: str, takes: int, speakers: tuple[str, ...]
) -> list[Utterance]:
    """Write ``recordings/`` and ``corpora/CORPUS/`` and return what is said in them."""
    for name in ("recordings", f"corpora/{corpus}"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    said = []
    for speaker, number in product(speakers, range(takes)):
        sound, name = bursts(seed=number), f"{speaker}{number}"
        said.append(
            Utterance(
                name,
                write_recording(folder / "recordings" / f"{name}.wav", sound),
                len(sound),
                speaker,
                "en",
                "ba ba ba",
                burst_phones(),
            )
        )
    write_cuts(map(cut_of, said), folder / "corpora" / corpus / CUTS)
    return said
