"""Sound in which nobody speaks: made-up music, percussion and machines, with a face at rest."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.signal import lfilter

from voxface.audio.features import MEL_BANDS, SAMPLE_RATE, features
from voxface.corpus.captured import channel_weight
from voxface.corpus.examples import Example, save_examples
from voxface.corpus.labels import load_canonical
from voxface.face import ARKIT_CHANNELS
from voxface.phones.articulation import articulation_frames

SECONDS = 20
PIECES = 60
SCALE = (0, 2, 4, 5, 7, 9, 11)


def prepare_nobody(canonical: Path, output: Path, pieces: int = PIECES, seed: int = 0) -> int:
    """Make ``nobody.npz``: `pieces` times 20 s of sound without speech and a resting face.

    Parameters
    ----------
    canonical : Path
        File of the canonical speaker, for the resting motion.
    output : Path
        Folder of the examples.
    """
    speaker = load_canonical(canonical)
    rng = np.random.default_rng(seed)
    makers = (music, music, percussion, machine)
    examples = []
    for number in range(pieces):
        maker = makers[number % len(makers)]
        sound = features(maker(rng))
        frames, channels = len(sound), len(ARKIT_CHANNELS)
        ones = np.ones(channels, np.float32)
        examples.append(
            Example(
                f"{maker.__name__} {number}",
                "nobody",
                "nobody",
                sound[:, :MEL_BANDS].astype(np.float16),
                np.broadcast_to(speaker.resting, (frames, channels)).astype(np.float16),
                np.ones(frames, np.uint8),
                np.zeros((frames, 6), np.float16),
                np.zeros(frames, np.uint8),
                articulation_frames((), frames),
                channel_weight(speaker).astype(np.float32),
                ones,
                0 * ones,
                {"pose": "unknown"},
            )
        )
    save_examples(output / "nobody.npz", examples)
    return len(examples)


def music(rng: np.random.Generator) -> NDArray[np.float32]:
    """Return 20 s of a melody over chords in a random key, tempo and timbre."""
    key, beat = rng.uniform(110, 220), rng.uniform(0.18, 0.6)
    partials = rng.uniform(0, 1, 10) / np.arange(1, 11) ** rng.uniform(0.5, 2)
    decay, attack = rng.uniform(0.5, 6), rng.uniform(0.003, 0.08)
    vibrato = rng.uniform(0, 0.01)
    sound = np.zeros(SECONDS * SAMPLE_RATE)
    for begin in np.arange(0, SECONDS - 1, beat):
        chord = rng.integers(0, 7)
        degrees = [rng.integers(0, 14)] + (
            [chord, chord + 2, chord + 4] if rng.random() < 0.5 else []
        )
        for degree in degrees:
            pitch = key * 2 ** ((SCALE[degree % 7] + 12 * (degree // 7)) / 12)
            time = np.arange(int(rng.uniform(1, 4) * beat * SAMPLE_RATE)) / SAMPLE_RATE
            phase = 2 * np.pi * pitch * (time + vibrato / 6 * np.sin(2 * np.pi * 5.5 * time))
            note = sum(a * np.sin(k * phase) for k, a in enumerate(partials, 1))
            note = note * np.minimum(time / attack, 1) * np.exp(-decay * time)
            at = int(begin * SAMPLE_RATE)
            part = sound[at : at + len(note)]
            part += note[: len(part)]
    return _levelled(sound, rng)


def percussion(rng: np.random.Generator) -> NDArray[np.float32]:
    """Return 20 s of a drum pattern, or of knocks and clicks without one."""
    beat = rng.uniform(0.12, 0.5)
    regular = rng.random() < 0.7
    sound = np.zeros(SECONDS * SAMPLE_RATE)
    for begin in np.arange(0.1, SECONDS - 1, beat):
        at = int((begin if regular else rng.uniform(0, SECONDS - 1)) * SAMPLE_RATE)
        time = np.arange(int(0.3 * SAMPLE_RATE)) / SAMPLE_RATE
        drum = np.sin(2 * np.pi * rng.uniform(50, 300) * time * np.exp(-8 * time))
        hiss = rng.standard_normal(len(time))
        hit = rng.uniform(0, 1) * drum + rng.uniform(0, 1) * hiss
        sound[at : at + len(time)] += hit * np.exp(-rng.uniform(10, 60) * time)
    return _levelled(sound, rng)


def machine(rng: np.random.Generator) -> NDArray[np.float32]:
    """Return 20 s of a motor, a fan or a street: resonant noise that swells, over a hum."""
    samples = SECONDS * SAMPLE_RATE
    time = np.arange(samples) / SAMPLE_RATE
    sound = rng.standard_normal(samples)
    for _ in range(3):
        angle, radius = 2 * np.pi * rng.uniform(60, 4000) / SAMPLE_RATE, rng.uniform(0.7, 0.985)
        sound = lfilter([1], [1, -2 * radius * np.cos(angle), radius**2], sound)
        sound = sound / sound.std()
    pitch = rng.uniform(40, 200) * (1 + 0.2 * np.sin(2 * np.pi * rng.uniform(0.02, 0.5) * time))
    phase = 2 * np.pi * np.cumsum(pitch) / SAMPLE_RATE
    hum = sum(np.sin(k * phase) / k for k in range(1, 20))
    swell = 1 + rng.uniform(0, 0.9) * np.sin(2 * np.pi * rng.uniform(0.05, 3) * time)
    return _levelled((sound + rng.uniform(0, 2) * hum) * swell, rng)


def _levelled(sound: NDArray[np.float64], rng: np.random.Generator) -> NDArray[np.float32]:
    level = 10 ** (rng.uniform(-45, -12) / 20)
    return np.clip(sound / max(float(sound.std()), 1e-9) * level, -1, 1).astype(np.float32)
