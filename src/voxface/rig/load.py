"""Reading rigs: one door for all files, and the head in the package."""

from __future__ import annotations

from dataclasses import replace
from os import PathLike
from pathlib import Path

from voxface.errors import VoxfaceError
from voxface.face import Rig
from voxface.rig.draco import read_unpacked
from voxface.rig.from_gltf import rig_from_gltf
from voxface.rig.ict import rig_from_ict

DEFAULT_HEAD = Path(__file__).with_name("head.glb")
"""The head that is used where no rig is named."""


def load_rig(path: str | PathLike[str]) -> Rig:
    """Read a rig: glTF, GLB or VRM with morph targets, or ICT-FaceKit data as ``.npz``.

    The content decides, not the suffix.

    Raises
    ------
    VoxfaceError
        If the file cannot be read, is damaged or compressed, or holds no mesh with morph targets.
    """
    file = Path(path)
    try:
        with file.open("rb") as stream:
            beginning = stream.read(4)
    except OSError as error:
        raise VoxfaceError(f"cannot read {path}: {error.strerror or error}") from None
    if not beginning:
        raise VoxfaceError(f"{path} is empty")
    if beginning.startswith(b"PK"):
        return rig_from_ict(file)
    return rig_from_gltf(read_unpacked(file))


def default_head() -> Rig:
    """Return the head in the package.

    Raises
    ------
    VoxfaceError
        If this installation has none.
    """
    if not DEFAULT_HEAD.is_file():
        raise VoxfaceError(
            "the default head is missing from this installation; install voxface again or name a "
            "rig with --rig FILE"
        )
    # Its file is small for the package's sake; exports are built anew, with all that light needs.
    return replace(load_rig(DEFAULT_HEAD), source=None)
