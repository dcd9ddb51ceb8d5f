"""What an experiment compares: a base recipe and the settings in which its variants differ."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from os import PathLike
from pathlib import Path
from typing import Any

import yaml

from voxface.errors import VoxfaceError, unknown_name
from voxface.training.recipe import Recipe, recipe_from_dict

SETTINGS = ("title", "question", "base", "set", "reference", "variants", "methods")


@dataclass(frozen=True)
class Experiment:
    """A question, and the recipes that answer it.

    Attributes
    ----------
    name : str
        The file's stem.
    title, question : str
        For readers.
    reference : str
        The variant that the others are tested against.
    recipes : mapping of str to Recipe
        The variants by name, in the order of the file.
    methods : tuple of str
        What needs no training and is scored beside them, such as ``"viseme"`` and ``"still"``.
    """

    name: str
    title: str
    question: str
    reference: str
    recipes: Mapping[str, Recipe]
    methods: tuple[str, ...] = ()


def load_experiment(path: str | PathLike[str]) -> Experiment:
    """Read an experiment.

    The file holds ``title``, ``question``, ``base`` (a recipe, relative to the file), ``reference``
    (name of a variant), ``variants`` (name → settings that differ from the base, nested as in a
    recipe) and optionally ``set``, settings that differ from the base in every variant, and
    ``methods``, words of `load_method` that are scored as they are. A ``model`` that names its
    ``family`` replaces the base's model instead of changing it.

    Raises
    ------
    VoxfaceError
        If the file cannot be read or says something unknown.
    """
    place = Path(path)
    values = _read(place)
    for name in values:
        if name not in SETTINGS:
            raise unknown_name("setting of an experiment", str(name), list(SETTINGS))
    for name in ("title", "question", "base", "reference", "variants"):
        if name not in values:
            raise VoxfaceError(f"the experiment '{path}' has no '{name}'; add it")
    variants = values["variants"]
    if not isinstance(variants, Mapping) or not variants:
        raise VoxfaceError(f"'variants' of '{path}' must be a list of named settings")
    base = changed(_read(place.parent / str(values["base"])), values.get("set") or {})
    recipes = {
        str(name): recipe_from_dict(changed(base, settings or {}))
        for name, settings in variants.items()
    }
    reference = str(values["reference"])
    if reference not in recipes:
        raise unknown_name("reference of the experiment", reference, list(recipes))
    return Experiment(
        place.stem,
        str(values["title"]),
        str(values["question"]).strip(),
        reference,
        recipes,
        tuple(map(str, values.get("methods") or ())),
    )


def changed(base: Mapping[str, Any], settings: Mapping[str, Any]) -> dict[str, Any]:
    """Return `base` with `settings` put in, group by group."""
    result = dict(base)
    for name, value in settings.items():
        old = result.get(name)
        whole = name in ("sets", "weights") or (isinstance(value, Mapping) and "family" in value)
        if isinstance(value, Mapping) and isinstance(old, Mapping) and not whole:
            result[name] = changed(old, value)
        else:
            result[name] = value
    return result


def _read(path: Path) -> dict[str, Any]:
    try:
        values = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        reason = str(error).splitlines()[0]
        raise VoxfaceError(f"cannot read the experiment's file '{path}': {reason}") from None
    if not isinstance(values, dict):
        raise VoxfaceError(f"'{path}' is not a list of settings")
    return values
