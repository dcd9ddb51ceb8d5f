"""Methods that move meshes side by side, on takes and speakers never heard."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np

from voxface.corpus.mesh_examples import MeshExample, MeshSet, load_mesh_set
from voxface.engine import MODELS, MeshModel, MeshOptions, moves_mesh
from voxface.errors import VoxfaceError
from voxface.evaluation.intervals import bootstrap_mean
from voxface.evaluation.mesh_methods import MeshMethod, mesh_method
from voxface.evaluation.mesh_scores import MESH_FIGURES, mesh_scores
from voxface.evaluation.method_names import tell_apart
from voxface.training.checkpoint import ABOUT
from voxface.training.mesh.split import MeshData, mesh_data, split_meshes
from voxface.training.overrides import read_values

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


def judge(
    names: Sequence[str],
    meshes: Path,
    recipe: Path | None = None,
    *,
    options: MeshOptions,
    most: int = 0,
    tell: Callable[[int, int], None] = lambda done, total: None,
) -> dict[str, Any]:
    """Measure methods by name on what none of them heard; see `mesh_report`.

    Parameters
    ----------
    names : sequence of str
        As `mesh_method` takes them.
    meshes : Path
        File of examples.
    recipe : Path, optional
        Whose split says what was heard, beside what the methods say of themselves.
    options : MeshOptions
    most : int
        Takes of a group at most; 0 for all.

    Raises
    ------
    VoxfaceError
        If a method or file is not there, or nothing is left that was not heard.
    """
    held = load_mesh_set(meshes)
    splits = [data_of(name) for name in names]
    if recipe is not None:
        splits.append(mesh_data(read_values(recipe).get("data") or {}))
    known = [data for data in splits if data is not None] or [MeshData()]
    heard: set[str] = set()
    speakers: set[str] = set()
    for data in known:
        split = split_meshes(held.examples, data)
        heard |= {take.name for take in (*split.heard, *split.watched)}
        speakers |= {take.speaker for take in split.heard}
    left = [take for take in held.examples if take.name not in heard]
    if not left:
        raise VoxfaceError(f"{meshes} holds no take that none of these methods heard")
    groups = groups_of(
        [take for take in left if take.speaker in speakers],
        [take for take in left if take.speaker not in speakers],
        most,
    )
    learned = [take for take in held.examples if take.name in heard]
    methods = [mesh_method(name, learned, options) for name in names]
    tell_apart(methods, names)
    return mesh_report(methods, groups, held, tell=tell)


def data_of(name: str) -> MeshData | None:
    """Return which takes a method heard by its own word; None if it says nothing.

    Raises
    ------
    VoxfaceError
        If what it says cannot be read.
    """
    path = MODELS.get(name, Path(name))
    if path.is_dir():
        try:
            about = json.loads((path / ABOUT).read_text(encoding="utf-8"))
        except (OSError, ValueError):
            raise VoxfaceError(f"'{path}' holds no trained mesh net") from None
        said = (about.get("recipe") or {}).get("data")
    elif path.is_file() and moves_mesh(path):
        said = MeshModel(path).description.recipe.get("data")
    else:
        return None
    return mesh_data(said) if said else None


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
