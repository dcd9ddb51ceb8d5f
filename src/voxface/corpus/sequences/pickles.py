"""Pickles of published corpora: arrays in dictionaries, and nothing else is ever built."""

from __future__ import annotations

import io
import pickle
from pathlib import Path
from typing import Any

from voxface.errors import VoxfaceError

ALLOWED = {
    ("numpy", "ndarray"),
    ("numpy", "dtype"),
    ("numpy.core.multiarray", "_reconstruct"),
    ("numpy.core.multiarray", "scalar"),
    ("numpy._core.multiarray", "_reconstruct"),
    ("numpy._core.multiarray", "scalar"),
    ("_codecs", "encode"),
    ("collections", "OrderedDict"),
}
"""Modules and names that may be looked up."""


class _Arrays(pickle.Unpickler):
    """Refuses everything but arrays and plain values: a pickle can otherwise run anything."""

    def find_class(self, module: str, name: str) -> Any:
        """Look up what builds arrays, and nothing else."""
        if (module, name) not in ALLOWED:
            raise pickle.UnpicklingError(f"it holds {module}.{name}")
        # Old pickles name the place where these stood before NumPy 2.
        return super().find_class(module.replace("numpy.core.", "numpy._core."), name)


def read_pickle(path: Path) -> Any:
    """Read a pickle of arrays, dictionaries, lists, numbers and text, also of Python 2.

    Raises
    ------
    VoxfaceError
        If it cannot be read, or holds anything else, which is not run.
    """
    try:
        return _Arrays(io.BytesIO(path.read_bytes()), encoding="latin1").load()
    except OSError as error:
        raise VoxfaceError(f"cannot read {path}: {error.strerror or error}") from None
    except Exception as error:  # a damaged pickle raises nearly anything
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise VoxfaceError(
            f"{path} is not a pickle of arrays ({reason}); fetch the corpus anew"
        ) from None
