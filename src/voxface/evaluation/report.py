"""The whole evaluation of a model file, as plain values and as tables."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict
from math import isnan
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from voxface.corpus.examples import Example, load_examples
from voxface.engine import Controls, Model, animate
from voxface.errors import VoxfaceError
from voxface.evaluation.lips import closure_threshold, motion_without_speech, score_lips
from voxface.evaluation.takes import FIGURES, score_take, summary
from voxface.face import FaceClip
from voxface.training.recipe import Data, recipe_from_dict
from voxface.training.train import has_word, split

if TYPE_CHECKING:
    from rich.table import Table

VOICES_SCORED = 60
"""Recordings of each language whose p, b and m are scored."""
RATE = 100


def evaluate_model(
    path: Path | None,
    examples: Path,
    *,
    everything: bool = False,
    tell: Callable[[int, int], None] = lambda done, total: None,
) -> dict[str, Any]:
    """Measure a model file on captured takes, known phones, and sounds without speech.

    Parameters
    ----------
    path : Path or None
        ``model.onnx``; None for the packaged one.
    examples : Path
        Folder that ``voxface prepare`` wrote.
    everything : bool
        Also score captured takes that the model was trained on, in groups marked as heard.
    tell : callable
        Called with takes done and takes in all.

    Returns
    -------
    dict
        ``model``, ``takes`` (group → figures with 95 % intervals), ``lips`` (group →
        `LipScore` in plain values), ``without_speech`` (sound → motion, gated and not).
    """
    model = Model.for_recordings(path)
    groups = _groups(model, examples, everything)
    total, done = sum(map(len, groups.values())), 0

    def predict(source: Path | NDArray[np.float32], gate: bool = False) -> FaceClip:
        return animate(
            source,
            fps=RATE,
            sample_rate=None if isinstance(source, Path) else 16_000,
            controls=Controls(silence_gate=gate, life=0),  # the net alone is judged
            model=model,
        )

    takes = {}
    for name, group in groups.items():
        scores = []
        for example in group:
            scores.append(score_take(example, predict(Path(example.about["recording"]))))
            done += 1
            tell(done, total)
        takes[name] = {"takes": len(scores)} | summary(scores)
    grid = [e for e in load_examples(examples / "grid.npz") if e.articulation.shape[1]]
    threshold = closure_threshold(grid[:: max(1, len(grid) // 200)])
    lips = {}
    for name, voices in _voices(examples, groups).items():
        score = score_lips(voices, lambda sound: predict(sound, gate=True), threshold)
        found = asdict(score.shut) | {
            "shut_on_tongue": score.shut_on_tongue,
            "opened": score.opened,
            "rounded": score.rounded,
        }
        # JSON knows no NaN: what could not be measured is null.
        lips[name] = {key: None if isnan(value) else value for key, value in found.items()}
    return {
        "model": {
            "name": model.description.name,
            "version": model.description.version,
            "weights_sha256": model.description.weights_sha256,
        },
        "takes": takes,
        "closure_threshold": threshold,
        "lips": lips,
        "without_speech": {
            "gated": motion_without_speech(lambda sound: predict(sound, gate=True)),
            "not gated": motion_without_speech(predict),
        },
    }


def tables(report: dict[str, Any]) -> list[Table]:
    """Return the report as tables for the terminal."""
    from rich.table import Table  # noqa: PLC0415  (only for the terminal)

    takes = Table(title=f"{report['model']['name']} {report['model']['version']}: captured takes")
    for column in ("group", "takes", *FIGURES):
        takes.add_column(column.replace("_", " "))
    for name, row in report["takes"].items():
        found = [row.get(figure) for figure in FIGURES]
        cells = [f"{f[0]:.3f} [{f[1]:.3f}, {f[2]:.3f}]" if f else "" for f in found]
        takes.add_row(name, str(row["takes"]), *cells)
    lips = Table(title=f"lips on known phones (opening under {report['closure_threshold']:.3f})")
    for column in (
        "group",
        "p/b/m",
        "shut",
        "shut on ah",
        "shut on t/d/k/g/n",
        "ah wider than p/b/m",
        "oo rounder",
    ):
        lips.add_column(column)
    for name, row in report["lips"].items():
        keys = ("recall", "false_share", "shut_on_tongue", "opened", "rounded")
        shares = ["–" if row[key] is None else f"{row[key]:.1%}" for key in keys]
        lips.add_row(name, str(row["count"]), *shares)
    quiet = Table(title="mean motion per frame where nobody speaks")
    for column in ("sound", "with silence gate", "without"):
        quiet.add_column(column)
    for name, value in report["without_speech"]["gated"].items():
        other = report["without_speech"]["not gated"][name]
        quiet.add_row(name, f"{value:.6f}", f"{other:.6f}")
    return [takes, lips, quiet]


def _groups(model: Model, examples: Path, everything: bool) -> dict[str, list[Example]]:
    """Sort captured takes by what the model heard of them."""
    recipe = model.description.recipe
    data = recipe_from_dict(recipe).data if recipe else Data(sets={})
    groups: dict[str, list[Example]] = {}
    for path in sorted(examples.glob("*.npz")):
        if path.stem not in ("grid", "facegood"):
            continue
        held = load_examples(path)
        heard, out = split(held, data) if path.stem in data.sets else ([], held)
        for example in out:
            known = any(other.speaker == example.speaker for other in heard)
            kind = "held-out takes" if known else "speaker never heard"
            if known and has_word(example, data.hold_out_words):
                kind = "words never heard"
            groups.setdefault(f"{path.stem} {example.speaker}, {kind}", []).append(example)
        if everything:
            for example in heard:
                groups.setdefault(f"{path.stem} {example.speaker}, HEARD", []).append(example)
    if not groups:
        raise VoxfaceError(
            f"'{examples}' holds no captured take that the model has not heard; "
            "--everything scores the others, too"
        )
    unheard = [e for name, g in groups.items() if name.endswith("speaker never heard") for e in g]
    if unheard:
        groups["all speakers never heard"] = unheard
    return groups


def _voices(examples: Path, groups: dict[str, list[Example]]) -> dict[str, Sequence[Example]]:
    found: dict[str, list[Example]] = {}
    for name, group in groups.items():
        if name.startswith("grid") and group[0].articulation.shape[1]:
            found[name] = group
    for name in ("voices", "synthetic"):
        path = examples / f"{name}.npz"
        if path.is_file():
            for example in load_examples(path):
                key = f"{name}: {example.about.get('language', '')}"
                found.setdefault(key, []).append(example)
    return {name: group[:: max(1, len(group) // VOICES_SCORED)] for name, group in found.items()}
