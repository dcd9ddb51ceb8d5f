"""Names of runs: the same recipe on the same data is the same run, whoever asks for it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from voxface.errors import VoxfaceError
from voxface.training.recipe import Recipe


def run_name(recipe: Recipe, examples: Path, hashes: dict[str, str]) -> str:
    """Return the name of the folder of a run: a hash of its recipe and of what it hears."""
    for name in recipe.data.sets:
        if name not in hashes:
            path = examples / f"{name}.npz"
            if not path.is_file():
                raise VoxfaceError(f"there is no '{path}'; make it with 'voxface prepare'")
            with path.open("rb") as file:
                hashes[name] = hashlib.file_digest(file, "sha256").hexdigest()
    heard = [hashes[name] for name in recipe.data.sets]
    text = json.dumps([_plain(replace(recipe, name="")), heard], sort_keys=True)
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
