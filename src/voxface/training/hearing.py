"""What a net takes in: sound or phones, with which columns, how many times a second."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from voxface.audio.features import DECIBEL_RANGE, FRAME_RATE, MEL_BANDS
from voxface.corpus.examples import Example
from voxface.errors import VoxfaceError
from voxface.phones.symbols import SILENCE, phone_features
from voxface.training.extra_features import (
    EXTRA_FEATURES,
    check_extras,
    recorded_extras,
    scaled_extras,
)

RATES = (FRAME_RATE, FRAME_RATE // 2)
"""Frames per second that a net may hear."""


@dataclass(frozen=True)
class Hearing:
    """What a net hears of an example, and how its answers come back to 100 Hz.

    Parameters
    ----------
    hears : str
        ``"sound"`` or ``"phones"``.
    extras : tuple of str
        Columns beyond the mel bands; see `voxface.training.extra_features`.
    rate : int
        Frames per second; at 50, every two frames are averaged.
    """

    hears: str = "sound"
    extras: tuple[str, ...] = ()
    rate: int = FRAME_RATE

    def __post_init__(self) -> None:
        if self.hears not in ("sound", "phones"):
            raise VoxfaceError(f"a recipe hears 'sound' or 'phones', not '{self.hears}'")
        if self.rate not in RATES:
            raise VoxfaceError(f"'rate' of data must be 100 or 50, not {self.rate}")
        check_extras(self.extras)
        if self.extras and self.hears == "phones":
            raise VoxfaceError("phones have no other features; leave out 'features' of data")

    @classmethod
    def of_run(cls, about: Mapping[str, Any]) -> Hearing:
        """Return what a trained net hears, from what its run says of itself."""
        recipe = about["recipe"]
        data = recipe.get("data", {})
        return cls(
            recipe["hears"], tuple(data.get("features", ())), int(data.get("rate", FRAME_RATE))
        )

    @property
    def every(self) -> int:
        """Frames of an example that make one of the net's."""
        return FRAME_RATE // self.rate

    def heard(self, examples: Sequence[Example]) -> list[Example]:
        """Return examples with the features that the net hears, still at 100 Hz."""
        held = [as_heard(example, self.hears) for example in examples]
        if not self.extras or not held:
            return held
        columns = [EXTRA_FEATURES.index(name) for name in self.extras]
        return [
            replace(e, features=np.concatenate([e.features[:, :MEL_BANDS], extra[:, columns]], 1))
            for e, extra in zip(held, recorded_extras(examples), strict=True)
        ]

    def rows(self, example: Example) -> NDArray[np.float32]:
        """Return what the net takes of a whole example, (frames, F) at its own rate."""
        return self.slower(self.heard([example])[0].features.astype(np.float32))

    def slower(self, values: NDArray[np.float32]) -> NDArray[np.float32]:
        """Average frames (T, F) at 100 Hz to the net's rate; the last one is held if need be."""
        if self.every == 1:
            return values
        padded = np.concatenate([values, values[-1:]]) if len(values) % 2 else values
        return np.asarray(padded.reshape(-1, self.every, values.shape[1]).mean(axis=1))

    def at_feature_rate(self, values: NDArray[np.float32], frames: int) -> NDArray[np.float32]:
        """Read a net's answers (frames, ...) at its own rate at the times of 100 Hz frames."""
        if self.every == 1:
            return values[:frames]
        at = np.clip((np.arange(frames) - (self.every - 1) / 2) / self.every, 0, len(values) - 1)
        below = at.astype(int)
        above = np.minimum(below + 1, len(values) - 1)
        share = (at - below).astype(values.dtype).reshape(-1, *[1] * (values.ndim - 1))
        return np.asarray(values[below] + share * (values[above] - values[below]))

    @property
    def silence(self) -> NDArray[np.float32]:
        """Return one frame of silence, shape (F,)."""
        quiet = silence(self.hears)
        if not self.extras:
            return quiet
        nothing = np.zeros((1, MEL_BANDS + len(EXTRA_FEATURES)), np.float32)
        nothing[:, -1] = DECIBEL_RANGE[0]
        return np.concatenate([quiet, scaled_extras(nothing, self.extras)[0]])


def as_heard(example: Example, hears: str) -> Example:
    """Return the example with the features that a net hears: sound, or its phones.

    Raises
    ------
    VoxfaceError
        If its phones are asked for and not known.
    """
    if hears == "sound":
        return example
    if not example.articulation.shape[1]:
        raise VoxfaceError(
            f"'{example.name}' has no phones; a recipe that hears phones cannot use its set"
        )
    return replace(example, features=(example.articulation / np.float16(255)).astype(np.float16))


def silence(hears: str) -> NDArray[np.float32]:
    """Return the features of silence, as `as_heard` gives them."""
    if hears == "sound":
        return np.full(MEL_BANDS, DECIBEL_RANGE[0], np.float32)
    return phone_features(SILENCE)
