"""Training on clusters: the same recipe, shared by the workers of Ray."""

from __future__ import annotations

from importlib.util import find_spec

from voxface.errors import VoxfaceError


def check_ray() -> None:
    """Refuse to go on without Ray.

    Raises
    ------
    VoxfaceError
        If it is not installed.
    """
    if find_spec("ray") is None:
        raise VoxfaceError(
            "--ray needs the package ray; install it with: pip install 'voxface[scale]'"
        )
