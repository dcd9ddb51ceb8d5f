"""The models that come with the package, by name."""

from __future__ import annotations

from os import PathLike, fspath
from pathlib import Path

from voxface.errors import VoxfaceError, unknown_name

_WEIGHTS = Path(__file__).parents[1] / "weights"
MODELS: dict[str, Path] = {
    name: _WEIGHTS / f"{name}.onnx" for name in ("voice_to_action", "animote", "meshtalk")
}
"""Model files in the package."""


def model_path(model: str | PathLike[str]) -> Path:
    """Return the file of a model that is named, or given as a path.

    Raises
    ------
    VoxfaceError
        If there is neither; the message suggests the nearest name.
    """
    if isinstance(model, str) and model in MODELS:
        return MODELS[model]
    path = Path(model)
    if path.is_file():
        return path
    if path.suffix or len(path.parts) > 1:
        raise VoxfaceError(f"there is no model file {fspath(model)}")
    raise unknown_name("model", fspath(model), MODELS)
