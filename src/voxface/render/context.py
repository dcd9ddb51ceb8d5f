"""An OpenGL context without a screen, in software if need be."""

from __future__ import annotations

import importlib
from typing import Any

from voxface.errors import VoxfaceError

_LIBRARIES: tuple[dict[str, str], ...] = (
    {},
    # Debian puts the unversioned names into its -dev packages; EGL knows all functions of OpenGL.
    {"libegl": "libEGL.so.1", "libgl": "libEGL.so.1"},
)


def open_context() -> Any:
    """Open a context that draws without a window.

    Returns
    -------
    moderngl.Context

    Raises
    ------
    VoxfaceError
        If moderngl or the system's OpenGL is missing; the message names what to install.
    """
    try:
        moderngl = importlib.import_module("moderngl")
    except ImportError:
        raise VoxfaceError(
            "rendering needs moderngl; install it with: pip install 'voxface[render]'"
        ) from None
    for libraries in _LIBRARIES:
        try:
            return moderngl.create_standalone_context(require=330, backend="egl", **libraries)
        except Exception:  # each way of failing has its own type, and each means the same
            continue
    try:
        return moderngl.create_standalone_context(require=330)
    except Exception:
        raise VoxfaceError(
            "rendering needs OpenGL 3.3, with or without a GPU; on Debian and Ubuntu: "
            "apt-get install libegl1 libgl1-mesa-dri"
        ) from None
