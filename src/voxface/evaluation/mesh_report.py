"""Methods that move meshes side by side, on takes and speakers never heard."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict
from typing import Any

import numpy as np

from voxface.corpus.mesh_examples import MeshExample, MeshSet
from voxface.evaluation.intervals import bootstrap_mean
from voxface.evaluation.mesh_methods import MeshMethod
from voxface.evaluation.mesh_scores import MESH_FIGURES, mesh_scores

FEWEST = 10
"""Seen frames without which a take is not measured."""


def mesh_report(
    methods: Sequence[MeshMethod],
    groups: Mapping[str, Sequence[MeshExample]],
    held: MeshSet,
    *,
    tell: Callable[[int, int], None] = lambda done, total: None,
) -> dict[str, Any]:
    """Measure methods on groups of takes; groups are never pooled.

    Returns
    -------
    dict
        ``groups``: by group and method, each figure's mean with its bootstrap interval;
        ``takes``: every figure of every take.
    """
    total = len(methods) * sum(len(takes) for takes in groups.values())
    rows: list[dict[str, Any]] = []
    done = 0
    for group, takes in groups.items():
        for take in takes:
            for method in methods:
                rows.append(score_take(method, take, held) | {"group": group})
                done += 1
                tell(done, total)
    summary = {
        group: {
            method.name: {
                figure: asdict(
                    bootstrap_mean(
                        [
                            row[figure]
                            for row in rows
                            if row["group"] == group and row["method"] == method.name
                        ]
                    )
                )
                for figure in MESH_FIGURES
            }
            for method in methods
        }
        for group in groups
    }
    return {"topology": held.topology.name, "groups": summary, "takes": rows}


def score_take(method: MeshMethod, take: MeshExample, held: MeshSet) -> dict[str, Any]:
    """Return a method's figures of one take, over the frames in which the face was seen."""
    seen = take.seen.astype(bool)
    row: dict[str, Any] = {"method": method.name, "take": take.name, "speaker": take.speaker}
    if seen.sum() < FEWEST:
        return row | dict.fromkeys(MESH_FIGURES, float("nan"))
    predicted = take.neutral + method.predict(take)[seen]
    true = take.neutral + take.offsets[seen].astype(np.float32)
    return row | mesh_scores(predicted, true, take.neutral, held.topology, take.fps)


def groups_of(
    test: Iterable[MeshExample], strangers: Iterable[MeshExample], most: int = 0
) -> dict[str, list[MeshExample]]:
    """Return takes by the question that they answer: takes not heard, and each speaker not heard.

    Parameters
    ----------
    test : iterable of MeshExample
        Held-out takes of speakers that were heard.
    strangers : iterable of MeshExample
        Takes of speakers that were not.
    most : int
        Takes of a group at most, evenly chosen; 0 for all.
    """
    groups: dict[str, list[MeshExample]] = {}
    for take in test:
        groups.setdefault(f"{take.speaker}, takes not heard", []).append(take)
    for take in strangers:
        groups.setdefault(f"{take.speaker}, never heard", []).append(take)
    if most:
        for name, takes in groups.items():
            groups[name] = [takes[i * len(takes) // most] for i in range(min(most, len(takes)))]
    return groups
