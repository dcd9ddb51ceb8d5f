"""What a model file that moves a mesh says of itself."""

from __future__ import annotations

import base64
import binascii
import io
import json
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from voxface.audio import SAMPLE_RATE
from voxface.audio.features import FRAME_RATE, HOP
from voxface.engine.description import FORMAT_VERSION, METADATA_KEY
from voxface.errors import VoxfaceError
from voxface.face import MeshTopology

TOPOLOGY_KEY = "voxface_topology"
"""Metadata key of the mesh: a NumPy archive in base 64."""
MESH_KIND = "mesh"


def is_mesh_model(metadata: Mapping[str, str]) -> bool:
    """Return whether an ONNX file's metadata says that it moves a mesh."""
    try:
        about = json.loads(metadata[METADATA_KEY])
    except (KeyError, ValueError):
        return False
    return isinstance(about, dict) and about.get("kind") == MESH_KIND


@dataclass(frozen=True)
class MeshModelDescription:
    """The metadata of a model file that moves a mesh, see ``docs/mesh.md``.

    Attributes
    ----------
    name, version, family : str
    rate : int
        Frames of mesh per second.
    look_ahead : int
        Frames of mesh by which the output trails the input.
    state_size : int
    topology : MeshTopology
    neutral : ndarray, shape (V, 3)
        The face that is moved unless another is given, in centimetres.
    most_frames : int or None
        Frames that one run takes at most.
    latent : tuple of int or None
        Heads and classes of a latent space that is sampled.
    licence : str
    training_data : object
    recipe : mapping
    """

    name: str
    version: str
    family: str
    rate: int
    look_ahead: int
    state_size: int
    topology: MeshTopology
    neutral: NDArray[np.float32]
    most_frames: int | None
    latent: tuple[int, int] | None
    licence: str
    training_data: Any
    recipe: Mapping[str, Any]

    @property
    def hop(self) -> int:
        """Samples of sound for a frame of mesh."""
        return HOP * (FRAME_RATE // self.rate)

    @property
    def look_ahead_seconds(self) -> float:
        """How far beyond a frame the net hears, in seconds."""
        return self.look_ahead / self.rate

    @classmethod
    def parse(cls, metadata: Mapping[str, str], source: str) -> MeshModelDescription:
        """Read a description from an ONNX file's metadata.

        Raises
        ------
        VoxfaceError
            If it is not the metadata of such a model of this format version.
        """
        if not is_mesh_model(metadata):
            raise VoxfaceError(f"{source} is not a voxface model that moves a mesh")
        about = json.loads(metadata[METADATA_KEY])
        if about.get("format_version") != FORMAT_VERSION:
            raise VoxfaceError(
                f"{source} has model format {about.get('format_version')}; this voxface runs "
                f"format {FORMAT_VERSION}, so export the model again or update voxface"
            )
        try:
            topology, neutral = _topology(metadata[TOPOLOGY_KEY])
            return cls._checked(about, topology, neutral)
        except KeyError as error:
            problem = f"{error} is missing"
        except (TypeError, ValueError, binascii.Error, zipfile.BadZipFile, VoxfaceError) as error:
            problem = str(error)
        raise VoxfaceError(f"{source} describes itself wrongly: {problem}") from None

    @classmethod
    def _checked(
        cls, about: Mapping[str, Any], topology: MeshTopology, neutral: NDArray[np.float32]
    ) -> MeshModelDescription:
        rate = int(about["rate"])
        if rate < 1 or FRAME_RATE % rate:
            raise ValueError(f"rate is {rate}, which does not divide {FRAME_RATE}")
        for key, wanted in (("sample_rate", SAMPLE_RATE), ("hop", HOP * (FRAME_RATE // rate))):
            if about[key] != wanted:
                raise ValueError(f"{key} is {about[key]}, not {wanted}")
        look_ahead, state_size = int(about["look_ahead"]), int(about["state_size"])
        if look_ahead < 0 or state_size < 1 or neutral.shape != (topology.vertices, 3):
            raise ValueError("look_ahead, state_size and vertices do not fit together")
        most, latent = about.get("most_frames"), about.get("latent")
        return cls(
            name=str(about["name"]),
            version=str(about["version"]),
            family=str(about["family"]),
            rate=rate,
            look_ahead=look_ahead,
            state_size=state_size,
            topology=topology,
            neutral=neutral,
            most_frames=None if most is None else int(most),
            latent=None if latent is None else (int(latent["heads"]), int(latent["classes"])),
            licence=str(about.get("licence", "")),
            training_data=about.get("training_data", ""),
            recipe=about.get("recipe") or {},
        )


def packed_topology(topology: MeshTopology, neutral: NDArray[np.float32]) -> str:
    """Return a mesh as text for a model file's metadata."""
    buffer = io.BytesIO()
    masks = list(topology.regions.values())
    np.savez_compressed(
        buffer,
        name=np.array(topology.name),
        triangles=topology.triangles,
        neutral=np.asarray(neutral, np.float32),
        region_names=np.array(list(topology.regions), dtype=np.str_),
        regions=np.stack(masks).astype(np.float16) if masks else np.zeros((0, len(neutral))),
    )
    return base64.b64encode(buffer.getvalue()).decode("ascii")


def _topology(text: str) -> tuple[MeshTopology, NDArray[np.float32]]:
    with np.load(io.BytesIO(base64.b64decode(text)), allow_pickle=False) as file:
        neutral = np.asarray(file["neutral"], np.float32)
        names = [str(name) for name in file["region_names"]]
        regions = dict(zip(names, file["regions"], strict=True))
        return MeshTopology(str(file["name"]), file["triangles"], len(neutral), regions), neutral
