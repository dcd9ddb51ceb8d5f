"""`animate_mesh`: a whole recording becomes a moving mesh."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from os import PathLike

import numpy as np
from numpy.typing import ArrayLike, NDArray

from voxface.audio import SAMPLE_RATE, as_mono, checked_sample_rate, read_blocks
from voxface.engine.mesh_model import MeshModel
from voxface.engine.mesh_stream import MeshOptions, MeshStream
from voxface.engine.named_models import model_path
from voxface.errors import VoxfaceError
from voxface.face import MeshClip


def animate_mesh(
    source: str | PathLike[str] | ArrayLike,
    model: MeshModel | str | PathLike[str] = "animote",
    *,
    fps: Fraction | float | str = 30,
    sample_rate: float | None = None,
    options: MeshOptions | None = None,
    neutral: ArrayLike | None = None,
    salvage: bool = False,
) -> MeshClip:
    """Move a mesh by a recording of speech.

    Parameters
    ----------
    source : path-like or array_like
        A sound or video file, or samples as in `voxface.audio.as_mono`.
    model : MeshModel, str or path-like
        ``"animote"``, ``"meshtalk"`` or a model file.
    fps : Fraction, float or str
        Frames per second, exact.
    sample_rate : float, optional
        Of an array, in hertz. A file knows its own.
    options : MeshOptions, optional
    neutral : array_like, shape (V, 3), optional
        The face that is moved, in centimetres; by default the model's own.
    salvage : bool
        Whether a damaged file is used as far as it can be decoded, with a warning.

    Returns
    -------
    MeshClip
        Frame 0 stands at time 0 of the sound; the length is the sound's within half a frame.

    Raises
    ------
    VoxfaceError
        If the source is not sound, the model moves no mesh or an option is out of range.
    """
    if not isinstance(model, MeshModel):
        model = MeshModel(model_path(model))
    blocks = list(
        animate_mesh_blocks(
            source, model, fps=fps, sample_rate=sample_rate, options=options, neutral=neutral,
            salvage=salvage,
        )
    )  # fmt: skip
    metadata = dict(blocks[0].metadata)
    if isinstance(source, str | PathLike):
        metadata["source"] = str(source)
    return replace(
        blocks[0],
        vertices=np.concatenate([block.vertices for block in blocks]),
        head=np.concatenate([block.head for block in blocks]),
        metadata=metadata,
    )


def animate_mesh_blocks(
    source: str | PathLike[str] | ArrayLike,
    model: MeshModel,
    *,
    fps: Fraction | float | str = 30,
    sample_rate: float | None = None,
    options: MeshOptions | None = None,
    neutral: ArrayLike | None = None,
    salvage: bool = False,
) -> Iterator[MeshClip]:
    """Do what `animate_mesh` does, yielding consecutive parts of the clip."""
    if isinstance(source, str | PathLike):
        if sample_rate is not None:
            raise VoxfaceError("sample_rate goes with an array of samples; a file knows its own")
        rate, name = float(SAMPLE_RATE), str(source)
        sound: Iterator[NDArray[np.float32]] = read_blocks(source, salvage=salvage)
    else:
        if sample_rate is None:
            raise VoxfaceError("say the sample rate of the array, such as sample_rate=16000")
        rate, name = checked_sample_rate(sample_rate), "the array"
        sound = iter([as_mono(source)])
    return _moved(MeshStream(model, fps, rate, options, neutral), sound, name)


def _moved(
    stream: MeshStream, sound: Iterator[NDArray[np.float32]], name: str
) -> Iterator[MeshClip]:
    samples = 0
    for block in sound:
        samples += len(block)
        clip = stream.push(block)
        if len(clip):
            yield clip
    if not samples:
        raise VoxfaceError(f"{name} holds no sound: it is zero seconds long")
    yield stream.flush()
