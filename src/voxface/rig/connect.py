"""Which of a clip's channels drive which morph targets of a rig."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from voxface.face import ARKIT_CHANNELS, FaceClip, Rig
from voxface.rig.spelling import SPELLINGS, Reading, read_name


@dataclass(frozen=True)
class Match:
    """One target and what drives it.

    Parameters
    ----------
    target : str
        The target's name as the rig has it.
    channels : tuple of str
        One channel, or the two of a pair.
    how : str
        ``same``; ``half`` of a channel that has no sides; ``mean`` or ``max`` of a pair.
    """

    target: str
    channels: tuple[str, ...]
    how: str = "same"


@dataclass(frozen=True)
class Connection:
    """What drives a rig.

    Parameters
    ----------
    targets : tuple of str
        All morph targets of the rig.
    matched : tuple of Match
    missed : tuple of str
        ARKit channels that move nothing.
    unused : tuple of str
        Targets that nothing moves.
    """

    targets: tuple[str, ...]
    matched: tuple[Match, ...]
    missed: tuple[str, ...]
    unused: tuple[str, ...]

    def weights(self, clip: FaceClip) -> NDArray[np.float32]:
        """Return the weight of every target, shape (T, N targets).

        Channels that the clip lacks or did not see are at rest.
        """
        weights = np.zeros((len(clip), len(self.targets)), np.float32)
        columns = {name: clip.weights[:, column] for column, name in enumerate(clip.channels)}
        rows = {name: number for number, name in enumerate(self.targets)}
        rest = np.zeros(len(clip), np.float32)
        for match in self.matched:
            given = [columns.get(channel, rest) for channel in match.channels]
            combined = np.maximum.reduce(given) if match.how == "max" else np.mean(given, axis=0)
            weights[:, rows[match.target]] = combined
        return weights


def connect(rig: Rig) -> Connection:
    """Find out which channels drive which targets of a rig, by name.

    Of several readings of one channel the surest counts (see `read_name`); targets that are
    equally sure are all driven, because heads and teeth often have targets of their own.
    """
    readings = {name: read_name(name) for name in rig.targets}
    matched = _match_channels(readings)
    driven = {channel for match in matched for channel in match.channels}
    used = {match.target for match in matched}
    return Connection(
        rig.targets,
        tuple(matched),
        tuple(channel for channel in ARKIT_CHANNELS if channel not in driven),
        tuple(name for name in rig.targets if name not in used),
    )


def _match_channels(readings: dict[str, Reading | None]) -> list[Match]:
    best: dict[str, tuple[int, int]] = {}
    order = {name: _order(found) for name, found in readings.items() if found is not None}
    for name, found in readings.items():
        for channel in found.channels if found else ():
            best[channel] = min(best.get(channel, order[name]), order[name])
    matches = []
    for name, found in readings.items():
        if found is not None and any(best[channel] == order[name] for channel in found.channels):
            matches.append(Match(name, found.channels, _how(found)))
    return matches


def _order(found: Reading) -> tuple[int, int]:
    """Whole channels come before halves, and those before targets for both sides."""
    return (2 if len(found.channels) > 1 else 1 if found.half else 0, found.rank)


def _how(found: Reading) -> str:
    if len(found.channels) > 1:
        rules = SPELLINGS["both_sides"]
        base = found.channels[0].removesuffix("Left").lower()
        return str(rules.get(base, rules["default"]))
    return "half" if found.half else "same"
