"""Train a pruned net on for a little: the recipe it was made by, from the weights it has."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from voxface.errors import VoxfaceError
from voxface.training.checkpoint import Trained, save_trained
from voxface.training.recipe import recipe_from_dict
from voxface.training.train import train

LEARNING_RATE = 0.2
"""Share of the recipe's learning rate: the net is nearly where it is to be."""
AVERAGED = 0.1
"""Share of the steps that the moving average of the weights looks back over."""


def fine_tune(
    pruned: Trained, examples: Path, output: Path, steps: int, *, threads: int = 0
) -> Trained:
    """Train a pruned net on.

    Parameters
    ----------
    pruned : Trained
        As `prune` left it, with the recipe of the run it came from.
    examples : Path
        Folder that ``voxface prepare`` wrote.
    output : Path
        Folder of the run. The untrained net is kept in it as ``before``; a run that was stopped
        goes on where it was.
    steps : int
        Batches.
    threads : int
        Processor threads; 0 leaves the choice to PyTorch.

    Raises
    ------
    VoxfaceError
        If there are no steps to train, or as `train` does.
    """
    if steps < 1:
        raise VoxfaceError(f"fine-tuning takes 1 step or more, not {steps}")
    before = output / "before"
    save_trained(before, pruned)
    recipe = recipe_from_dict(pruned.about["recipe"])
    optimiser = replace(
        recipe.optimiser,
        steps=steps,
        learning_rate=LEARNING_RATE * recipe.optimiser.learning_rate,
        average=min(recipe.optimiser.average, max(0.0, 1 - 1 / (AVERAGED * steps))),
    )
    tuned = train(
        replace(
            recipe,
            model=pruned.net.config,
            optimiser=optimiser,
            stages=(),
            initial=str(before),
        ),
        examples,
        output,
        threads=threads,
    )
    kept = {key: pruned.about[key] for key in ("pruned",) if key in pruned.about}
    result = Trained(tuned.net, tuned.canonical, dict(tuned.about) | kept)
    save_trained(output, result)
    return result
