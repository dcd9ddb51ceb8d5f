"""Where the curves of a run are written: any of Lightning's loggers, by its name in a recipe."""

from __future__ import annotations

import inspect
from pathlib import Path
from typing import Any

from lightning.pytorch import loggers

from voxface.errors import VoxfaceError, unknown_name

LOGGERS: dict[str, str] = {
    name.removesuffix("Logger").lower(): name for name in loggers.__all__ if name != "Logger"
}
"""Lightning's classes by the names in recipes: ``tensorboard``, ``csv``, ``wandb``, ``mlflow`` …"""
NONE = "none"
"""The name of no logger at all."""
FOLDER = "log"
"""Inside a run's folder: what loggers that write files write."""


def check_logger(name: str) -> None:
    """Refuse a name that is no logger's.

    Raises
    ------
    VoxfaceError
        If so.
    """
    if name not in (*LOGGERS, NONE):
        raise unknown_name("logger", name, (*LOGGERS, NONE))


def make_logger(name: str, output: Path, run: str) -> Any:
    """Return the logger of a run, or False for none.

    Parameters
    ----------
    name : str
        A name of `LOGGERS`, or ``"none"``.
    output : Path
        Folder of the run.
    run : str
        What the run is called where loggers hold many.

    Raises
    ------
    VoxfaceError
        If there is no such logger, or its package is not installed or cannot be used.
    """
    check_logger(name)
    if name == NONE:
        return False
    kind = getattr(loggers, LOGGERS[name])
    if name in ("tensorboard", "csv"):
        return kind(output, name="", version=FOLDER)
    offered: dict[str, Any] = {
        "save_dir": str(output / FOLDER),
        "project": "voxface",
        "experiment_name": "voxface",
        "run_name": run,
        "name": run,
    }
    taken = inspect.signature(kind.__init__).parameters
    try:
        return kind(**{key: value for key, value in offered.items() if key in taken})
    except ModuleNotFoundError as error:
        raise VoxfaceError(
            f"the logger '{name}' lacks its package ({_line(error)}); install it with: "
            f"pip install {name}"
        ) from None
    except Exception as error:  # the packages of loggers raise what they like
        raise VoxfaceError(
            f"the logger '{name}' cannot be used ({_line(error)}); choose another 'logger', "
            "such as tensorboard"
        ) from None


def _line(error: Exception) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0]
