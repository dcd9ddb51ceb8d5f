"""Exact frame rates."""

from __future__ import annotations

from fractions import Fraction
from functools import lru_cache

from voxface.errors import VoxfaceError

NTSC_RATES: tuple[Fraction, ...] = tuple(Fraction(n * 1000, 1001) for n in (24, 30, 48, 60, 120))
"""Broadcast rates that people write rounded: 23.976, 29.97, 47.95, 59.94, 119.88."""


def parse_frame_rate(value: Fraction | float | str) -> Fraction:
    """Return an exact, positive frame rate.

    ``29.97`` (as a number or text) means 30000/1001, as in every tool of the film trade; so do the
    other rounded broadcast rates. ``"30000/1001"`` is taken as written.

    Raises
    ------
    VoxfaceError
        If `value` is not a number, not positive or above 1000.
    """
    try:
        rate = value if isinstance(value, Fraction) else Fraction(str(value))
    except (ValueError, ZeroDivisionError):
        raise VoxfaceError(
            f"'{value}' is not a frame rate; give a number such as 60, 29.97 or 30000/1001"
        ) from None
    return _exact(rate)


@lru_cache  # every block of a stream is a clip, of the same frame rate
def _exact(rate: Fraction) -> Fraction:
    if not Fraction(1, 1_000_000) <= rate <= 1000:
        raise VoxfaceError(f"a frame rate lies above 0 and up to 1000 per second, not {rate}")
    for exact in NTSC_RATES:
        if rate.denominator > 1 and rate != exact and abs(rate - exact) < Fraction(1, 200):
            return exact
    return rate.limit_denominator(1_000_000)


def frame_count(seconds: Fraction | float, fps: Fraction) -> int:
    """Return how many frames cover a length: the nearest whole number, and at least one."""
    return max(1, round(Fraction(seconds) * fps))
