"""A search over a recipe's ranges with several trials at once, by Ray Tune."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import lightning
import yaml
from ray import tune
from ray.tune.schedulers import ASHAScheduler

from voxface.errors import VoxfaceError, unknown_name
from voxface.formats.output import OutputFile
from voxface.scale.ray_training import cluster
from voxface.training.recipe import RANGES, recipe_from_dict
from voxface.training.train import train
from voxface.training.tune import BEST, OBJECTIVES, Range, read_ranges, watched, with_values
from voxface.training.validation import new_look

NAME = "ray"
"""Folder of a search in which Ray keeps its notes."""


class Report(lightning.Callback):  # type: ignore[misc]
    """Tell Ray Tune what each look saw."""

    def on_train_batch_end(self, trainer: lightning.Trainer, *rest: Any, **more: Any) -> None:
        """Report a look, if there was one at this step."""
        if look := new_look(trainer):
            tune.report(dict(look))


def tune_with_ray(
    values: Mapping[str, Any],
    examples: Path,
    output: Path,
    *,
    trials: int,
    objective: str = "loss",
    threads: int = 0,
    tell: Callable[[str], None] = lambda line: None,
) -> dict[str, Any]:
    """Search a recipe's ranges on a Ray cluster; see `voxface.training.tune.tune`.

    Values are drawn at random, and bad trials end early (Li et al., "A system for massively
    parallel hyperparameter tuning", MLSys 2020). A search that was stopped goes on.

    Raises
    ------
    VoxfaceError
        As `tune` does, or if the cluster cannot be reached.
    """
    if objective not in OBJECTIVES:
        raise unknown_name("objective", objective, OBJECTIVES)
    ranges = read_ranges(values.get(RANGES, {}))
    base = watched(values)
    recipe = recipe_from_dict(base)
    mode = OBJECTIVES[objective][:3]
    folder, data = output.resolve(), examples.resolve()

    def attempt(config: dict[str, Any]) -> None:
        wanted = recipe_from_dict(with_values(base, config))
        run = folder / "trials" / tune.get_context().get_trial_id()
        train(wanted, data, run, threads=threads or 1, callbacks=[Report()])

    trainable = tune.with_resources(attempt, {"cpu": threads or 1})
    kept = str(folder / NAME)
    with cluster(threads or 1):
        if tune.Tuner.can_restore(kept):
            tuner = tune.Tuner.restore(kept, trainable, resume_unfinished=True)
        else:
            tuner = tune.Tuner(
                trainable,
                param_space={one.name: space(one) for one in ranges},
                tune_config=tune.TuneConfig(
                    metric=objective,
                    mode=mode,
                    num_samples=trials,
                    scheduler=ASHAScheduler(
                        time_attr="step",
                        # One more: a trial that is stopped at its last look leaves no run.
                        max_t=recipe.optimiser.steps + 1,
                        grace_period=recipe.validation.every,
                    ),
                ),
                run_config=tune.RunConfig(name=NAME, storage_path=str(folder), verbose=0),
            )
        results = tuner.fit()
    if not len(results) or results.num_errors == len(results):
        raise VoxfaceError("no trial came to an end; look into the folder 'ray' of the search")
    found = results.get_best_result(objective, mode, scope="all")
    best = with_values(base, dict(found.config or {}))
    assert found.metrics is not None
    tell(f"{len(results)} trials: {objective} {found.metrics[objective]:.4f}, {found.config}")
    with OutputFile(folder / BEST) as file:
        file.write(yaml.safe_dump(best, sort_keys=False).encode())
    return best


def space(one: Range) -> Any:
    """Return a range as Ray Tune draws from it."""
    if one.choices:
        return tune.choice(list(one.choices))
    if isinstance(one.low, int) and isinstance(one.high, int):
        draw = tune.lograndint if one.log else tune.randint
        return draw(one.low, one.high + 1)
    return (tune.loguniform if one.log else tune.uniform)(one.low, one.high)
