"""Expressions: named poses of the face, and how strong they are over time."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from voxface.errors import VoxfaceError, unknown_name
from voxface.face import ARKIT_CHANNELS

EXPRESSIONS_FILE = Path(__file__).with_name("expressions.json")

Timeline = tuple[tuple[float, float], ...]
"""Moments in seconds and intensities 0 to 1; straight lines between, held before and after."""


@cache
def definitions() -> dict[str, Any]:
    """Return the contents of ``expressions.json``, which Python and the page share."""
    contents: dict[str, Any] = json.loads(EXPRESSIONS_FILE.read_text(encoding="utf-8"))
    return contents


def expression_names() -> tuple[str, ...]:
    """Return the names of all expressions."""
    return tuple(definitions()["expressions"])


def pose(name: str) -> dict[str, float]:
    """Return an expression's weights at intensity 1, by channel.

    Raises
    ------
    VoxfaceError
        If there is no such expression; the message suggests the nearest name.
    """
    known = definitions()["expressions"]
    if name not in known:
        raise unknown_name("expression", name, known)
    return both_sides(known[name]["weights"])


def timeline(name: str, given: float | Iterable[Sequence[float]]) -> Timeline:
    """Check an intensity, or moments and intensities, and return them as a timeline.

    Raises
    ------
    VoxfaceError
        If an intensity is not 0 to 1, or moments are not 0 or later and in order.
    """
    pose(name)
    if isinstance(given, int | float):
        return ((0.0, _intensity(name, given)),)
    points: list[tuple[float, float]] = []
    for point in given:
        try:
            seconds, value = float(point[0]), point[1]
        except (TypeError, ValueError, IndexError):
            raise VoxfaceError(
                f"expression {name}: {point!r} is not a moment in seconds and an intensity"
            ) from None
        if not (math.isfinite(seconds) and seconds >= 0) or (points and seconds <= points[-1][0]):
            raise VoxfaceError(
                f"expression {name}: moment {seconds:g} s; give seconds from 0, each later "
                "than the one before"
            )
        points.append((seconds, _intensity(name, value)))
    if not points:
        raise VoxfaceError(f"expression {name} has no intensity; give a number, 0 to 1")
    return tuple(points)


def parse_expressions(option: str, texts: Iterable[str]) -> dict[str, float | Timeline]:
    """Read expressions as they are typed: ``joy=0.6``, or moments: ``joy=0:0,2:1,5:0``.

    Raises
    ------
    VoxfaceError
        If a text is neither.
    """
    parsed: dict[str, float | Timeline] = {}
    for text in texts:
        name, _, value = text.partition("=")
        try:
            if ":" in value:
                points = [part.split(":") for part in value.split(",")]
                parsed[name.strip()] = tuple((float(at), float(level)) for at, level in points)
            else:
                parsed[name.strip()] = float(value)
        except ValueError:
            raise VoxfaceError(
                f"{option} {text!r} is not NAME=INTENSITY or NAME=SECONDS:INTENSITY,…, "
                "such as joy=0.6 or joy=0:0,2:1,5:0"
            ) from None
    return parsed


def both_sides(weights: Mapping[str, float]) -> dict[str, float]:
    """Give a name without a side to both sides of the face."""
    result = {}
    for name, weight in weights.items():
        sides = [name] if name in ARKIT_CHANNELS else [f"{name}Left", f"{name}Right"]
        result.update(dict.fromkeys(sides, weight))
    return result


def _intensity(name: str, value: float) -> float:
    try:
        number = float(value)
    except (TypeError, ValueError):
        number = math.nan
    if not 0 <= number <= 1:
        raise VoxfaceError(f"expression {name} is {value!r}; give an intensity, 0 to 1")
    return number
