"""Numbers as a report writes them."""

from __future__ import annotations

import math

NOT_KNOWN = "–"


def number(value: float | None, *, sign: bool = False) -> str:
    """Return a number with two digits after the point; a dash if it is not known."""
    if value is None or not math.isfinite(value):
        return NOT_KNOWN
    text = f"{value:+.2f}" if sign else f"{value:.2f}"
    return text.replace("-", "−")


def among(low: float, high: float) -> str:
    """Return an interval."""
    if not (math.isfinite(low) and math.isfinite(high)):
        return NOT_KNOWN
    return f"{number(low)} to {number(high)}"


def p_value(value: float) -> str:
    """Return a p-value with as many digits as it deserves."""
    return "< 0.001" if value < 0.001 else f"{value:.3f}"
