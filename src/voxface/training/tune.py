"""Search over ranges of a recipe's settings: which values look best on validation takes."""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import lightning
import optuna
import yaml
from optuna.trial import TrialState

from voxface.errors import VoxfaceError, unknown_name
from voxface.formats.output import OutputFile, write_error
from voxface.training.overrides import put
from voxface.training.recipe import RANGES, recipe_from_dict
from voxface.training.train import train
from voxface.training.validation import new_look

STUDY = "study.db"
"""The trials so far, in the folder of a search; SQLite."""
BEST = "best.yaml"
"""The recipe with the best values so far, in the folder of a search."""
OBJECTIVES: dict[str, Literal["minimize", "maximize"]] = {
    "loss": "minimize",
    "jaw_r": "maximize",
    "mouth_r": "maximize",
}
"""Figures of a look, and what is wished of them."""
AGAIN = "again"
"""Attribute of a study: numbers of the trials that were stopped and have been put in line again."""
LOOKS = 5
"""Looks in a trial, where the recipe does not look by itself."""


@dataclass(frozen=True)
class Range:
    """The values that one setting may take.

    Attributes
    ----------
    name : str
        Dotted, as ``optimiser.learning_rate``.
    low, high : float or int
        Ends, both within; whole numbers where both are.
    log : bool
        Whether values are drawn evenly in their logarithm.
    choices : tuple
        Values to choose from, instead of ends.
    """

    name: str
    low: float = 0.0
    high: float = 0.0
    log: bool = False
    choices: tuple[Any, ...] = ()

    def suggest(self, trial: optuna.Trial) -> Any:
        """Return a trial's value."""
        if self.choices:
            # Optuna keeps plain values only: lists go by their number.
            number = trial.suggest_categorical(self.name, list(range(len(self.choices))))
            return self.choices[int(number)]
        if isinstance(self.low, int) and isinstance(self.high, int):
            return trial.suggest_int(self.name, self.low, self.high, log=self.log)
        return trial.suggest_float(self.name, self.low, self.high, log=self.log)

    def value(self, kept: Any) -> Any:
        """Return the value that a finished trial's parameter stands for."""
        return self.choices[int(kept)] if self.choices else kept


def read_ranges(values: Mapping[str, Any]) -> tuple[Range, ...]:
    """Read ranges by dotted names: ``[low, high]``, ``[low, high, log]`` or ``{choices: [...]}``.

    Raises
    ------
    VoxfaceError
        If there are none, or one has another form.
    """
    if not values:
        raise VoxfaceError(
            f"nothing to tune; give the recipe a section '{RANGES}', such as "
            "optimiser.learning_rate: [0.001, 0.01, log]"
        )
    return tuple(_range(name, value) for name, value in values.items())


def _range(name: str, value: Any) -> Range:
    if isinstance(value, Mapping) and set(value) == {"choices"}:
        choices = value["choices"]
        if isinstance(choices, list) and choices:
            return Range(name, choices=tuple(choices))
    if isinstance(value, list) and len(value) in (2, 3) and value[2:] in ([], ["log"]):
        low, high = value[:2]
        numbers = all(type(end) in (int, float) for end in (low, high))
        if numbers and low < high and (low > 0 or len(value) == 2):
            return Range(name, low, high, log=len(value) == 3)
    raise VoxfaceError(
        f"the range of '{name}' must be [low, high], [low, high, log] or {{choices: [...]}}, not "
        f"{value!r}"
    )


class Report(lightning.Callback):  # type: ignore[misc]
    """Tell a trial what each look saw, and end it if it is no good."""

    def __init__(self, trial: optuna.Trial, objective: str) -> None:
        self.trial = trial
        self.objective = objective

    def on_train_batch_end(self, trainer: lightning.Trainer, *rest: Any, **more: Any) -> None:
        """Report a look, if there was one at this step."""
        if look := new_look(trainer):
            self.trial.report(look[self.objective], trainer.global_step)
            if self.trial.should_prune():
                raise optuna.TrialPruned


