"""Lips as a head shows them: millimetres between posed lips at phones whose times are known."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from voxface.errors import VoxfaceError
from voxface.face import FaceClip, Rig
from voxface.phones.symbols import SILENCE, closes_lips, feature, is_vowel, opens_jaw, rounds_lips
from voxface.phones.times import TimedPhone
from voxface.rig import connect

FloatArray = NDArray[np.float64]

MET = 0.5
"""Lips nearer than this, in millimetres, are seen to touch."""
REACH = 0.06
"""Seconds about the middle of a phone within which what it asks for may be shown."""
TOUCHING = 1e-4
"""Centimetres within which vertices of two lips at rest are one place."""
MIDDLE = 0.45
"""Share of the mouth's half width that counts as its middle."""
SETTLED = 0.2
"""Seconds at both ends of a silence in which the mouth may still move."""
KINDS = ("p b m", "f v", "oo w", "open vowels", "other vowels", "t d k g n", "silence")


@dataclass(frozen=True, eq=False)
class MouthSize:
    """What a head's mouth measures in every frame, (T,) each, in millimetres.

    Attributes
    ----------
    gap
        Between the lips in the middle of the mouth, upwards; below 0 they overlap.
    width
        Between the corners of the mouth.
    above_edge
        The lower lip above the edge of the upper front teeth.
    """

    gap: FloatArray
    width: FloatArray
    above_edge: FloatArray


class MouthGauge:
    """Measure the mouth of a head whose lips meet at rest.

    Parameters
    ----------
    rig : Rig
        With a target ``jawOpen``, lips that touch at rest and a part ``teeth``, as the default
        head has.

    Raises
    ------
    VoxfaceError
        If the rig has no such lips or teeth.
    """

    def __init__(self, rig: Rig) -> None:
        parts = {part.name: np.unique(part.triangles) for part in rig.parts}
        if "jawOpen" not in rig.targets or not {"skin", "teeth"} <= parts.keys():
            raise VoxfaceError(
                f"'{rig.name}' cannot be measured: it needs a target jawOpen and parts named "
                "skin and teeth, as the default head has"
            )
        self._rig, self._connection = rig, connect(rig)
        jaw = rig.deltas[rig.targets.index("jawOpen")]
        upper, lower = _touching(rig.neutral, jaw, parts["skin"])
        if not len(upper):
            raise VoxfaceError(f"'{rig.name}' cannot be measured: its lips do not touch at rest")
        across = rig.neutral[upper][:, 0].astype(float)
        teeth = parts["teeth"]
        front = np.abs(rig.neutral[teeth][:, 0]) < MIDDLE * np.abs(across).max()
        still = np.abs(jaw[teeth]).max(axis=1) < TOUCHING
        heights = rig.neutral[teeth][:, 1].astype(float)
        self._edge = 10 * float(heights[front & still].min(initial=np.inf))
        middle = np.abs(across) < MIDDLE * np.abs(across).max()
        corners = [upper[across.argmin()], upper[across.argmax()]]
        self._rows = np.concatenate([upper[middle], lower[middle], corners])

    def __call__(self, clip: FaceClip) -> MouthSize:
        """Pose the lips for every frame of a clip and measure them."""
        weights = self._connection.weights(clip).astype(float)
        moves = 10 * self._rig.deltas[:, self._rows].astype(float)
        posed = 10 * self._rig.neutral[self._rows] + np.tensordot(weights, moves, axes=1)
        lips, corners = posed[:, :-2], posed[:, -2:]
        upper, lower = np.split(lips[:, :, 1], 2, axis=1)
        return MouthSize(
            (upper - lower).mean(axis=1),
            np.linalg.norm(corners[:, 1] - corners[:, 0], axis=1),
            lower.mean(axis=1) - self._edge,
        )


def _touching(
    points: NDArray[np.float32], jaw: NDArray[np.float32], skin: NDArray[np.int32]
) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """Return pairs of the skin's vertices in one place of which the jaw takes the second along."""
    places = np.round(points[skin].astype(float) / TOUCHING).astype(np.int64)
    _, place = np.unique(places, axis=0, return_inverse=True)
    order = np.argsort(place.ravel(), kind="stable")
    one, other = skin[order[:-1]], skin[order[1:]]
    same = np.diff(place.ravel()[order]) == 0
    one, other = one[same], other[same]
    drop = jaw[one, 1].astype(float) - jaw[other, 1]
    parted = np.abs(drop) > 100 * TOUCHING
    upper = np.where(drop > 0, one, other)[parted]
    lower = np.where(drop > 0, other, one)[parted]
    return upper, lower


