"""A person's face at rest: from one picture, or from the quietest frames of a take."""

from __future__ import annotations

from os import PathLike
from pathlib import Path

import numpy as np
from numpy.typing import ArrayLike, NDArray

from voxface.audio.features import features
from voxface.capture.landmarker import observe
from voxface.capture.mesh import head_space
from voxface.capture.model_file import landmarker_file
from voxface.capture.video import Picture, open_video
from voxface.corpus.mesh_prepare import neutral_face
from voxface.errors import VoxfaceError
from voxface.face import MeshClip


def neutral_of_picture(
    path: str | PathLike[str], model: str | PathLike[str] | None = None
) -> NDArray[np.float32]:
    """Return the face of a picture as a neutral mesh, in centimetres, shape (468, 3).

    Parameters
    ----------
    path : path-like
        A picture (PNG, JPEG, WebP ...) of a face from the front, at rest, with its lips shut; of a
        video, its first frame.
    model : path-like, optional
        As for `voxface.capture`.

    Raises
    ------
    VoxfaceError
        If the picture cannot be read or shows no face.
    """
    file = Path(path)
    with open_video(file) as video:
        first = next(video.pictures, None)
    if first is None:
        raise VoxfaceError(f"{file} holds no picture; give a PNG or JPEG of a face from the front")
    # Seen twice over: in its first picture the landmarker has not settled.
    pictures = [Picture(number / 25, first.pixels) for number in range(3)]
    seen = observe(pictures, landmarker_file(model))
    if not seen.found[-1]:
        raise VoxfaceError(f"{file} shows no face; give a picture of one, from the front")
    return np.asarray(head_space(seen.landmarks[-1:])[0], np.float32)


def neutral_of_take(mesh: MeshClip, pcm: ArrayLike) -> NDArray[np.float32]:
    """Return the face at rest of one take (468, 3): the median of its quietest, slowest frames.

    See `voxface.corpus.mesh_prepare.neutral_face`, which does the same over all takes of a speaker.

    Parameters
    ----------
    mesh : MeshClip
        Of the topology ``mediapipe468``.
    pcm : array_like, shape (N,)
        Its sound, mono at 16 kHz.
    """
    return neutral_face([mesh], [features(pcm)])
