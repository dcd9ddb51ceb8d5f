"""Examples of recordings whose face was captured: GRID video and FACEGOOD curves."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from voxface.audio.features import MEL_BANDS, features
from voxface.corpus.examples import Example
from voxface.corpus.labels import (
    DEAD_CENTRE,
    Canonical,
    SpeakerScale,
    at_feature_rate,
    canonical_speaker,
    log_odds,
    smoothed_log_odds,
)
from voxface.corpus.speech import speech_frames, widened
from voxface.errors import VoxfaceError
from voxface.face import ARKIT_CHANNELS, REST_POSE, FaceClip
from voxface.face.regions import SPEECH_CHANNELS
from voxface.face.rotation import rotation_vector_from_quaternion

CANONICAL_LEAST_TAKES = 5
"""A speaker with fewer takes has no say in the canonical speaker."""
EXPRESSION_WEIGHT = 0.15
"""Channels that speech does not move count so much."""


@dataclass(frozen=True, eq=False)
class Take:
    """One captured recording before it becomes an example."""

    name: str
    speaker: str
    corpus: str
    clip: FaceClip
    read_sound: Callable[[], NDArray[np.float32]]
    articulation: Callable[[int], NDArray[np.uint8]] | None = None
    about: Mapping[str, Any] = field(default_factory=dict)


def measure_speakers(takes: Sequence[Take]) -> dict[str, SpeakerScale]:
    """Measure every speaker's log-odds over all takes of theirs.

    Raises
    ------
    VoxfaceError
        If a speaker's face was found in no frame of any take.
    """
    curves: dict[str, list[NDArray[np.float64]]] = {}
    for take in takes:
        curves.setdefault(take.speaker, []).append(smoothed_log_odds(_whole(take.clip)))
    for speaker, found in curves.items():
        if not any(np.isfinite(curve).all(axis=1).any() for curve in found):
            raise VoxfaceError(
                f"no face was found in any take of the speaker '{speaker}'; leave them out"
            )
    return {speaker: SpeakerScale.measure(found) for speaker, found in curves.items()}


def measure_canonical(takes: Sequence[Take], scales: Mapping[str, SpeakerScale]) -> Canonical:
    """Average the speakers who have at least five takes.

    Raises
    ------
    VoxfaceError
        If nobody has so many.
    """
    by_speaker: dict[str, list[Take]] = {}
    for take in takes:
        by_speaker.setdefault(take.speaker, []).append(take)
    chosen = {s: t for s, t in by_speaker.items() if len(t) >= CANONICAL_LEAST_TAKES}
    if not chosen:
        raise VoxfaceError(
            f"no speaker has at least {CANONICAL_LEAST_TAKES} captured takes, which a canonical "
            "speaker is made from; capture more"
        )
    motions, amplitudes, resting = [], [], []
    for speaker, found in chosen.items():
        curves = [smoothed_log_odds(_whole(take.clip)) for take in found]
        seen = [np.isfinite(curve).all(axis=1) for curve in curves]
        motion = [scales[speaker].motion(c[s]) for c, s in zip(curves, seen, strict=True)]
        motions.append(np.concatenate(motion))
        amplitudes.append(
            np.mean(
                [
                    _whole(take.clip).weights[there].std(axis=0)
                    for take, there in zip(found, seen, strict=True)
                    if there.any()
                ],
                axis=0,
            )
        )
        # Takes begin and end in silence; the tracker needs two frames to settle.
        resting += [m[[2, 3, -3, -2]] for m in motion if len(m) > 20]
    return canonical_speaker(
        motions,
        [scales[speaker] for speaker in chosen],
        amplitudes,
        np.median(np.concatenate(resting), axis=0),
    )


def captured_example(take: Take, scale: SpeakerScale, canonical: Canonical) -> Example:
    """Turn a take captured by the face tracker into an example."""
    clip = _whole(take.clip)
    sound = features(take.read_sound())
    odds, seen = at_feature_rate(smoothed_log_odds(clip), clip.times, len(sound))
    pose, _ = at_feature_rate(_pose(clip), clip.times, len(sound))
    weight = channel_weight(canonical) * clip.tracked.any(axis=0)
    return Example(
        take.name,
        take.speaker,
        take.corpus,
        sound[:, :MEL_BANDS].astype(np.float16),
        (scale.motion(odds) * seen[:, None]).astype(np.float16),
        seen.astype(np.uint8),
        pose.astype(np.float16),
        widened(speech_frames(sound)).astype(np.uint8),
        _articulation(take, len(sound)),
        weight.astype(np.float32),
        (scale.deviation / canonical.deviation).astype(np.float32),
        ((scale.mean - canonical.centre) / canonical.deviation).astype(np.float32),
        dict(take.about),
    )


def channel_weight(canonical: Canonical) -> NDArray[np.float64]:
    """Return how much each channel counts (C,): those that speech moves count most."""
    weight = np.where(np.isin(ARKIT_CHANNELS, SPEECH_CHANNELS), 1.0, EXPRESSION_WEIGHT)
    return np.asarray(weight * (canonical.centre > DEAD_CENTRE))


def curve_examples(takes: Sequence[Take], canonical: Canonical) -> list[Example]:
    """Turn takes with animated curves (weights with true zeros) into examples.

    Such curves have no sigmoid behind them. Each channel is scaled to the canonical speaker's
    amplitude, put on its rest weight and then read as log-odds.
    """
    clips = [take.clip.select(ARKIT_CHANNELS) for take in takes]
    everything = np.concatenate([clip.weights for clip in clips]).astype(np.float64)
    own = everything.std(axis=0)
    rng = np.random.default_rng(0)
    motion = rng.standard_normal((20_000, len(own)))
    wanted = canonical.weights(motion).std(axis=0)
    active = own > 0.01
    gain = np.where(active, wanted / np.maximum(own, 1e-6), 0)
    weight = (active & np.isin(ARKIT_CHANNELS, SPEECH_CHANNELS)).astype(np.float32)
    result = []
    for take, clip in zip(takes, clips, strict=True):
        sound = features(take.read_sound())
        weights = np.clip(clip.weights * gain, 0, 0.98) * (1 - canonical.rest) + canonical.rest
        odds, seen = at_feature_rate(log_odds(weights), clip.times, len(sound))
        ones = np.ones(len(own), np.float32)
        result.append(
            Example(
                take.name,
                take.speaker,
                take.corpus,
                sound[:, :MEL_BANDS].astype(np.float16),
                (canonical.own_motion(odds) * weight * seen[:, None]).astype(np.float16),
                seen.astype(np.uint8),
                np.zeros((len(sound), 6), np.float16),
                widened(speech_frames(sound)).astype(np.uint8),
                _articulation(take, len(sound)),
                weight,
                ones,
                0 * ones,
                {"pose": "unknown"} | dict(take.about),
            )
        )
    return result


def _whole(clip: FaceClip) -> FaceClip:
    return clip if clip.channels == ARKIT_CHANNELS else clip.select(ARKIT_CHANNELS)


def _pose(clip: FaceClip) -> NDArray[np.float64]:
    rotation = rotation_vector_from_quaternion(clip.head[:, len(REST_POSE) - 4 :])
    pose = np.concatenate([clip.head[:, :3].astype(np.float64), rotation], axis=1)
    pose[~clip.tracked.any(axis=1)] = np.nan
    return pose


def _articulation(take: Take, frames: int) -> NDArray[np.uint8]:
    return take.articulation(frames) if take.articulation else np.zeros((frames, 0), np.uint8)
