"""Recipes: everything a training run depends on, as YAML and as frozen dataclasses."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from os import PathLike
from pathlib import Path
from typing import Any, TypeVar, get_args, get_origin, get_type_hints

from voxface.audio.features import FRAME_RATE, MEL_BANDS
from voxface.errors import VoxfaceError, unknown_name
from voxface.models import NetConfig, TCNConfig
from voxface.models.family import config_type
from voxface.training.augment import Augmentation
from voxface.training.crops import CropConfig
from voxface.training.hearing import Hearing
from voxface.training.loggers import check_logger
from voxface.training.losses import LossWeights
from voxface.training.module import Optimiser, Stage
from voxface.training.overrides import read_values


@dataclass(frozen=True)
class Data:
    """Which examples a run hears.

    Parameters
    ----------
    sets : mapping from file stem to share
        Example files, and how often each is drawn, in parts.
    weights : mapping from file stem to float
        How much the labels of a set count; 1 where none is given.
    hold_out_speakers : tuple of str
        Speakers that the run never hears.
    hold_out_words : tuple of str
        Recordings whose text holds one of these words are not heard.
    hold_out_every : int
        Of a captured speaker with more than 100 takes, every so manieth is kept for testing;
        0 keeps none.
    features : tuple of str
        Columns beyond the mel bands: ``voiceActivity``, ``zeroCrossingRate``, ``loudness``. The
        model's `bands` must count them.
    rate : int
        Feature frames per second that the net hears, 100 or 50. Its dilations and look-ahead and
        the frames of crops are counted at this rate.
    smoothing : float
        Labels are smoothed without delay by a Gaussian so many milliseconds wide at half maximum.
    minutes : float
        How much is heard in all: whole recordings at random, by the recipe's seed; 0 is everything.
    join : int
        Takes of one speaker that are put end to end, for memories longer than a take.
    """

    sets: Mapping[str, float] = field(default_factory=lambda: {"grid": 1.0})
    weights: Mapping[str, float] = field(default_factory=dict)
    hold_out_speakers: tuple[str, ...] = ()
    hold_out_words: tuple[str, ...] = ()
    hold_out_every: int = 15
    features: tuple[str, ...] = ()
    rate: int = FRAME_RATE
    smoothing: float = 0.0
    minutes: float = 0.0
    join: int = 1

    def __post_init__(self) -> None:
        if self.smoothing < 0 or self.minutes < 0 or self.join < 1:
            raise VoxfaceError(
                "'smoothing' and 'minutes' of data are 0 or more, and 'join' is 1 or more"
            )


@dataclass(frozen=True)
class Validation:
    """Takes that a run is watched on, and what comes of it.

    Parameters
    ----------
    every : int
        Steps between two looks; 0 never looks. The weights of the best look are the run's result.
    hold_out_every : int
        About one in so many recordings with a face is set aside for this, in all its voices. Takes
        held out for testing stay unseen.
    sets : tuple of str
        Sets that are looked at; all where none is named.
    takes : int
        Recordings that are looked at, at most.
    patience : int
        Looks without a better one after which the run stops; 0 never stops early.
    """

    every: int = 0
    hold_out_every: int = 12
    sets: tuple[str, ...] = ()
    takes: int = 40
    patience: int = 0

    def __post_init__(self) -> None:
        if min(self.every, self.patience) < 0 or min(self.hold_out_every, self.takes) < 1:
            raise VoxfaceError(
                "'every' and 'patience' of validation are 0 or more, 'hold_out_every' and 'takes' "
                "1 or more"
            )


@dataclass(frozen=True)
class Pretraining:
    """What a net does before it learns faces: it guesses sound that was blanked.

    Parameters
    ----------
    steps : int
        Batches; 0 leaves it out.
    sets : tuple of str
        Example files, with or without faces; those of `data` where none is named.
    share : float
        Share of frames that are blanked, about, in spans of `span` frames.
    learning_rate : float
    """

    steps: int = 0
    sets: tuple[str, ...] = ()
    share: float = 0.15
    span: int = 10
    learning_rate: float = 1e-3

    def __post_init__(self) -> None:
        if self.steps < 0 or not 0 < self.share < 1 or self.span < 1:
            raise VoxfaceError(
                "'steps' of pretraining is 0 or more, 'share' is between 0 and 1, 'span' 1 or more"
            )


@dataclass(frozen=True)
class Recipe:
    """A training run.

    Parameters
    ----------
    name : str
        What the model calls itself.
    hears : str
        ``"sound"`` (log-mel) or ``"phones"`` (articulatory features, for teachers).
    seed : int
        Seeds initial weights, crops and augmentation.
    precision : str
        As Lightning names it: ``"32-true"``, ``"bf16-mixed"``; ``"auto"`` is the latter where the
        machine calculates in bfloat16 and the former elsewhere.
    logger : str
        Where curves are written: ``tensorboard``, ``csv``, ``wandb``, ``mlflow`` or another of
        Lightning's loggers, or ``none``.
    initial : str
        Folder of a run whose weights the net begins with; it must have the same sizes.
    teachers : tuple of str
        Folders of runs from whose motion the net learns, too, as far as `distillation` of the
        losses counts.
    """

    name: str = "voice-to-action"
    hears: str = "sound"
    seed: int = 0
    precision: str = "auto"
    logger: str = "tensorboard"
    initial: str = ""
    teachers: tuple[str, ...] = ()
    model: NetConfig = field(default_factory=TCNConfig)
    data: Data = field(default_factory=Data)
    crops: CropConfig = field(default_factory=CropConfig)
    augmentation: Augmentation = field(default_factory=Augmentation)
    losses: LossWeights = field(default_factory=LossWeights)
    stages: tuple[Stage, ...] = ()
    optimiser: Optimiser = field(default_factory=Optimiser)
    validation: Validation = field(default_factory=Validation)
    pretraining: Pretraining = field(default_factory=Pretraining)

    def __post_init__(self) -> None:
        check_logger(self.logger)
        if bool(self.teachers) != bool(self.most("distillation")):
            raise VoxfaceError(
                "distillation takes both 'teachers' of the recipe and 'distillation' of losses"
            )
        columns = MEL_BANDS + len(self.hearing.extras)
        if self.hearing.extras and self.model.bands != columns:
            raise VoxfaceError(
                f"with these 'features' of data, 'bands' of model must be {columns}, not "
                f"{self.model.bands}"
            )

    def most(self, loss: str) -> float:
        """Return the greatest weight that a loss has in any stage."""
        weights = [stage.losses.get(loss, 0.0) for stage in self.stages]
        return float(max([getattr(self.losses, loss), *weights]))

    @property
    def hearing(self) -> Hearing:
        """What the net hears."""
        return Hearing(self.hears, self.data.features, self.data.rate)


RANGES = "tune"
"""Section of a recipe that holds the ranges of ``voxface tune``."""

T = TypeVar("T")
_PARTS: dict[str, type] = {
    "data": Data,
    "crops": CropConfig,
    "augmentation": Augmentation,
    "losses": LossWeights,
    "optimiser": Optimiser,
    "validation": Validation,
    "pretraining": Pretraining,
}


def load_recipe(path: str | PathLike[str]) -> Recipe:
    """Read a recipe.

    Raises
    ------
    VoxfaceError
        If the file cannot be read, is not YAML or holds an unknown or unusable setting.
    """
    return recipe_from_dict(read_values(Path(path)))


def recipe_from_dict(values: Mapping[str, Any]) -> Recipe:
    """Build a recipe from plain values; see `load_recipe`.

    Ranges for ``voxface tune``, under ``tune``, are no part of it.
    """
    parts = {name: value for name, value in values.items() if name != RANGES}
    if isinstance(sizes := parts.get("model"), Mapping):
        parts["model"] = built(config_type(sizes), sizes, "model")
    elif "model" in parts:
        raise VoxfaceError(f"'model' must be a list of settings, not {sizes!r}")
    for name, part in _PARTS.items():
        if name in parts:
            parts[name] = built(part, parts[name], name)
    stages = parts.get("stages") or ()
    if not isinstance(stages, list | tuple):
        raise VoxfaceError(f"'stages' must be a list, not {stages!r}")
    parts["stages"] = tuple(built(Stage, stage, "stages") for stage in stages)
    for name in {name for stage in parts["stages"] for name in stage.losses}:
        if name not in (losses := [item.name for item in fields(LossWeights)]):
            raise unknown_name("loss of stages", str(name), losses)
    return built(Recipe, parts, "recipe")


def built(part: type[T], values: Any, where: str) -> T:
    """Build a part of a recipe from plain values.

    Raises
    ------
    VoxfaceError
        If a setting is unknown or of another kind; the message says which.
    """
    if not isinstance(values, Mapping):
        raise VoxfaceError(f"'{where}' must be a list of settings, not {values!r}")
    known = [item.name for item in fields(part)]  # type: ignore[arg-type]
    for name in values:
        if name not in known:
            raise unknown_name(f"setting of {where}", str(name), known)
    kinds = get_type_hints(part)
    held = {name: _fixed(value) for name, value in values.items()}
    for name, value in held.items():
        _check(value, kinds[name], f"'{name}' of {where}")
    try:
        return part(**held)
    except (TypeError, ValueError) as error:
        raise VoxfaceError(f"the settings of '{where}' do not fit: {error}") from None


def _fixed(value: Any) -> Any:
    return tuple(map(_fixed, value)) if isinstance(value, list) else value


_KINDS: tuple[tuple[type, tuple[type, ...], str], ...] = (
    (int, (int,), "a whole number"),
    (float, (int, float), "a number"),
    (str, (str,), "a word"),
    (tuple, (tuple,), "a list"),
    (dict, (Mapping,), "a list of settings"),
    (Mapping, (Mapping,), "a list of settings"),
)
"""What a setting is declared as, what may stand there, and how that is called."""


def _check(value: Any, kind: Any, name: str) -> None:
    """Refuse a value of another kind than declared: YAML reads ``1e-3`` as a word, for one."""
    for declared, allowed, called in _KINDS:
        if (get_origin(kind) or kind) is declared and (
            not isinstance(value, allowed) or isinstance(value, bool)
        ):
            raise VoxfaceError(f"{name} must be {called}, not {value!r}")
    if isinstance(value, tuple) and get_args(kind):
        first, *others = get_args(kind)
        kinds = [first] * len(value) if others == [Ellipsis] else [first, *others]
        if len(kinds) != len(value):
            raise VoxfaceError(f"{name} must hold {len(kinds)} values, not {len(value)}")
        for part, its_kind in zip(value, kinds, strict=True):
            _check(part, its_kind, name)
