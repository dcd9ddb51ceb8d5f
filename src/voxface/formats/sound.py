"""The sound that belongs to a clip, if it can be found."""

from __future__ import annotations

from os import PathLike
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from voxface.errors import VoxfaceError
from voxface.face import FaceClip, MeshClip


def find_sound(clip: FaceClip | MeshClip, folder: str | PathLike[str] | None = None) -> Path | None:
    """Return the recording that a clip says it was made from, if it is there.

    Parameters
    ----------
    clip : FaceClip or MeshClip
        Its ``metadata["source"]`` names the recording.
    folder : path-like, optional
        Where the clip was read: a recording may have moved along with it.
    """
    source = clip.metadata.get("source")
    if not source:
        return None
    named = Path(str(source))
    places = [named] if folder is None else [named, Path(folder) / named.name]
    return next((place for place in places if place.is_file()), None)


def sound_of(
    clip: FaceClip,
    path: str | PathLike[str] | None = None,
    folder: str | PathLike[str] | None = None,
) -> tuple[NDArray[np.float32] | None, str]:
    """Return a clip's sound, or a note that says why there is none.

    Parameters
    ----------
    clip : FaceClip
        Its ``metadata["source"]`` is tried if no path is given.
    path : path-like, optional
        The sound to read; failing to read it is an error then.
    folder : path-like, optional
        As in `find_sound`.

    Returns
    -------
    pcm : ndarray of float32, shape (N,), or None
        Mono at 16 kHz.
    note : str
        Empty if there is sound.
    """
    if path is not None:
        return _read(Path(path)), ""
    source = clip.metadata.get("source")
    if not source:
        return None, "the clip does not say where its sound is; give it with --sound"
    found = find_sound(clip, folder)
    if found is None:
        return None, f"the clip's sound {source} is not there; give it with --sound"
    try:
        return _read(found), ""
    except VoxfaceError as error:
        return None, str(error)


def _read(path: Path) -> NDArray[np.float32]:
    # The decoder is loaded only here: most users of a format need no sound.
    from voxface.audio import read  # noqa: PLC0415

    pcm: NDArray[np.float32] = read(path)
    return pcm
