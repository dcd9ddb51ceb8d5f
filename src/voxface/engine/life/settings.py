"""`Life`: how much of each kind of life a face has."""

from __future__ import annotations

import math
from dataclasses import asdict, dataclass

from voxface.errors import VoxfaceError

PARTS = ("blinks", "gaze", "head", "breathing", "brows")
STRONGEST = 2.0
BLINK_RATES = (1.0, 60.0)


@dataclass(frozen=True)
class Life:
    """How a face lives between and beside the words; see ``docs/life.md``.

    Parameters
    ----------
    blinks : float
        How often the eyes blink, 0 (the model's own lids) to 2; 1 is natural. A blink is as deep
        at any rate.
    gaze : float
        How far the eyes wander, 0 (the model's own gaze) to 2.
    head : float
        How far the head moves with phrases and stress, 0 to 2; the model's own pose stays.
    breathing : float
        How far the breath moves the head, 0 to 2.
    brows : float
        How far the brows rise with stress, 0 to 2.
    blink_rate : float, optional
        Blinks a minute, 1 to 60, whether speaking or silent, in place of the natural rates.
    seed : int
        Another seed is another life of the same kind; 0 to 2^32 - 1.

    Raises
    ------
    VoxfaceError
        If a number is out of its range.
    """

    blinks: float = 1.0
    gaze: float = 1.0
    head: float = 1.0
    breathing: float = 1.0
    brows: float = 1.0
    blink_rate: float | None = None
    seed: int = 0

    def __post_init__(self) -> None:
        for part in PARTS:
            object.__setattr__(self, part, _within(part, getattr(self, part), 0, STRONGEST))
        if self.blink_rate is not None:
            rate = _within("blink_rate", self.blink_rate, *BLINK_RATES)
            object.__setattr__(self, "blink_rate", rate)
        if not isinstance(self.seed, int) or not 0 <= self.seed < 1 << 32:
            raise VoxfaceError(f"seed is {self.seed!r}; give a whole number, 0 to 4294967295")

    @classmethod
    def of(
        cls,
        strength: float | Life = 1.0,
        *,
        blink_rate: float | None = None,
        seed: int = 0,
        **parts: float | None,
    ) -> Life:
        """Return a life of one strength in all its parts but those given; a `Life` as it is.

        Raises
        ------
        VoxfaceError
            If a number is out of its range.
        """
        if isinstance(strength, Life):
            return strength
        number = _within("life", strength, 0, STRONGEST)
        given = {part: value for part, value in parts.items() if value is not None}
        return cls(**(dict.fromkeys(PARTS, number) | given), blink_rate=blink_rate, seed=seed)

    @property
    def any(self) -> bool:
        """Whether any part is on."""
        return any(getattr(self, part) for part in PARTS)

    def as_metadata(self) -> dict[str, float | int | None]:
        """Return all settings as plain JSON values."""
        return asdict(self)


def _within(name: str, value: float, low: float, high: float) -> float:
    try:
        number = float(value)
    except (TypeError, ValueError):
        number = math.nan
    if not low <= number <= high:
        raise VoxfaceError(f"{name} is {value!r}; give a number, {low:g} to {high:g}")
    return number