def kind_of(symbol: str) -> str | None:
    """Return which of `KINDS` a phone is; None if its lips tell nothing."""
    if symbol == SILENCE:
        return "silence"
    if closes_lips(symbol):
        return "p b m"
    if feature(symbol, "labiodental"):
        return "f v"
    if rounds_lips(symbol) and (not is_vowel(symbol) or feature(symbol, "height") > 0.8):
        return "oo w"
    if is_vowel(symbol):
        return "open vowels" if opens_jaw(symbol) else "other vowels"
    stop = feature(symbol, "stop") or feature(symbol, "nasal")
    return "t d k g n" if stop and not feature(symbol, "glottal") else None


@dataclass(frozen=True)
class PhoneLips:
    """How a head shows one phone.

    Attributes
    ----------
    kind : str
        One of `KINDS`.
    gap, width, above_edge : float
        Millimetres at the middle of the phone; in silence the mean of the gap's size.
    least, highest : float
        The smallest gap and the highest lower lip within `REACH` of the middle.
    met_for : float
        Seconds for which lips have met there; 0 where they have not.
    """

    kind: str
    gap: float
    width: float
    above_edge: float
    least: float
    highest: float
    met_for: float


def phones_on_the_head(
    size: MouthSize, fps: float, phones: Iterable[TimedPhone]
) -> list[PhoneLips]:
    """Look at the lips of a clip at its phones.

    A t, d, k, g or n within 0.1 s of a p, b or m is left out: lips may be on their way.
    """
    held = list(phones)
    shut = np.array([phone.middle for phone in held if closes_lips(phone.symbol)])
    found = []
    for phone in held:
        kind = kind_of(phone.symbol)
        if kind == "t d k g n" and (np.abs(shut - phone.middle) < 0.1).any():
            continue
        at = round(phone.middle * fps)
        if kind is None or at >= len(size.gap):
            continue
        begin, end = phone.middle - REACH, phone.middle + REACH
        if kind == "silence":
            begin, end = phone.start + SETTLED, phone.end - SETTLED
            if end - begin < SETTLED / 2:
                continue
        part = slice(max(0, round(begin * fps)), max(at, round(end * fps)) + 1)
        gaps = size.gap[part]
        found.append(
            PhoneLips(
                kind,
                float(np.abs(gaps).mean() if kind == "silence" else size.gap[at]),
                float(size.width[at]),
                float(size.above_edge[at]),
                float(gaps.min()),
                float(size.above_edge[part].max()),
                _longest(size.gap < MET, part) / fps,
            )
        )
    return found


def _longest(met: NDArray[np.bool_], part: slice) -> int:
    """Return the length of the longest run of True that touches a part of the whole."""
    edges = np.flatnonzero(np.diff(np.concatenate([[0], met.astype(np.int8), [0]])))
    runs = [
        end - begin
        for begin, end in zip(edges[::2], edges[1::2], strict=True)
        if begin < part.stop and end > part.start
    ]
    return max(runs, default=0)


def summary(found: Iterable[PhoneLips]) -> dict[str, dict[str, float]]:
    """Return figures by kind: count, shares and medians; see `FIGURES`."""
    groups: dict[str, list[PhoneLips]] = {kind: [] for kind in KINDS}
    for one in found:
        groups[one.kind].append(one)
    return {
        kind: {"count": len(group)} | {name: take(group) for name, take in FIGURES.items()}
        for kind, group in groups.items()
        if group
    }


def _array(group: list[PhoneLips], name: str) -> FloatArray:
    return np.array([getattr(one, name) for one in group])


FIGURES: dict[str, Callable[[list[PhoneLips]], float]] = {
    "met_within_60_ms": lambda group: float((_array(group, "least") < MET).mean()),
    "met_in_the_middle": lambda group: float((_array(group, "gap") < MET).mean()),
    "gap": lambda group: float(np.median(_array(group, "gap"))),
    "gap_90": lambda group: float(np.percentile(_array(group, "gap"), 90)),
    "least_gap_90": lambda group: float(np.percentile(_array(group, "least"), 90)),
    "overlap_10": lambda group: float(np.percentile(_array(group, "least"), 10)),
    "held_ms": lambda group: 1000 * float(np.median(_array(group, "met_for"))),
    "width": lambda group: float(np.median(_array(group, "width"))),
    "lip_on_teeth": lambda group: float((_array(group, "highest") > -MET).mean()),
}
"""What is said of the phones of one kind; millimetres, milliseconds and shares."""
