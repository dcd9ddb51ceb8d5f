"""The families of mesh nets: their sizes, how they begin, and the lessons that teach them."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import lightning
import numpy as np
import torch
from numpy.typing import NDArray
from safetensors.torch import load_file, save

from voxface.audio.features import FEATURE_NAMES
from voxface.corpus.mesh_examples import MeshExample
from voxface.errors import VoxfaceError, unknown_name
from voxface.face import MeshTopology
from voxface.formats.output import OutputFile
from voxface.models.mesh.animote import AnimoteConfig, AnimoteNet
from voxface.models.mesh.contract import MeshBasis, MeshNet, MeshNetConfig
from voxface.models.mesh.meshtalk import MeshTalkConfig, MeshTalkNet
from voxface.training.mesh.animote import AnimoteModule
from voxface.training.mesh.figures import Masks
from voxface.training.mesh.heard_faces import motion_frames
from voxface.training.mesh.meshtalk import LatentPrior, LatentSpace
from voxface.training.mesh.meshtalk_drawn import DrawnFaces
from voxface.training.module import Optimiser

if TYPE_CHECKING:
    from voxface.training.mesh.recipe import MeshRecipe

MESH_FAMILIES: dict[str, tuple[type[MeshNetConfig], type[MeshNet]]] = {
    "animote": (AnimoteConfig, AnimoteNet),
    "meshtalk": (MeshTalkConfig, MeshTalkNet),
}


def mesh_config_type(values: Mapping[str, Any]) -> type[MeshNetConfig]:
    """Return the type of the sizes that a recipe's `model` section means.

    Raises
    ------
    VoxfaceError
        If `family` is unknown.
    """
    family = str(values.get("family", ""))
    if family not in MESH_FAMILIES:
        raise unknown_name("family of mesh nets", family, MESH_FAMILIES)
    return MESH_FAMILIES[family][0]


def mesh_net_config(values: Mapping[str, Any]) -> MeshNetConfig:
    """Build sizes from plain values, as a checkpoint holds them."""
    held: dict[str, Any] = {k: tuple(v) if isinstance(v, list) else v for k, v in values.items()}
    return mesh_config_type(values)(**held)


def build_mesh_net(config: MeshNetConfig) -> MeshNet:
    """Build a net with fresh weights."""
    made: Any = MESH_FAMILIES[config.family][1]
    net: MeshNet = made(config)
    return net


def prepared_net(
    config: MeshNetConfig, topology: MeshTopology, heard: Sequence[MeshExample]
) -> MeshNet:
    """Build a net whose basis is the principal components of the motion that is learned from.

    Raises
    ------
    VoxfaceError
        If the sizes name another number of vertices than the meshes have, or more columns of
        features than their sound has.
    """
    if config.vertices not in (0, topology.vertices):
        raise VoxfaceError(
            f"the recipe's model moves {config.vertices} vertices, and the meshes have "
            f"{topology.vertices}; leave 'vertices' out"
        )
    further = heard[0].features.shape[1] - len(FEATURE_NAMES)
    if (asked := getattr(config, "columns", 0)) > further:
        raise VoxfaceError(
            f"the recipe's model hears {asked} columns of speech encoders, and the sets hold "
            f"{further}; add them with 'voxface mesh encode', or leave 'columns' out"
        )
    net = build_mesh_net(replace(config, vertices=topology.vertices))
    basis = getattr(net, "mesh", None)
    if isinstance(basis, MeshBasis):
        mean, axes, deviations = components(motion_frames(heard), config.components)
        basis.begin_with(*map(torch.from_numpy, (mean, axes, deviations)))
    if isinstance(net, MeshTalkNet):
        faces = {take.speaker: take.neutral.reshape(-1) for take in heard}
        mean, axes, deviations = components(np.stack(list(faces.values())), config.components)
        net.template_mean.copy_(torch.from_numpy(mean))
        scaled = axes / np.maximum(deviations, 1e-3)[:, None]
        scaled[deviations < 1e-4] = 0  # as many axes as there are speakers
        net.template_axes.copy_(torch.from_numpy(scaled.T.copy()))
    return net


def components(
    rows: NDArray[np.float32], count: int
) -> tuple[NDArray[np.float32], NDArray[np.float32], NDArray[np.float32]]:
    """Return mean (D,), principal axes (K, D) and deviations along them (K,) of rows (N, D).

    Axes that the rows do not have are zero.
    """
    mean = rows.mean(axis=0)
    about = (rows - mean).astype(np.float64)
    # Through the smaller of the two Gram matrices.
    if len(about) <= about.shape[1]:
        values, vectors = np.linalg.eigh(about @ about.T)
        axes = (about.T @ vectors).T
    else:
        values, vectors = np.linalg.eigh(about.T @ about)
        axes = vectors.T
    order = np.argsort(values)[::-1][:count]
    lengths = np.linalg.norm(axes[order], axis=1, keepdims=True)
    kept = np.zeros((count, about.shape[1]))
    kept[: len(order)] = axes[order] / np.maximum(lengths, 1e-12)
    deviations = np.zeros(count)
    deviations[: len(order)] = np.sqrt(np.maximum(values[order], 0) / max(1, len(rows) - 1))
    kept[deviations < 1e-7] = 0
    return mean.astype(np.float32), kept.astype(np.float32), deviations.astype(np.float32)


@dataclass(eq=False)
class Lesson:
    """A part of a run: a module with its schedule.

    Attributes
    ----------
    name : str
    module : LightningModule
        Its `net` learns; its `figures` tell how good it is.
    optimiser : Optimiser
    precision : str
    """

    name: str
    module: Any
    optimiser: Optimiser
    precision: str

    def keep(self, weights: Path, done: Path, found: Mapping[str, Any]) -> None:
        """Write the result, so that a run that is stopped in a later lesson need not repeat it."""
        state = {k: v.contiguous() for k, v in self.module.net.state_dict().items()}
        with OutputFile(weights) as file:
            file.write(save(state))
        with OutputFile(done) as file:
            file.write(json.dumps(dict(found)).encode())

    def restore(self, weights: Path, done: Path) -> dict[str, Any] | None:
        """Take up the result of a lesson that was finished; None if it was not."""
        if not (weights.is_file() and done.is_file()):
            return None
        self.module.net.load_state_dict(load_file(weights))
        found: dict[str, Any] = json.loads(done.read_text(encoding="utf-8"))
        return found


def lessons_of(recipe: MeshRecipe, net: Any, masks: Masks) -> list[Lesson]:
    """Return what a net is taught, in order."""
    lightning.seed_everything(recipe.seed, verbose=False)
    if isinstance(net, AnimoteNet):
        losses: Any = recipe.losses
        module = AnimoteModule(net, losses, recipe.optimiser, masks, recipe.seed)
        return [Lesson("mesh", module, recipe.optimiser, recipe.precision)]
    losses = recipe.losses
    first = LatentSpace(net, losses, recipe.optimiser, masks, recipe.seed)
    second = LatentPrior(net, recipe.prior, masks, recipe.seed + 1)
    lessons = [
        Lesson("latents", first, recipe.optimiser, recipe.precision),
        Lesson("prior", second, recipe.prior.optimiser, recipe.precision),
    ]
    if recipe.drawn.optimiser.steps:
        third = DrawnFaces(net, recipe.drawn, masks, recipe.seed + 2)
        lessons.append(Lesson("drawn", third, recipe.drawn.optimiser, recipe.precision))
    return lessons
