"""Names of runs: the same recipe on the same data is the same run, whoever asks for it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from voxface.errors import VoxfaceError
from voxface.training.checkpoint import WEIGHTS
from voxface.training.recipe import Recipe


def run_name(recipe: Recipe, examples: Path, hashes: dict[str, str]) -> str:
    """Return the name of the folder of a run: a hash of its recipe and of what it learns from.

    Parameters
    ----------
    recipe : Recipe
    examples : Path
        Folder of the example files.
    hashes : dict
        Hashes of files that are known; those read are added.

    Raises
    ------
    VoxfaceError
        If an example file is missing.
    """
    sets = (*recipe.data.sets, *recipe.pretraining.sets)
    learned = {name: examples / f"{name}.npz" for name in sets}
    for name, path in learned.items():
        if name not in hashes and not path.is_file():
            raise VoxfaceError(f"there is no '{path}'; make it with 'voxface prepare'")
    learned |= {folder: Path(folder) / WEIGHTS for folder in recipe.teachers}
    for name, path in learned.items():
        if name not in hashes and path.is_file():
            with path.open("rb") as file:
                hashes[name] = hashlib.file_digest(file, "sha256").hexdigest()
    known = [hashes[name] for name in learned if name in hashes]
    text = json.dumps([_plain(replace(recipe, name="")), known], sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def _plain(recipe: Recipe) -> dict[str, Any]:
    """Return the settings that differ from the usual: new settings then rename no old run."""
    usual = asdict(Recipe())

    def differing(values: Mapping[str, Any], of: Mapping[str, Any]) -> dict[str, Any]:
        found = {}
        for name, value in values.items():
            if isinstance(value, dict) and isinstance(of.get(name), dict):
                if inner := differing(value, of[name]):
                    found[name] = inner
            elif name not in of or of[name] != value:
                found[name] = value
        return found

    return differing(asdict(recipe), usual)
