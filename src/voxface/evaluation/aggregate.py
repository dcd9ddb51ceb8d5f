"""From takes to groups: means with intervals, and plain values for JSON."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import numpy as np

from voxface.evaluation.intervals import Interval, bootstrap_means
from voxface.evaluation.matching import COLUMNS
from voxface.evaluation.phone_classes import CLASSES
from voxface.evaluation.scores import CHANNEL_FIGURES, REGION_COLUMNS, Scores

DIGITS = 6
"""Significant digits that are written."""


def means(rows: Sequence[Mapping[str, float]], clusters: Sequence[str]) -> dict[str, Any]:
    """Return each figure's mean over takes (over speakers, of several) with its interval.

    How many takes have no such figure is told beside it, as ``missing``.
    """
    names = list(rows[0])
    table = np.array([[row[name] for name in names] for row in rows], np.float64)
    return {
        name: as_dict(found)
        for name, found in zip(names, bootstrap_means(table, clusters), strict=True)
    }


def by_channel(scores: Sequence[Scores]) -> dict[str, Any]:
    """Return the means of every channel that was tracked in some take."""
    clusters = [one.example.speaker for one in scores]
    table = np.array([[one.channels[name] for name in CHANNEL_FIGURES] for one in scores])
    found = bootstrap_means(table.reshape(len(scores), -1), clusters)
    result: dict[str, Any] = {}
    for number, column in enumerate(COLUMNS):
        cells = found[number :: len(COLUMNS)]
        if cells[0].count:
            result[column] = {
                name: as_dict(cell) for name, cell in zip(CHANNEL_FIGURES, cells, strict=True)
            }
    return result


def by_part(
    scores: Sequence[Scores],
    parts: Iterable[str],
    of: Callable[[Scores, str], Mapping[str, float]],
) -> dict[str, Any]:
    """Return the means of regions or classes of phones that some take has."""
    clusters = [one.example.speaker for one in scores]
    found = {part: means([of(one, part) for one in scores], clusters) for part in parts}
    return {part: cells for part, cells in found.items() if cells["error"]["takes"]}


def as_dict(found: Interval) -> dict[str, float]:
    """Return an interval as plain values."""
    return {
        "mean": found.mean,
        "low": found.low,
        "high": found.high,
        "takes": found.count,
        "missing": found.missing,
    }


def row_of(one: Scores) -> dict[str, Any]:
    """Return one take's figures as plain values, for statistics of others."""
    return {
        "take": one.example.name,
        "speaker": one.example.speaker,
        "frames": one.frames,
        "frames_without_a_face": one.unseen,
        "figures": dict(one.figures),
        "captured": dict(one.own),
        "regions": {name: one.region(name) for name in REGION_COLUMNS},
        "phones": {name: dict(one.phones[name]) for name in CLASSES if name in one.phones},
    }


def plain(value: Any) -> Any:
    """Return values as JSON knows them: six digits, and None for what is not finite."""
    if isinstance(value, Mapping):
        return {str(key): plain(held) for key, held in value.items()}
    if isinstance(value, list | tuple):
        return [plain(held) for held in value]
    if isinstance(value, float | np.floating):
        number = float(value)
        return float(f"{number:.{DIGITS}g}") if math.isfinite(number) else None
    return int(value) if isinstance(value, np.integer) else value
