"""Which of a clip's channels drive which morph targets of a rig."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from voxface.errors import VoxfaceError
from voxface.face import ARKIT_CHANNELS, FaceClip, Rig
from voxface.face.visemes import VISEMES, VOWELS
from voxface.rig.match import MINUS, Match, match_names
from voxface.rig.viseme_fit import fit_visemes
from voxface.rig.viseme_names import find_visemes, find_vowels

VISEME_CHANNELS: frozenset[str] = frozenset(name for mix in VISEMES.values() for name in mix)
"""What visemes can show. A rig with most of these as targets of their own needs no visemes."""

_Columns = Mapping[str, NDArray[np.float32]]


@dataclass(frozen=True)
class Connection:
    """What drives a rig.

    Parameters
    ----------
    kind : str
        What moves the mouth: ``arkit`` (targets of its own), ``visemes`` (the set of fifteen),
        ``vrm`` (the expressions aa ih ou ee oh), ``vowels`` (targets of those names) or ``none``.
    targets : tuple of str
        All morph targets of the rig.
    matched : tuple of Match
        Channels that drive a target or an expression.
    visemes : mapping of str to str
        Visemes or vowels that are fitted to the rest of the mouth, and what shows them.
    missed : tuple of str
        ARKit channels that move nothing by themselves.
    unused : tuple of str
        Targets that nothing moves.
    expressions : mapping
        The rig's own expressions.
    """

    kind: str
    targets: tuple[str, ...]
    matched: tuple[Match, ...]
    visemes: Mapping[str, str]
    missed: tuple[str, ...]
    unused: tuple[str, ...]
    expressions: Mapping[str, Mapping[str, float]] = field(default_factory=dict)

    def weights(self, clip: FaceClip) -> NDArray[np.float32]:
        """Return the weight of every target, shape (T, N targets).

        Channels that the clip lacks or did not see are at rest.

        Raises
        ------
        VoxfaceError
            If nothing drives the rig.
        """
        if not self.matched and not self.visemes:
            few = ", ".join(self.targets[:4]) + (", …" if len(self.targets) > 4 else "")
            raise VoxfaceError(
                f"the rig has no morph target that voxface knows ({few}); it needs ARKit names, "
                "visemes or VRM expressions: see 'voxface rig FILE' and docs/rigs.md"
            )
        weights = np.zeros((len(clip), len(self.targets)), np.float64)
        rows = {name: number for number, name in enumerate(self.targets)}
        columns = {name: clip.weights[:, column] for column, name in enumerate(clip.channels)}
        for match in self.matched:
            self._move(weights, rows, match.target, match.value(columns, len(clip)))
        if self.visemes:
            table = VISEMES if self.kind == "visemes" else VOWELS
            mixes = {viseme: table[viseme] for viseme in self.visemes}
            driven = [channel for match in self.matched for channel in match.channels]
            fitted = fit_visemes(columns, len(clip), mixes, driven)
            for shown, value in zip(self.visemes.values(), fitted.T, strict=True):
                self._move(weights, rows, shown, value)
        return weights.astype(np.float32)

    def _move(
        self,
        weights: NDArray[np.float64],
        rows: Mapping[str, int],
        name: str,
        value: NDArray[np.float64],
    ) -> None:
        # A target's name comes before an expression's, as in `connect`.
        pose = {name: 1.0} if name in rows else self.expressions[name]
        for target, amount in pose.items():
            weights[:, rows[target]] += amount * value


def connect(rig: Rig) -> Connection:
    """Find out which channels drive which targets of a rig, by name; see docs/rigs.md.

    Targets named after channels come first, then expressions of that name, and where most of the
    mouth is still missing a set of visemes or vowels.
    """
    return connect_names(rig.targets, rig.expressions)


def connect_names(
    targets: Sequence[str], expressions: Mapping[str, Mapping[str, float]] | None = None
) -> Connection:
    """Return the connection of a rig with these targets and expressions, as `connect` does."""
    poses = {
        name: {target: amount for target, amount in pose.items() if target in targets}
        for name, pose in (expressions or {}).items()
        if name not in targets
    }
    poses = {name: pose for name, pose in poses.items() if pose}
    matched = match_names(targets)
    matched += match_names(list(poses), without=_driven(matched))
    sets = {
        "visemes": find_visemes(targets),
        "vrm": find_vowels(list(poses)),
        "vowels": find_vowels(targets),
    }
    complete = len(_driven(matched) & VISEME_CHANNELS) * 2 >= len(VISEME_CHANNELS)
    kind = next((each for each in sets if sets[each] and not complete), "arkit")
    visemes = sets.get(kind, {})
    if not visemes:
        matched += match_names(targets, without=_driven(matched), last_resort=True)
        kind = "arkit" if matched else "none"
    driven = _driven(matched)
    if "jawOpen" in driven and "mouthClose" not in driven:
        matched = [_less_closing(match) for match in matched]
    moved = _moved(matched, visemes, poses)
    return Connection(
        kind,
        tuple(targets),
        tuple(matched),
        visemes,
        tuple(channel for channel in ARKIT_CHANNELS if channel not in driven),
        tuple(name for name in targets if name not in moved),
        poses,
    )


def _driven(matched: Sequence[Match]) -> set[str]:
    return {channel for match in matched for channel in match.channels}


def _less_closing(match: Match) -> Match:
    """Let a jaw close by `mouthClose` where no target shuts the lips of an open jaw."""
    if match.channels == ("jawOpen",):
        return Match(match.target, match.channels, MINUS)
    return match


def _moved(
    matched: Sequence[Match],
    visemes: Mapping[str, str],
    poses: Mapping[str, Mapping[str, float]],
) -> set[str]:
    names = [match.target for match in matched]
    names += [shown for viseme, shown in visemes.items() if viseme != "sil"]
    return {target for name in names for target in poses.get(name, (name,))}
