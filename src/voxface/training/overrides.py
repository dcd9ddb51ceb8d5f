"""Changes to plain recipe values by dotted names: ``optimiser.steps=300``."""

from __future__ import annotations

import copy
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import yaml

from voxface.errors import VoxfaceError


def changed(values: Mapping[str, Any], changes: Iterable[str]) -> dict[str, Any]:
    """Return recipe values with changes of the form ``NAME.NAME=VALUE``, VALUE in YAML.

    Raises
    ------
    VoxfaceError
        If a change has another form.
    """
    result = copy.deepcopy(dict(values))
    for change in changes:
        name, sign, text = change.partition("=")
        try:
            value = yaml.safe_load(text)
        except yaml.YAMLError:
            sign = ""
        if not sign or not name.strip():
            raise VoxfaceError(
                f"'{change}' changes nothing; write it as optimiser.steps=300, the value in YAML"
            )
        put(result, name.strip(), value)
    return result


def put(values: dict[str, Any], name: str, value: Any) -> None:
    """Set one value by its dotted name, in place.

    Raises
    ------
    VoxfaceError
        If a part of the name is no list of settings.
    """
    *parts, last = name.split(".")
    at = values
    for part in parts:
        at = at.setdefault(part, {})
        if not isinstance(at, dict):
            raise VoxfaceError(f"'{name}' cannot be set: '{part}' is not a list of settings")
    at[last] = value


def read_values(path: Path) -> dict[str, Any]:
    """Read a YAML file of settings.

    Raises
    ------
    VoxfaceError
        If it cannot be read, is not YAML or is something else.
    """
    try:
        values = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        reason = str(error).splitlines()[0]
        raise VoxfaceError(f"cannot read the recipe '{path}': {reason}") from None
    if not isinstance(values, dict):
        raise VoxfaceError(f"the recipe '{path}' is not a list of settings")
    return values
