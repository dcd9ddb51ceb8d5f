"""The figures of a run or a method on every take that no variant has heard."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from voxface.corpus.examples import Example
from voxface.evaluation.lips import opening, phone_middles
from voxface.evaluation.methods import Method, load_method, predict_all
from voxface.evaluation.takes import score_take
from voxface.face import FaceClip

REACH = 6
"""Frames of 10 ms around the middle of a p, b or m in which the lips may be shut."""


def score_run(
    place: Path, examples: Path, groups: Mapping[str, Sequence[Example]], shut_under: float
) -> dict[str, list[dict[str, Any]]]:
    """Score a run folder: group → one dict per take.

    Its curves are judged as the net says them; lips as the exported model places them, shut under
    an opening of `shut_under` (see `closure_threshold`).
    """
    said = load_method(str(place), examples=examples)
    placed = load_method(str(place), examples=examples, lips=True)
    return _scored(said, placed, groups, shut_under)


def score_method(
    word: str, examples: Path, groups: Mapping[str, Sequence[Example]], shut_under: float
) -> dict[str, list[dict[str, Any]]]:
    """Score a method that needs no training, as `score_run` does a run."""
    method = load_method(word, examples=examples)
    return _scored(method, method, groups, shut_under)


def _scored(
    said: Method, placed: Method, groups: Mapping[str, Sequence[Example]], shut_under: float
) -> dict[str, list[dict[str, Any]]]:
    found = {}
    for group, takes in groups.items():
        clips = list(predict_all(said, takes))
        lips = clips if placed is said else list(predict_all(placed, takes))
        found[group] = [
            _known(asdict(score_take(take, clip))) | lip_counts(take, with_lips, shut_under)
            for take, clip, with_lips in zip(takes, clips, lips, strict=True)
        ]
    return found


def _known(figures: dict[str, Any]) -> dict[str, Any]:
    """Return figures with None for those that a take does not have: JSON knows no NaN."""
    return {
        name: None if isinstance(value, float) and not np.isfinite(value) else value
        for name, value in figures.items()
    }


def lip_counts(example: Example, clip: FaceClip, shut_under: float) -> dict[str, int]:
    """Count p/b/m, those on which lips shut, and likewise t, d, k, g, n; 0 without known phones."""
    if not example.articulation.shape[1]:
        return {"closing": 0, "shut": 0, "tongue": 0, "shut_on_tongue": 0}
    at = phone_middles(example)
    curve = opening(clip)
    shut = sum(_lowest(curve, time, REACH) <= shut_under for time in at.shut)
    wrong = sum(_lowest(curve, time, 0) <= shut_under for time in at.tongue)
    return {
        "closing": len(at.shut),
        "shut": int(shut),
        "tongue": len(at.tongue),
        "shut_on_tongue": int(wrong),
    }


def _lowest(curve: np.typing.NDArray[np.float64], time: float, reach: int) -> float:
    middle = round(float(time) * 100)
    return float(curve[max(0, middle - reach) : middle + reach + 1].min(initial=np.inf))
