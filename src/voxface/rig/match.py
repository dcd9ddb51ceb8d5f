"""One target and the channels that drive it."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from voxface.rig.spelling import LAST_RESORT, SPELLINGS, Reading, read_name

MINUS = "minus mouthClose"


@dataclass(frozen=True)
class Match:
    """A target, or an expression of the rig, and what drives it.

    Parameters
    ----------
    target : str
        The name as the rig has it.
    channels : tuple of str
        One channel, or the two of a pair.
    how : str
        ``same``; ``half`` of a channel that has no sides; ``mean`` or ``max`` of a pair;
        ``minus mouthClose`` for the jaw of a rig whose lips cannot shut by themselves.
    """

    target: str
    channels: tuple[str, ...]
    how: str = "same"

    def value(self, columns: Mapping[str, NDArray[np.float32]], frames: int) -> NDArray[np.float64]:
        """Return the weight of the target, shape (T,); channels that are missing are at rest."""
        rest = np.zeros(frames)
        given = [np.asarray(columns.get(each, rest), np.float64) for each in self.channels]
        if self.how == "max":
            return np.asarray(np.maximum.reduce(given))
        if self.how == MINUS:
            return np.maximum(given[0] - columns.get("mouthClose", rest), 0)
        return np.asarray(np.mean(given, axis=0))


def match_names(
    names: Sequence[str], *, without: Collection[str] = (), last_resort: bool = False
) -> list[Match]:
    """Match names of targets or expressions to channels.

    Of several readings of one channel the surest counts: whole channels before halves before
    targets for both sides, and then the rank of `read_name`. Names that are equally sure are all
    driven, because heads and teeth often have targets of their own.

    Parameters
    ----------
    names : sequence of str
    without : collection of str
        Channels that something else drives already.
    last_resort : bool
        Whether words count that only probably mean a channel (``mouthOpen``); otherwise only
        surer ones do.
    """
    readings = {name: _read(name) for name in names}
    usable = {
        name: found
        for name, found in readings.items()
        if found is not None
        and (found.rank == LAST_RESORT) == last_resort
        and not all(channel in without for channel in found.channels)
    }
    best: dict[str, tuple[int, int]] = {}
    for found in usable.values():
        for channel in found.channels:
            best[channel] = min(best.get(channel, _order(found)), _order(found))
    return [
        Match(name, found.channels, _how(found))
        for name, found in usable.items()
        if any(best[each] == _order(found) and each not in without for each in found.channels)
    ]


def _read(name: str) -> Reading | None:
    gaze = SPELLINGS["gaze"].get("".join(filter(str.isalpha, name)).lower())
    return read_name(name) if gaze is None else Reading(tuple(gaze), LAST_RESORT - 1)


def _order(found: Reading) -> tuple[int, int]:
    return (2 if len(found.channels) > 1 else 1 if found.half else 0, found.rank)


def _how(found: Reading) -> str:
    if len(found.channels) > 1:
        rules = SPELLINGS["both_sides"]
        base = found.channels[0].removesuffix("Left").lower()
        return str(rules.get(base, rules["default"]))
    return "half" if found.half else "same"
