"""A trained model on disk: weights as safetensors and a JSON that says all about them."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors import SafetensorError
from safetensors.torch import load_file, save

from voxface.corpus.labels import Canonical
from voxface.errors import VoxfaceError
from voxface.formats.output import OutputFile
from voxface.models import CanonicalScale, FaceNet, build_net, net_config

WEIGHTS = "model.safetensors"
ABOUT = "model.json"


@dataclass(frozen=True)
class Trained:
    """A trained net, the canonical speaker it speaks with, and how it came about."""

    net: FaceNet
    canonical: Canonical
    about: Mapping[str, Any]

    @property
    def scale(self) -> CanonicalScale:
        """Return the layer that turns the net's motion into weights."""
        return canonical_scale(self.canonical)

    @property
    def hears(self) -> str:
        """Return ``"sound"`` or ``"phones"``."""
        return str(self.about["recipe"]["hears"])


def canonical_scale(canonical: Canonical) -> CanonicalScale:
    """Return the canonical speaker as a layer."""
    return CanonicalScale(
        *(torch.tensor(part) for part in (canonical.centre, canonical.deviation, canonical.rest))
    )


def save_trained(folder: Path, trained: Trained) -> None:
    """Write a run's result; each file appears whole or not at all."""
    folder.mkdir(parents=True, exist_ok=True)
    state = {name: tensor.contiguous() for name, tensor in trained.net.state_dict().items()}
    with OutputFile(folder / WEIGHTS) as file:
        file.write(save(state))
    about = dict(trained.about) | {
        "model": trained.net.config.to_dict(),
        "canonical": {name: part.tolist() for name, part in asdict(trained.canonical).items()},
    }
    with OutputFile(folder / ABOUT) as file:
        file.write(json.dumps(about, indent=1, sort_keys=True).encode())


def load_trained(folder: Path) -> Trained:
    """Read what `save_trained` wrote.

    Raises
    ------
    VoxfaceError
        If the folder holds no trained model.
    """
    try:
        about = json.loads((folder / ABOUT).read_text(encoding="utf-8"))
        net = build_net(net_config(about["model"]))
        net.load_state_dict(load_file(folder / WEIGHTS))
        canonical = Canonical(**{k: np.array(v) for k, v in about["canonical"].items()})
    except (OSError, ValueError, KeyError, TypeError, RuntimeError, SafetensorError) as error:
        reason = str(error).splitlines()[0]
        raise VoxfaceError(
            f"'{folder}' holds no trained model ({reason}); train one: voxface train RECIPE"
        ) from None
    return Trained(net.eval(), canonical, about)


def git_commit() -> str:
    """Return the commit of the working tree this code runs from, or ``"unknown"``."""
    try:
        found = subprocess.run(
            ["git", "-C", str(Path(__file__).parent), "describe", "--always", "--dirty"],
            capture_output=True,
            text=True,
            timeout=10,
            check=True,
        )
    except (OSError, subprocess.SubprocessError):
        return "unknown"
    return found.stdout.strip()
