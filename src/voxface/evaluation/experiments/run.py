"""Train and score what an experiment compares; what is finished is not done again."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from math import inf
from pathlib import Path
from typing import Any

from voxface.corpus.examples import Example
from voxface.errors import VoxfaceError
from voxface.evaluation.experiments.names import run_name
from voxface.evaluation.experiments.plan import Experiment
from voxface.evaluation.experiments.score import score_method, score_run
from voxface.evaluation.honest_split import honest_split
from voxface.evaluation.lips import closure_threshold
from voxface.formats.output import OutputFile
from voxface.models.facts import facts
from voxface.training.checkpoint import ABOUT, WEIGHTS, git_commit, load_trained
from voxface.training.hearing import Hearing
from voxface.training.recipe import Recipe
from voxface.training.train import train

TAKES_FOR_THRESHOLD = 200
CLOCK, SCORES = "clock.json", "scores.json"


def run_experiment(
    experiment: Experiment,
    examples: Path,
    folder: Path,
    *,
    threads: int = 1,
    only: Sequence[str] = (),
    tell: Callable[[str], None] = lambda line: None,
) -> dict[str, Any]:
    """Train every variant that is not trained yet, and score all.

    Parameters
    ----------
    experiment : Experiment
        What to compare.
    examples : Path
        Folder that ``voxface prepare`` wrote.
    folder : Path
        Runs go into its ``runs``, under a name made of recipe and data, so that experiments share
        them; the result goes to ``NAME.json``.
    threads : int
        Processor threads of each training.
    only : sequence of str
        Names of variants to train now; the others are left out unless they are finished.
    tell : callable
        Called with a line when something begins.

    Returns
    -------
    dict
        ``title``, ``question``, ``reference``, ``git_commit`` and ``variants``: name → what the net
        is, seconds of training, and per-take scores by group.

    Raises
    ------
    VoxfaceError
        If examples are missing, or variants hold out different takes.
    """
    splits = {_held_out(recipe) for recipe in experiment.recipes.values()}
    if len(splits) > 1:
        raise VoxfaceError(
            f"the variants of '{experiment.name}' hold out different takes, so that their figures "
            "cannot be compared; give all the same hold_out settings"
        )
    groups = honest_split(examples, [recipe.data for recipe in experiment.recipes.values()])
    shut_under = _shut_under(groups)
    hashes: dict[str, str] = {}
    variants = {}
    for name, recipe in experiment.recipes.items():
        place = folder / "runs" / run_name(recipe, examples, hashes)
        if not (place / ABOUT).is_file() or not (place / WEIGHTS).is_file():
            if only and name not in only:
                continue
            tell(f"{experiment.name}: training '{name}' in {place}")
            _train(recipe, examples, place, threads)
        tell(f"{experiment.name}: scoring '{name}'")
        variants[name] = _about(place) | {"scores": _scores(place, examples, groups, shut_under)}
    for word in experiment.methods:
        tell(f"{experiment.name}: scoring '{word}'")
        scores = score_method(word, examples, groups, shut_under)
        variants[word] = {"run": None, "seconds": 0.0, "net": None, "scores": scores}
    result = {
        "name": experiment.name,
        "title": experiment.title,
        "question": experiment.question,
        "reference": experiment.reference,
        "shut_under": shut_under,
        "git_commit": git_commit(),
        "variants": variants,
    }
    with OutputFile(folder / f"{experiment.name}.json") as file:
        file.write(json.dumps(result, indent=1).encode())
    return result


def _held_out(recipe: Recipe) -> tuple[Any, ...]:
    data = recipe.data
    return data.hold_out_speakers, data.hold_out_words, data.hold_out_every


def _shut_under(groups: Mapping[str, Sequence[Example]]) -> float:
    """Return the opening under which captured lips fall on most p, b and m of the judged takes."""
    takes = [take for group in groups.values() for take in group if take.articulation.shape[1]]
    return closure_threshold(takes[:: max(1, len(takes) // TAKES_FOR_THRESHOLD)])


def _train(recipe: Recipe, examples: Path, place: Path, threads: int) -> None:
    clock = place / CLOCK
    before = json.loads(clock.read_text())["seconds"] if clock.is_file() else 0.0
    begin = time.monotonic()
    try:
        train(recipe, examples, place, threads=threads)
    finally:
        if place.is_dir():
            spent = before + time.monotonic() - begin
            with OutputFile(clock) as file:
                file.write(json.dumps({"seconds": spent}).encode())


def _about(place: Path) -> dict[str, Any]:
    seconds = json.loads((place / CLOCK).read_text())["seconds"]
    trained = load_trained(place)
    found = facts(trained.net, Hearing.of_run(trained.about).rate)
    net = {name: None if value == inf else value for name, value in asdict(found).items()}
    return {"run": place.name, "seconds": seconds, "net": net}


def _scores(
    place: Path, examples: Path, groups: Mapping[str, Sequence[Example]], shut_under: float
) -> dict[str, Any]:
    """Return the scores of each take; they are kept beside the run."""
    kept = place / SCORES
    if kept.is_file():
        return dict(json.loads(kept.read_text(encoding="utf-8")))
    scores = score_run(place, examples, groups, shut_under)
    with OutputFile(kept) as file:
        file.write(json.dumps(scores).encode())
    return scores
