"""A trained mesh net on disk: weights as safetensors, a JSON that says all, and its topology."""

from __future__ import annotations

import io
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.torch import load_file, save

from voxface.corpus.archive import UNREADABLE
from voxface.corpus.mesh_examples import topology_arrays, topology_from
from voxface.errors import VoxfaceError
from voxface.face import MeshTopology
from voxface.formats.output import OutputFile
from voxface.training.checkpoint import ABOUT, WEIGHTS
from voxface.training.mesh.families import build_mesh_net, mesh_net_config

TOPOLOGY = "topology.npz"
"""File of a run that holds the mesh."""


@dataclass(frozen=True, eq=False)
class TrainedMesh:
    """A trained net, the mesh that it moves, and how it came about.

    Attributes
    ----------
    net : Module
    topology : MeshTopology
    neutral : ndarray, shape (V, 3)
        Mean of the heard speakers' faces at rest, centimetres.
    about : mapping
        Recipe, hashes of data, commit, figures.
    """

    net: torch.nn.Module
    topology: MeshTopology
    neutral: NDArray[np.float32]
    about: Mapping[str, Any]

    @property
    def config(self) -> Any:
        """The net's sizes."""
        return self.net.config


def save_mesh_run(folder: Path, trained: TrainedMesh) -> None:
    """Write a run's result; each file appears whole or not at all."""
    folder.mkdir(parents=True, exist_ok=True)
    state = {name: part.contiguous() for name, part in trained.net.state_dict().items()}
    buffer = io.BytesIO()
    arrays: dict[str, Any] = topology_arrays(trained.topology)
    np.savez_compressed(buffer, neutral=trained.neutral, **arrays)
    with OutputFile(folder / TOPOLOGY) as file:
        file.write(buffer.getvalue())
    with OutputFile(folder / WEIGHTS) as file:
        file.write(save(state))
    sizes = json.loads(json.dumps(asdict(trained.config)))
    about = json.dumps(dict(trained.about) | {"model": sizes}, indent=1, sort_keys=True)
    with OutputFile(folder / ABOUT) as file:
        file.write(about.encode())


def load_mesh_run(folder: Path) -> TrainedMesh:
    """Read what `save_mesh_run` wrote.

    Raises
    ------
    VoxfaceError
        If the folder holds no trained mesh net.
    """
    try:
        about = json.loads((folder / ABOUT).read_text(encoding="utf-8"))
        with np.load(folder / TOPOLOGY, allow_pickle=False) as file:
            topology, neutral = topology_from(file), np.asarray(file["neutral"], np.float32)
        net = build_mesh_net(mesh_net_config(about["model"]))
        net.load_state_dict(load_file(folder / WEIGHTS))
    except (*UNREADABLE, RuntimeError, SafetensorError) as error:
        reason = str(error).splitlines()[0]
        raise VoxfaceError(
            f"'{folder}' holds no trained mesh net ({reason}); train one: voxface mesh train RECIPE"
        ) from None
    return TrainedMesh(net.eval(), topology, neutral, about)
