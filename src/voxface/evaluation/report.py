"""The evaluation of several methods on what none of them heard, as plain values."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from voxface.corpus.examples import Example, load_examples
from voxface.errors import VoxfaceError
from voxface.evaluation.aggregate import by_channel, by_part, means, plain, row_of
from voxface.evaluation.beyond_takes import lips_on_voices, quiet_sounds
from voxface.evaluation.figures import FIGURES
from voxface.evaluation.honest_split import CROSS_SPEAKER, honest_split, kind_of, protocol_of
from voxface.evaluation.lips import closure_threshold
from voxface.evaluation.matching import COLUMNS
from voxface.evaluation.methods import Method, ModelMethod, RunMethod, predict_all
from voxface.evaluation.phone_classes import CLASSES
from voxface.evaluation.posed_head import PosedHead
from voxface.evaluation.scores import REGION_COLUMNS, Scores, score
from voxface.evaluation.significance import differences_between
from voxface.rig import default_head

FORMAT = 2
"""Of the JSON; 1 was one model's groups without rows."""
THRESHOLD_TAKES = 200
"""Captured takes from which the threshold of shut lips is set."""

Groups = Mapping[str, Sequence[Example]]
Found = dict[str, dict[str, list[Scores]]]
"""Scores by method and group."""


def evaluate(
    methods: Sequence[Method],
    examples: Path,
    *,
    everything: bool = False,
    voices: bool = False,
    tell: Callable[[int, int], None] = lambda done, total: None,
) -> dict[str, Any]:
    """Measure methods side by side on captured takes, known phones, and sounds without speech.

    Parameters
    ----------
    methods : sequence of Method
        Takes that one of them heard are left out for all.
    examples : Path
        Folder that ``voxface prepare`` wrote.
    everything : bool
        Whether takes that were heard are scored as well, in groups that say so.
    voices : bool
        Whether lips are also scored on voices without a face, whose phones are known.
    tell : callable
        Called with takes done and takes in all.

    Returns
    -------
    dict
        Plain values, as docs/evaluation.md describes; NaN is None.

    Raises
    ------
    VoxfaceError
        If nothing is left to score, or a method cannot predict a take.
    """
    groups = honest_split(examples, [method.heard for method in methods], everything=everything)
    threshold = _threshold(examples)
    report = report_on(methods, groups, threshold, tell) | {"examples": str(examples)}
    report["without_speech"] = {method.name: quiet_sounds(method) for method in methods}
    if voices:
        report["voices"] = {
            method.name: lips_on_voices(method, examples, threshold, groups) for method in methods
        }
    return dict(plain(report))


def report_on(
    methods: Sequence[Method],
    groups: Groups,
    threshold: float,
    tell: Callable[[int, int], None] = lambda done, total: None,
) -> dict[str, Any]:
    """Do what `evaluate` does on given takes, with a given threshold of shut lips."""
    found = _scored(methods, groups, threshold, tell)
    pooled = together(groups)
    for held in found.values():
        held |= {
            name: [one for group in parts for one in held[group]] for name, parts in pooled.items()
        }
    first = next(iter(found.values()))
    report: dict[str, Any] = {
        "format": FORMAT,
        "closure_threshold": threshold,
        "meaning": {f.key: f"{f.title} ({f.better}): {f.meaning}" for f in FIGURES},
        "methods": {method.name: _about(method) for method in methods},
        "groups": {name: _group(name, scores, name in pooled) for name, scores in first.items()},
        "figures": _each(
            found, lambda scores: means([s.figures for s in scores], _clusters(scores))
        ),
        "regions": _each(found, lambda scores: by_part(scores, REGION_COLUMNS, Scores.region)),
        "channels": _each(found, by_channel),
        "phones": _each(found, lambda scores: by_part(scores, CLASSES, Scores.phone)),
        "tests": differences_between(found),
        "rows": [
            {"method": method, "group": group} | row_of(one)
            for method, held in found.items()
            for group, scores in held.items()
            if group not in pooled
            for one in scores
        ],
        "without_speech": {},
    }
    return dict(plain(report))


def together(groups: Groups) -> dict[str, list[str]]:
    """Return, for strangers of one corpus, the groups that are also told together.

    Nothing else is pooled: takes, words and speakers never heard are three questions.
    """
    parts: dict[str, list[str]] = {}
    for name in groups:
        if kind_of(name) == CROSS_SPEAKER:
            parts.setdefault(name.partition(" ")[0], []).append(name)
    return {
        f"{corpus} {len(names)} speakers, {CROSS_SPEAKER}": names
        for corpus, names in parts.items()
        if len(names) > 1
    }


def _threshold(examples: Path) -> float:
    """Return the opening that captured lips pass on p, b and m; NaN where no phones are known."""
    path = examples / "grid.npz"
    known = load_examples(path) if path.is_file() else []
    known = [take for take in known if take.articulation.shape[1]]
    try:
        return closure_threshold(known[:: max(1, len(known) // THRESHOLD_TAKES)])
    except VoxfaceError:  # nobody says p, b or m: closures are missing in every take, and counted
        return float("nan")


def _scored(
    methods: Sequence[Method],
    groups: Groups,
    threshold: float,
    tell: Callable[[int, int], None],
) -> Found:
    head = PosedHead(default_head())
    total, done = len(methods) * sum(map(len, groups.values())), 0
    found: Found = {}
    for method in methods:
        found[method.name] = {}
        for name, takes in groups.items():
            scores = found[method.name][name] = []
            for take, clip in zip(takes, predict_all(method, takes), strict=True):
                scores.append(score(take, clip, threshold=threshold, head=head))
                done += 1
                tell(done, total)
    return found


def _about(method: Method) -> dict[str, Any]:
    about: dict[str, Any] = {"look_ahead_ms": method.look_ahead_ms}
    if isinstance(method, ModelMethod):
        described = method.model.description
        about |= {
            "kind": "model file",
            "model": described.name,
            "version": described.version,
            "weights_sha256": described.weights_sha256,
        }
    elif isinstance(method, RunMethod):
        run = method.trained.about
        about |= {
            "kind": "run",
            "model": run["recipe"]["name"],
            "git_commit": run.get("git_commit", "unknown"),
            "data_sha256": run.get("data_sha256", {}),
            "spoken_lips": method.lips,
        }
    else:
        about["kind"] = "rule"
    return about


def _clusters(scores: Sequence[Scores]) -> list[str]:
    return [one.example.speaker for one in scores]


def _group(name: str, scores: Sequence[Scores], pooled: bool) -> dict[str, Any]:
    """Say what a group holds, and what of it could not be seen."""
    tracked = np.array([np.isfinite(one.channels["error"]) for one in scores])
    speakers = Counter(_clusters(scores))
    return {
        "protocol": protocol_of(name),
        "pooled": pooled,
        "takes": len(scores),
        "speakers": dict(speakers),
        "mean_of": "speakers" if len(speakers) > 1 else "takes",
        "frames": sum(one.frames for one in scores),
        "frames_without_a_face": sum(one.unseen for one in scores),
        "channels_never_tracked": np.array(COLUMNS)[~tracked.any(axis=0)].tolist(),
        "captured": means([one.own for one in scores], _clusters(scores)),
    }


def _each(found: Found, of: Callable[[list[Scores]], Any]) -> dict[str, dict[str, Any]]:
    return {
        method: {group: of(scores) for group, scores in held.items()}
        for method, held in found.items()
    }
