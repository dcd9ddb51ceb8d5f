"""Model files and how they are run."""

from __future__ import annotations

import os
from functools import cache
from os import PathLike
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import onnxruntime
from numpy.typing import NDArray

from voxface.engine.description import POSE, ModelDescription
from voxface.errors import VoxfaceError

DEFAULT_MODEL = Path(__file__).parents[1] / "weights" / "voice_to_action.onnx"
"""The model that comes with the package."""
MOST_THREADS = 4
"""Whole recordings gain little from more threads than this."""

FloatArray = NDArray[np.float32]


class SoundModel(Protocol):
    """What turns hops of sound into frames: a model file, or something that behaves like one.

    See `Model` for what the members mean.
    """

    @property
    def description(self) -> ModelDescription:
        """What it says of itself."""

    def new_state(self) -> FloatArray:
        """Return the state before any sound."""

    def run(self, pcm: FloatArray, state: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Advance by whole hops."""


def open_session(path: Path, threads: int) -> onnxruntime.InferenceSession:
    """Load an ONNX file for the processor.

    Raises
    ------
    VoxfaceError
        If the file does not exist or cannot be run.
    """
    if not path.is_file():
        raise VoxfaceError(f"there is no model file {path}")
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    # Threads that wait by spinning take the processor from decoding and writing.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    options.log_severity_level = 3
    try:
        return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    except Exception as error:  # ONNX Runtime's own exceptions share no base class
        reason = str(error).strip().splitlines()[0]
        raise VoxfaceError(f"{path} is not a model that can be run: {reason}") from None


class Model:
    """A model file, ready to run.

    A model holds no memory of any sound, so one may serve any number of streams.

    Parameters
    ----------
    path : path-like, optional
        A ``.onnx`` file of the contract in ``docs/design.md``; by default the one in the package.
    threads : int
        Processor threads that one push may use.

    Attributes
    ----------
    path : Path
    description : ModelDescription
        What the file says of itself.

    Raises
    ------
    VoxfaceError
        If the file does not exist or is not such a model.
    """

    def __init__(self, path: str | PathLike[str] | None = None, *, threads: int = 1) -> None:
        self.path = Path(path) if path is not None else DEFAULT_MODEL
        self._session = open_session(self.path, threads)
        self.description = ModelDescription.parse(
            self._session.get_modelmeta().custom_metadata_map, str(self.path)
        )
        self._check_tensors()

    @classmethod
    def default(cls, threads: int = 1) -> Model:
        """Return the packaged model; it is loaded once for each number of threads."""
        return _default_model(threads)

    @classmethod
    def for_recordings(cls, path: str | PathLike[str] | None = None) -> Model:
        """Return a model with as many threads as are good for whole recordings.

        One processor is left to decoding and writing, which run beside the model.
        """
        threads = min(MOST_THREADS, max(1, processors() - 1))
        return cls.default(threads) if path is None else cls(path, threads=threads)

    def __repr__(self) -> str:
        about = self.description
        return f"Model({about.name} {about.version}, {len(about.channels)} channels)"

    def new_state(self) -> FloatArray:
        """Return the state before any sound, shape (1, S)."""
        return np.zeros((1, self.description.state_size), np.float32)

    def run(self, pcm: FloatArray, state: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Advance by whole hops of 160 samples: the pure function in the file.

        Parameters
        ----------
        pcm : ndarray of float32, shape (n x 160,)
            Mono sound at 16 kHz, full scale ±1.
        state : ndarray of float32, shape (1, S)
            From `new_state` or the last call.

        Returns
        -------
        frames : ndarray of float32, shape (n, C + 6)
            Weights 0 to 1, position in centimetres, rotation vector in radians.
        speech : ndarray of float32, shape (n,)
            Probability that somebody speaks.
        state : ndarray of float32, shape (1, S)
        """
        frames, speech, state = self._session.run(
            ["frames", "speech", "next_state"], {"pcm": pcm[None], "state": state}
        )
        return frames[0], speech[0], state

    def _check_tensors(self) -> None:
        found = {tensor.name for tensor in self._session.get_inputs()}
        found |= {tensor.name for tensor in self._session.get_outputs()}
        missing = {"pcm", "state", "frames", "speech", "next_state"} - found
        if missing:
            raise VoxfaceError(f"{self.path} lacks the tensors {', '.join(sorted(missing))}")
        shapes: dict[str, Any] = {t.name: t.shape for t in self._session.get_outputs()}
        width = shapes["frames"][-1]
        wanted = len(self.description.channels) + len(POSE)
        if isinstance(width, int) and width != wanted:
            raise VoxfaceError(f"{self.path} puts out {width} numbers a frame, not {wanted}")


def processors() -> int:
    """Return how many processors this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


@cache
def _default_model(threads: int) -> Model:
    return Model(threads=threads)
