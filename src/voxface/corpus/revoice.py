"""The same take in another voice: at another speed, and through a codec.

Faces were captured of few people. Played faster or slower, a recording has another pitch and
another vocal tract, and its face another tempo (Ko et al., "Audio augmentation for speech
recognition", Interspeech 2015). Crops give the tempo back and, in part, the formants, so that what
remains is mostly another pitch.
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from dataclasses import dataclass, replace
from fractions import Fraction

import av
import numpy as np
import soxr
from numpy.typing import NDArray

from voxface.audio import read
from voxface.audio.features import SAMPLE_RATE
from voxface.corpus.captured import Take

CODECS: tuple[tuple[str, str, int], ...] = (
    ("libopus", "ogg", 12_000),
    ("libopus", "ogg", 24_000),
    ("libmp3lame", "mp3", 24_000),
    ("libmp3lame", "mp3", 48_000),
    ("aac", "mp4", 32_000),
)
"""Encoder, container and bits per second of the codecs that recordings go through."""
SPEEDS = (0.7, 1.6)
"""Slowest and fastest."""


@dataclass(frozen=True)
class Voice:
    """A change of voice: a factor on speed, and a row of `CODECS` or none."""

    speed: float = 1.0
    codec: int | None = None

    @classmethod
    def random(cls, rng: np.random.Generator) -> Voice:
        """Draw a speed, evenly in octaves, and for half of the voices a codec."""
        speed = float(np.exp(rng.uniform(*np.log(SPEEDS))))
        return cls(round(speed, 3), int(rng.integers(len(CODECS))) if rng.random() < 0.5 else None)


def revoiced(take: Take, voice: Voice) -> Take:
    """Return a take in another voice: sound, face and phones run at the voice's speed.

    The speed is noted in ``about["speed"]``, for crops to take into account.
    """
    speed = Fraction(str(voice.speed))
    clip = replace(take.clip, fps=take.clip.fps * speed, start=take.clip.start / float(speed))
    return replace(
        take,
        name=f"{take.name} x{voice.speed}",
        corpus=f"{take.corpus}_revoiced",
        clip=clip,
        read_sound=lambda: changed(take.read_sound(), voice),
        articulation=_stretched(take.articulation, voice.speed),
        about=dict(take.about) | {"speed": voice.speed},
    )


def changed(pcm: NDArray[np.float32], voice: Voice) -> NDArray[np.float32]:
    """Return a recording (N,) at 16 kHz in another voice, N / speed samples long."""
    fast = soxr.resample(pcm, SAMPLE_RATE * voice.speed, SAMPLE_RATE).astype(np.float32)
    return fast if voice.codec is None else through_codec(fast, *CODECS[voice.codec])


def through_codec(
    pcm: NDArray[np.float32], encoder: str, container: str, bits: int
) -> NDArray[np.float32]:
    """Encode and decode a recording (N,) at 16 kHz; the length stays."""
    with tempfile.NamedTemporaryFile(suffix=f".{container}") as held:
        with av.open(held.name, "w", format=container) as file:
            stream = file.add_stream(encoder, rate=SAMPLE_RATE, layout="mono")
            stream.bit_rate = bits
            whole = np.clip(pcm * 32767, -32768, 32767).astype(np.int16)[None]
            frame = av.AudioFrame.from_ndarray(whole, format="s16", layout="mono")
            frame.rate = SAMPLE_RATE
            # Without a time, mp4 notes no priming and the sound comes 64 ms late.
            frame.pts, frame.time_base = 0, Fraction(1, SAMPLE_RATE)
            file.mux([packet for part in (frame, None) for packet in stream.encode(part)])
        decoded = read(held.name)
    result = np.zeros(len(pcm), np.float32)
    result[: len(decoded)] = decoded[: len(pcm)]
    return result


def _stretched(
    articulation: Callable[[int], NDArray[np.uint8]] | None, speed: float
) -> Callable[[int], NDArray[np.uint8]] | None:
    if articulation is None:
        return None

    def stretched(frames: int) -> NDArray[np.uint8]:
        whole = articulation(int(frames * speed) + 2)
        at = np.round(np.arange(frames) * speed).astype(int)
        return np.asarray(whole[np.minimum(at, len(whole) - 1)])

    return stretched
