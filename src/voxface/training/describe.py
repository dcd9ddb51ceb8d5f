"""What a recipe, a run or a model file is: one row of facts for each."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import onnx
import torch

from voxface.audio.features import FRAME_RATE
from voxface.engine import Model
from voxface.errors import VoxfaceError
from voxface.models import build_net
from voxface.models.facts import NetFacts, facts
from voxface.training.checkpoint import load_trained
from voxface.training.hearing import Hearing
from voxface.training.recipe import load_recipe


@dataclass(frozen=True)
class Description:
    """One net.

    Attributes
    ----------
    name : str
        Where it was found.
    family : str
        As `voxface.models.FAMILIES` calls it; empty where a file does not tell.
    parameters : int
        Of a model file: all its constants, those of the front end too.
    look_ahead_ms : float
    state_size : int
        Of a model file: with what the front end remembers.
    facts : NetFacts or None
        What needs the net itself; None of a model file.
    """

    name: str
    family: str
    parameters: int
    look_ahead_ms: float
    state_size: int
    facts: NetFacts | None


def describe(path: Path) -> Description:
    """Describe a recipe (YAML), the folder of a run, or a model file (ONNX).

    Raises
    ------
    VoxfaceError
        If it is none of these, or cannot be read.
    """
    if path.suffix == ".onnx":
        return _of_file(path)
    if path.is_dir():
        trained = load_trained(path)
        net, rate = trained.net, Hearing.of_run(trained.about).rate
    elif path.suffix in (".yaml", ".yml"):
        recipe = load_recipe(path)
        rate = recipe.data.rate
        with torch.random.fork_rng(devices=[]):
            torch.manual_seed(recipe.seed)  # the same table every time
            net = build_net(recipe.model)
    else:
        raise VoxfaceError(f"'{path}' is neither a recipe (.yaml), a run's folder nor a .onnx file")
    found = facts(net, rate)
    name = path.stem if path.is_file() else path.name
    return Description(
        name,
        net.config.family,
        found.parameters,
        found.look_ahead_ms,
        found.state_size,
        found,
    )


def _of_file(path: Path) -> Description:
    about = Model(path).description
    constants = onnx.load(path).graph.initializer
    family = str(about.recipe.get("model", {}).get("family", "tcn")) if about.recipe else ""
    return Description(
        path.name,
        family,
        sum(int(np.prod(tensor.dims)) for tensor in constants),
        about.look_ahead / FRAME_RATE * 1000,
        about.state_size,
        None,
    )
