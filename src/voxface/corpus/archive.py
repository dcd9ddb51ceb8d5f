"""NumPy archives of the corpus half: written whole or not at all, and damaged ones told apart."""

from __future__ import annotations

import zipfile
import zlib
from contextlib import suppress
from os import PathLike
from pathlib import Path
from typing import Any

import numpy as np

from voxface.formats.output import write_error

UNREADABLE = (
    OSError, EOFError, KeyError, TypeError, ValueError, zipfile.BadZipFile, zlib.error,
)  # fmt: skip
"""What reading an archive raises when the file is missing, damaged or of another make."""


def save_archive(path: str | PathLike[str], **arrays: Any) -> None:
    """Write arrays as ``.npz``; beside, then renamed.

    Raises
    ------
    VoxfaceError
        If the folder or the file cannot be written.
    """
    target = Path(path)
    beside = target.with_name(f".{target.name}.part")
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with beside.open("wb") as file:
            np.savez(file, **arrays)
        beside.replace(target)
    except OSError as error:
        raise write_error(target, error) from None
    finally:
        with suppress(OSError):
            beside.unlink(missing_ok=True)
