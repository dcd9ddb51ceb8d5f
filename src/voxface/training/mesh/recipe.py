"""Recipes of mesh nets: everything a run depends on, as YAML and as frozen dataclasses."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from voxface.errors import VoxfaceError
from voxface.models.mesh.contract import MeshNetConfig
from voxface.training.augment import Augmentation
from voxface.training.loggers import check_logger
from voxface.training.mesh.animote import AnimoteLosses
from voxface.training.mesh.data import MeshCropConfig
from voxface.training.mesh.families import mesh_config_type
from voxface.training.mesh.meshtalk import PriorSettings
from voxface.training.mesh.meshtalk_drawn import DrawnSettings
from voxface.training.mesh.meshtalk_loss import MeshTalkLosses
from voxface.training.mesh.split import MeshData
from voxface.training.mesh.watch import MeshValidation
from voxface.training.module import Optimiser
from voxface.training.overrides import read_values
from voxface.training.recipe import built

LOSSES: dict[str, type] = {"animote": AnimoteLosses, "meshtalk": MeshTalkLosses}


@dataclass(frozen=True)
class MeshRecipe:
    """A run of a mesh net.

    Parameters
    ----------
    name : str
        What the model calls itself.
    seed : int
        Seeds initial weights, crops and augmentation.
    precision : str
        As in `voxface.training.recipe.Recipe`.
    logger : str
        As in `voxface.training.recipe.Recipe`.
    model : MeshNetConfig
        Sizes; its `family` says what net it is.
    augment : bool
        Whether sound is changed as `augmentation` says.
    losses : AnimoteLosses or MeshTalkLosses
    prior : PriorSettings
        Of MeshTalk, whose second lesson it is.
    drawn : DrawnSettings
        Of MeshTalk, whose third lesson it is.
    """

    model: MeshNetConfig
    losses: Any
    name: str = "mesh"
    seed: int = 0
    precision: str = "32-true"
    logger: str = "tensorboard"
    augment: bool = True
    data: MeshData = field(default_factory=MeshData)
    crops: MeshCropConfig = field(default_factory=MeshCropConfig)
    augmentation: Augmentation = field(default_factory=Augmentation)
    optimiser: Optimiser = field(default_factory=Optimiser)
    prior: PriorSettings = field(default_factory=PriorSettings)
    drawn: DrawnSettings = field(default_factory=DrawnSettings)
    validation: MeshValidation = field(default_factory=MeshValidation)

    def __post_init__(self) -> None:
        check_logger(self.logger)


_PARTS: dict[str, type] = {
    "data": MeshData,
    "crops": MeshCropConfig,
    "augmentation": Augmentation,
    "optimiser": Optimiser,
    "validation": MeshValidation,
}
_LESSONS: dict[str, type] = {"prior": PriorSettings, "drawn": DrawnSettings}


def load_mesh_recipe(path: Path) -> MeshRecipe:
    """Read a recipe.

    Raises
    ------
    VoxfaceError
        If the file cannot be read or holds a setting that there is not; the message names the
        nearest one.
    """
    return mesh_recipe_from_dict(read_values(path))


def mesh_recipe_from_dict(values: Mapping[str, Any]) -> MeshRecipe:
    """Build a recipe from plain values; see `load_mesh_recipe`."""
    parts = dict(values)
    sizes = parts.get("model")
    if not isinstance(sizes, Mapping):
        raise VoxfaceError(
            "a recipe of a mesh net has a section 'model' with 'family: animote' or "
            "'family: meshtalk'"
        )
    kind = mesh_config_type(sizes)
    parts["model"] = built(kind, sizes, "model")
    parts["losses"] = built(LOSSES[str(sizes["family"])], parts.get("losses") or {}, "losses")
    for name, part in _PARTS.items():
        if name in parts:
            parts[name] = built(part, parts[name], name)
    for name, kind in _LESSONS.items():
        if name in parts:
            lesson = dict(parts[name])
            if "optimiser" in lesson:
                lesson["optimiser"] = built(Optimiser, lesson["optimiser"], f"optimiser of {name}")
            parts[name] = built(kind, lesson, name)
    return built(MeshRecipe, parts, "recipe")