def tune(
    values: Mapping[str, Any],
    examples: Path,
    output: Path,
    *,
    trials: int,
    objective: str = "loss",
    threads: int = 0,
    tell: Callable[[str], None] = lambda line: None,
) -> dict[str, Any]:
    """Search a recipe's ranges, and go on where a search in this folder was stopped.

    Parameters
    ----------
    values : mapping
        Plain values of the recipe, with a section ``tune``.
    examples : Path
        Folder that ``voxface prepare`` wrote.
    output : Path
        Folder of the search: ``study.db``, ``best.yaml``, and the run of each trial.
    trials : int
        How many trials there are in the end, those of earlier calls counted.
    objective : str
        ``"loss"``, ``"jaw_r"`` or ``"mouth_r"`` of a run's best look at its validation takes.
    threads : int
        Processor threads; 0 leaves the choice to PyTorch.
    tell : callable
        Called with a line on every trial.

    Returns
    -------
    dict
        Plain values of the best recipe, as ``best.yaml`` holds them.

    Raises
    ------
    VoxfaceError
        If ranges or recipe do not fit, or no trial came to an end.
    """
    if objective not in OBJECTIVES:
        raise unknown_name("objective", objective, OBJECTIVES)
    ranges = read_ranges(values.get(RANGES, {}))
    base = watched(values)
    recipe_from_dict(base)
    study = open_study(output, objective)

    def attempt(trial: optuna.Trial) -> float:
        wanted = with_values(base, {one.name: one.suggest(trial) for one in ranges})
        folder = output / "trials" / f"{trial.number:04d}"
        trained = train(
            recipe_from_dict(wanted), examples, folder, threads=threads,
            callbacks=[Report(trial, objective)],
        )  # fmt: skip
        return float(trained.about["validation"]["best"][objective])

    while (left := trials - len(_ended(study))) > 0:
        study.optimize(attempt, n_trials=1)
        last = study.trials[-1]
        figure = "stopped early" if last.value is None else f"{objective} {last.value:.4f}"
        tell(f"trial {last.number}, {left - 1} left: {figure}, {last.params}")
        write_best(study, base, ranges, output)
    if not _of(study, TrialState.COMPLETE):
        raise VoxfaceError("no trial came to an end; run more trials")
    return write_best(study, base, ranges, output)


def watched(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return a recipe without its ranges that looks at validation takes now and then."""
    base = {name: value for name, value in values.items() if name != RANGES}
    recipe = recipe_from_dict(base)
    if not recipe.validation.every:
        base = with_values(base, {"validation.every": max(1, recipe.optimiser.steps // LOOKS)})
    return base


def with_values(base: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    """Return plain values with others at dotted names."""
    result = copy.deepcopy(dict(base))
    for name, value in changes.items():
        put(result, name, value)
    return result


def open_study(output: Path, objective: str) -> optuna.Study:
    """Open the study of a folder; what a killed search was at is put in line again."""
    try:
        output.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise write_error(output, error) from None
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    study = optuna.create_study(
        study_name=objective,
        storage=f"sqlite:///{(output / STUDY).resolve()}",
        direction=OBJECTIVES[objective],
        sampler=optuna.samplers.TPESampler(seed=0),
        pruner=optuna.pruners.MedianPruner(n_startup_trials=4, n_warmup_steps=1),
        load_if_exists=True,
    )
    again = list(study.user_attrs.get(AGAIN, []))
    for trial in _of(study, TrialState.RUNNING, TrialState.FAIL):
        if trial.state == TrialState.RUNNING:
            study.tell(trial.number, state=TrialState.FAIL)
        if trial.number not in again:
            again.append(trial.number)
            study.enqueue_trial(trial.params)
    study.set_user_attr(AGAIN, again)
    return study


def write_best(
    study: optuna.Study, base: Mapping[str, Any], ranges: tuple[Range, ...], output: Path
) -> dict[str, Any]:
    """Write the best recipe so far, and return its plain values."""
    if not _of(study, TrialState.COMPLETE):
        return dict(base)
    known = {one.name: one for one in ranges}
    kept = study.best_trial.params
    best = with_values(base, {n: known[n].value(v) for n, v in kept.items() if n in known})
    head = f"# Trial {study.best_trial.number} of {len(study.trials)}: "
    head += f"{study.study_name} {study.best_value:.6g} on takes set aside.\n"
    with OutputFile(output / BEST) as file:
        file.write((head + yaml.safe_dump(best, sort_keys=False)).encode())
    return best


def _ended(study: optuna.Study) -> list[optuna.trial.FrozenTrial]:
    return _of(study, TrialState.COMPLETE, TrialState.PRUNED)


def _of(study: optuna.Study, *states: TrialState) -> list[optuna.trial.FrozenTrial]:
    return study.get_trials(deepcopy=False, states=states)
