"""Looks in time become the 52 weights of a face and where somebody speaks, at 100 Hz."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from voxface.audio.features import FRAME_RATE
from voxface.face import ARKIT_CHANNELS
from voxface.face.visemes import VISEMES
from voxface.phones.times import loudness
from voxface.visemes.dominance import Dominance, Segment, blend
from voxface.visemes.of_phones import REST, TimedViseme
from voxface.visemes.rules import KINDS, LOUDEST, Rules

MOVED: tuple[str, ...] = tuple(
    name
    for name in ARKIT_CHANNELS
    if name == "mouthClose" or any(name in mix for mix in VISEMES.values())
)
"""The channels that visemes move."""
BEFORE, AFTER = 0.1, 0.15
"""Seconds by which the mouth may begin to move before the sound, and outlast it."""
_JAW = tuple(name for name in MOVED if name.startswith("jaw"))
_LIPS = tuple(name for name in MOVED if name not in _JAW and name != "mouthClose")


@dataclass(frozen=True, eq=False)
class SpokenFace:
    """A face that speaks, T frames of 10 ms.

    Attributes
    ----------
    weights : ndarray of float32, shape (T, 52)
        In the order of `ARKIT_CHANNELS`, 0 to 1.
    speech : ndarray of float32, shape (T,)
        1 where the mouth may move for speech, else 0.
    """

    weights: NDArray[np.float32]
    speech: NDArray[np.float32]


def spoken_face(
    visemes: Sequence[TimedViseme],
    frames: int,
    pcm: NDArray[np.float32] | None = None,
    rules: Rules | None = None,
) -> SpokenFace:
    """Make a face from looks in time.

    Parameters
    ----------
    visemes : sequence of TimedViseme
        In order of time; where none is, the mouth rests.
    frames : int
        How many frames of 10 ms.
    pcm : ndarray of float32, shape (N,), optional
        The sound at 16 kHz, by whose loudness the jaw opens a little more or less.
    rules : Rules, optional

    Notes
    -----
    The jaw and the lips are blended by dominances of their own (`voxface.visemes.dominance`).
    What the jaw keeps of its opening while lips are shut, `mouthClose` takes back.
    """
    rules = rules or Rules()
    filled = with_rest(visemes, frames / FRAME_RATE)
    weights = np.zeros((frames, len(ARKIT_CHANNELS)), np.float32)
    if not filled:
        return SpokenFace(weights, np.zeros(frames, np.float32))
    jaw = blend(_segments(filled, _JAW, rules.jaw), frames, rules.lead)
    lips = blend(_segments(filled, _LIPS, rules.lips), frames, rules.lead)
    seal = jaw[:, -1]
    if pcm is not None:
        jaw = jaw * _emphasis(pcm, filled, frames, rules.loudness)[:, None]
    column = {name: place for place, name in enumerate(ARKIT_CHANNELS)}
    for names, curves in ((_JAW, jaw), (_LIPS, lips)):
        weights[:, [column[name] for name in names]] = curves[:, : len(names)]
    weights[:, column["mouthClose"]] = seal**2 * weights[:, column["jawOpen"]]
    np.clip(weights, 0, 1, out=weights)
    return SpokenFace(weights, _speech(filled, frames))


def with_rest(visemes: Sequence[TimedViseme], duration: float) -> list[TimedViseme]:
    """Fill gaps, the beginning and the end with rest; cut what lies past ``duration``."""
    filled: list[TimedViseme] = []
    at = 0.0
    for each in visemes:
        start, end = max(each.start, at), min(each.end, duration)
        if end <= start:
            continue
        if start > at:
            filled.append(TimedViseme(at, start, {REST: 1.0}))
        filled.append(TimedViseme(start, end, each.shares))
        at = end
    if at < duration:
        filled.append(TimedViseme(at, duration, {REST: 1.0}))
    return filled


def _segments(
    visemes: Sequence[TimedViseme], names: Sequence[str], by_kind: Mapping[str, Dominance]
) -> list[Segment]:
    """Return what each look wants of some channels and, in a last column, of the lips' seal."""
    return [
        Segment(
            each.start,
            each.end,
            np.array(
                [
                    *(
                        _mixed(each, {v: mix.get(name, 0.0) for v, mix in VISEMES.items()})
                        for name in names
                    ),
                    each.shares.get("PP", 0.0),
                ]
            ),
            Dominance(
                *(
                    _mixed(each, {v: getattr(by_kind[kind], part) for v, kind in KINDS.items()})
                    for part in ("alpha", "before", "after", "core")
                )
            ),
        )
        for each in visemes
    ]


def _mixed(look: TimedViseme, values: Mapping[str, float]) -> float:
    return sum(share * values[viseme] for viseme, share in look.shares.items())


def _emphasis(
    pcm: NDArray[np.float32], visemes: Sequence[TimedViseme], frames: int, slope: float
) -> NDArray[np.float64]:
    """Return the factor of the jaw's opening by loudness (frames,): near 1, smooth over 150 ms."""
    level = loudness(pcm)
    level = np.pad(level, (0, max(0, frames - len(level))), mode="edge" if len(level) else "empty")
    level = level[:frames]
    spoken = _spoken(visemes, frames)
    if not spoken.any():
        return np.ones(frames)
    usual = float(np.median(level[spoken]))
    factor = 1 + np.clip(slope * (level - usual), -LOUDEST, LOUDEST)
    window = np.hanning(17)[1:-1]
    padded = np.pad(factor, len(window) // 2, mode="edge")
    return np.convolve(padded, window / window.sum(), mode="valid")


def _spoken(visemes: Sequence[TimedViseme], frames: int) -> NDArray[np.bool_]:
    """Return the frames (T,) in which a look other than rest stands."""
    mask = np.zeros(frames, np.bool_)
    for each in visemes:
        if each.strongest != REST:
            mask[round(each.start * FRAME_RATE) : round(each.end * FRAME_RATE)] = True
    return mask


def _speech(visemes: Sequence[TimedViseme], frames: int) -> NDArray[np.float32]:
    mask = np.zeros(frames, np.float32)
    for each in visemes:
        if each.strongest != REST:
            first = max(0, round((each.start - BEFORE) * FRAME_RATE))
            mask[first : round((each.end + AFTER) * FRAME_RATE)] = 1
    return mask
