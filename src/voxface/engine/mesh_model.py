"""Model files that move a mesh, and how they are run."""

from __future__ import annotations

from os import PathLike
from pathlib import Path
from typing import Any

import numpy as np

from voxface.engine.mesh_description import MeshModelDescription, is_mesh_model
from voxface.engine.model import FloatArray, open_session
from voxface.errors import VoxfaceError

SAMPLED = ("noise", "temperature", "top_k", "neutral")
"""Further inputs of models whose latents are sampled."""


class MeshModel:
    """A model file that moves a mesh, ready to run.

    It holds no memory of any sound, so one may serve any number of streams.

    Parameters
    ----------
    path : path-like
        A ``.onnx`` file of the contract in ``docs/mesh.md``.
    threads : int
        Processor threads that one run may use.

    Attributes
    ----------
    path : Path
    description : MeshModelDescription

    Raises
    ------
    VoxfaceError
        If the file does not exist or is not such a model.
    """

    def __init__(self, path: str | PathLike[str], *, threads: int = 1) -> None:
        self.path = Path(path)
        self._session = open_session(self.path, threads)
        metadata = self._session.get_modelmeta().custom_metadata_map
        self.description = MeshModelDescription.parse(metadata, str(self.path))
        wanted = {"pcm", "state", *(SAMPLED if self.description.latent else ())}
        found = {tensor.name for tensor in self._session.get_inputs()}
        told = {tensor.name for tensor in self._session.get_outputs()}
        missing = (wanted - found) | ({"offsets", "next_state"} - told)
        if missing:
            raise VoxfaceError(f"{self.path} lacks the tensors {', '.join(sorted(missing))}")

    def __repr__(self) -> str:
        about = self.description
        return f"MeshModel({about.name} {about.version}, {about.topology.vertices} vertices)"

    def new_state(self) -> FloatArray:
        """Return the state before any sound, shape (1, S)."""
        return np.zeros((1, self.description.state_size), np.float32)

    def run(
        self,
        pcm: FloatArray,
        state: FloatArray,
        noise: FloatArray | None = None,
        temperature: float = 0.0,
        top_k: int = 0,
        neutral: FloatArray | None = None,
    ) -> tuple[FloatArray, FloatArray]:
        """Advance by n frames: the pure function in the file.

        Parameters
        ----------
        pcm : ndarray of float32, shape (n x hop,)
            Mono sound at 16 kHz, full scale ±1.
        state : ndarray of float32, shape (1, S)
        noise : ndarray of float32, shape (n, H, C)
            Gumbel noise, for models whose latents are sampled.
        temperature : float
            Of sampling; 0 takes the likeliest class of each head.
        top_k : int
            Only the so many likeliest classes of each head may be drawn; 0 for all.
        neutral : ndarray of float32, shape (V, 3), optional
            Of models whose latents are sampled: the face whose way of moving is asked for, in
            centimetres; by default the model's own, which moves as the average of those it heard.

        Returns
        -------
        offsets : ndarray of float32, shape (n, V, 3)
            Centimetres from the neutral face.
        state : ndarray of float32, shape (1, S)
        """
        feed: dict[str, Any] = {"pcm": pcm[None], "state": state}
        if self.description.latent:
            heads, classes = self.description.latent
            frames = len(pcm) // self.description.hop
            if noise is None:
                noise = np.zeros((frames, heads, classes), np.float32)
            feed["noise"] = noise[None]
            feed["temperature"] = np.array([temperature], np.float32)
            own = self.description.neutral if neutral is None else neutral
            feed["neutral"] = np.asarray(own, np.float32).reshape(1, -1)
            feed["top_k"] = np.array([min(top_k or classes, classes)], np.int64)
        offsets, state = self._session.run(["offsets", "next_state"], feed)
        return offsets[0].reshape(-1, self.description.topology.vertices, 3), state


def moves_mesh(path: str | PathLike[str]) -> bool:
    """Return whether a model file moves a mesh rather than blendshapes.

    Raises
    ------
    VoxfaceError
        If the file does not exist or cannot be run.
    """
    return is_mesh_model(open_session(Path(path), 1).get_modelmeta().custom_metadata_map)
