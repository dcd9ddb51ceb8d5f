"""JSON as the formats need it: read with one clear error, exact rates written as short numbers."""

from __future__ import annotations

import json
from fractions import Fraction
from pathlib import Path
from typing import Any

from voxface.errors import VoxfaceError


def read_json(path: Path) -> dict[str, Any]:
    """Return the object in a JSON file.

    Raises
    ------
    VoxfaceError
        If the file is no JSON object; the message says where it breaks off.
    """
    try:
        document = json.loads(path.read_text(encoding="utf-8-sig"))
    except UnicodeDecodeError:
        raise VoxfaceError(f"{path} is not a text file; is it the right one?") from None
    except (json.JSONDecodeError, RecursionError) as error:
        raise VoxfaceError(f"{path} is damaged or not JSON: {error}") from None
    if not isinstance(document, dict):
        raise VoxfaceError(f"{path} holds a JSON {type(document).__name__}, not a face")
    return document


def plain_number(value: Fraction) -> int | float:
    """Return a whole number as int, anything else as the nearest float."""
    return value.numerator if value.denominator == 1 else float(value)


def plain_json(value: Any) -> str:
    """Return JSON text of metadata.

    Raises
    ------
    VoxfaceError
        If there is something in it that JSON cannot say.
    """
    try:
        return json.dumps(value, allow_nan=False)
    except (TypeError, ValueError) as error:
        raise VoxfaceError(f"a clip's metadata must be plain JSON values: {error}") from None
