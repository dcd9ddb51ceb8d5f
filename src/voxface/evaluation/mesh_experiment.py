"""Variants of a mesh recipe, trained and judged side by side; what is finished stays."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch

from voxface.engine import MeshOptions
from voxface.errors import VoxfaceError, unknown_name
from voxface.evaluation.experiments.plan import changed
from voxface.evaluation.mesh_methods import MeshMethod, Still, mean_face
from voxface.evaluation.mesh_report import groups_of, score_take
from voxface.evaluation.mesh_runs import MeshRun
from voxface.evaluation.mesh_scores import MESH_FIGURES
from voxface.formats.output import OutputFile
from voxface.training.checkpoint import ABOUT, git_commit
from voxface.training.mesh.animote import AnimoteModule
from voxface.training.mesh.data import Heard, whole_take
from voxface.training.mesh.heard_faces import masks_of
from voxface.training.mesh.recipe import MeshRecipe, mesh_recipe_from_dict
from voxface.training.mesh.split import split_meshes
from voxface.training.mesh.train import load_sets, train_mesh
from voxface.training.overrides import read_values

SETTINGS = ("title", "question", "base", "set", "variants", "takes")
SHOWN = ("r2_published", "r2_motion", "lips_r", "lips_ratio", "lve_root", "fdd")
"""Figures in the tables."""


@dataclass(frozen=True)
class MeshExperiment:
    """A question, and the recipes that answer it.

    Attributes
    ----------
    name, title, question : str
    recipes : mapping of str to MeshRecipe
        The variants by name.
    takes : int
        Takes of each group that are judged, at most.
    """

    name: str
    title: str
    question: str
    recipes: Mapping[str, MeshRecipe]
    takes: int = 24


def load_mesh_experiment(path: Path) -> MeshExperiment:
    """Read an experiment: ``title``, ``question``, ``base``, ``variants`` and perhaps ``set``.

    Raises
    ------
    VoxfaceError
        If the file cannot be read or says something unknown.
    """
    values = read_values(path)
    for name in values:
        if name not in SETTINGS:
            raise unknown_name("setting of an experiment", str(name), SETTINGS)
    for name in ("title", "question", "base", "variants"):
        if name not in values:
            raise VoxfaceError(f"the experiment '{path}' has no '{name}'; add it")
    base = changed(read_values(path.parent / str(values["base"])), values.get("set") or {})
    recipes = {
        str(name): mesh_recipe_from_dict(changed(base, settings or {}))
        for name, settings in values["variants"].items()
    }
    title, question = str(values["title"]), str(values["question"]).strip()
    return MeshExperiment(path.stem, title, question, recipes, int(values.get("takes", 24)))


def run_mesh_experiment(
    experiment: MeshExperiment,
    folder: Path,
    *,
    threads: int = 1,
    tell: Callable[[str], None] = lambda line: None,
) -> dict[str, Any]:
    """Train every variant that is not trained yet, and judge all beside faces that never move.

    Runs lie in ``folder/runs`` under a name made of the recipe, so that experiments share them; the
    result goes to ``folder/NAME.json``.

    Raises
    ------
    VoxfaceError
        If examples are missing.
    """
    variants: dict[str, Any] = {}
    for name, recipe in experiment.recipes.items():
        place = folder / "runs" / run_name(recipe)
        if not (place / ABOUT).is_file():
            tell(f"{experiment.name}: training '{name}' in {place}")
            train_mesh(recipe, place, threads=threads)
        tell(f"{experiment.name}: judging '{name}'")
        variants[name] = judged(place, recipe, experiment.takes)
    first = next(iter(experiment.recipes.values()))
    for method in ("still", "mean"):
        variants[method] = {"scores": scores_of(method, first, experiment.takes)}
    result = {
        "name": experiment.name,
        "title": experiment.title,
        "question": experiment.question,
        "git_commit": git_commit(),
        "variants": variants,
    }
    with OutputFile(folder / f"{experiment.name}.json") as file:
        file.write(json.dumps(result, indent=1).encode())
    return result


def run_name(recipe: MeshRecipe) -> str:
    """Return the folder's name of a recipe's run."""
    plain = json.dumps(asdict(recipe), sort_keys=True, default=list)
    return f"{recipe.model.family}-{hashlib.sha256(plain.encode()).hexdigest()[:12]}"


def judged(place: Path, recipe: MeshRecipe, takes: int) -> dict[str, Any]:
    """Return what a run is, its losses and its figures; they are kept beside the run."""
    kept = place / f"judged-{takes}.json"
    if kept.is_file():
        return dict(json.loads(kept.read_text(encoding="utf-8")))
    run = MeshRun.load(place, MeshOptions())
    about = run.trained.about
    found = {
        "parameters": about["facts"]["parameters"],
        "seconds": about["seconds"],
        "losses": losses_of(run, recipe, takes),
        "looks": about["validation"],
        "scores": scores_of(run, recipe, takes),
    }
    with OutputFile(kept) as file:
        file.write(json.dumps(found).encode())
    return found


@torch.no_grad()
def losses_of(run: MeshRun, recipe: MeshRecipe, most: int) -> dict[str, float]:
    """Return an Animote net's loss on takes heard, watched and held out; empty of other nets."""
    net: Any = run.trained.net
    if recipe.model.family != "animote":
        return {}
    held = load_sets(recipe.data.sets)
    split = split_meshes(held.examples, recipe.data)
    masks = masks_of(split.heard, held.topology)
    losses: Any = recipe.losses
    module = AnimoteModule(net, losses, recipe.optimiser, masks).eval()
    found = {}
    for name, takes in (("train", split.heard), ("val", split.watched), ("test", split.test)):
        chosen = [takes[i * len(takes) // most] for i in range(min(most, len(takes)))]
        batches = [whole_take(Heard.of(t, recipe.model.rate), net.look_ahead) for t in chosen]
        found[name] = float(np.mean([module.figures(batch)["loss"] for batch in batches]))
    return found


def scores_of(method: str | MeshMethod, recipe: MeshRecipe, most: int) -> dict[str, Any]:
    """Return the mean figures of a method on each group of takes that the recipe holds out."""
    held = load_sets(recipe.data.sets)
    split = split_meshes(held.examples, recipe.data)
    if isinstance(method, str):
        method = Still() if method == "still" else mean_face(list(split.heard))
    found = {}
    for group, takes in groups_of(split.test, split.strangers, most).items():
        rows = [score_take(method, take, held) for take in takes]
        found[group] = {
            figure: float(np.nanmean([row[figure] for row in rows]))
            if any(np.isfinite(row[figure]) for row in rows)
            else None
            for figure in MESH_FIGURES
        } | {"takes": len(rows)}
    return found


def mesh_experiment_table(result: Mapping[str, Any]) -> str:
    """Return an experiment's result as Markdown tables."""
    lines = []
    groups = next(iter(result["variants"].values()))["scores"]
    large = [group for group in groups if groups[group]["takes"] >= 5]
    for group in large:
        lines += [f"**{group}** ({groups[group]['takes']} takes)", ""]
        heads = ["variant", "parameters", "s", "train / val / test loss"]
        heads += [MESH_FIGURES[figure] for figure in SHOWN]
        lines += ["| " + " | ".join(heads) + " |", "|" + "---|" * len(heads)]
        for name, found in result["variants"].items():
            row = found["scores"][group]
            losses = found.get("losses") or {}
            cells = [
                name,
                f"{found['parameters']:,}" if "parameters" in found else "–",
                f"{found['seconds']:.0f}" if "seconds" in found else "–",
                " / ".join(f"{value:.3f}" for value in losses.values()) or "–",
                *(_cell(row[figure], figure) for figure in SHOWN),
            ]
            lines.append("| " + " | ".join(cells) + " |")
        lines.append("")
    return "\n".join(lines)


def _cell(value: float | None, figure: str) -> str:
    if value is None:
        return "–"
    return f"{value:.4f}" if figure == "r2_published" else f"{value:.3f}"
