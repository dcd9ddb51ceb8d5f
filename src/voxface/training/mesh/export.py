"""From the folder of a run to a file that moves a mesh wherever voxface runs."""

from __future__ import annotations

import copy
from os import PathLike
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from voxface.audio.features import HOP
from voxface.errors import VoxfaceError
from voxface.models.blocks import Block
from voxface.models.mesh.animote import AnimoteNet
from voxface.models.mesh.meshtalk import MeshTalkNet
from voxface.training.mesh.checkpoint import TrainedMesh, load_mesh_run
from voxface.training.mesh.onnx_file import HeardSound, export_mesh_onnx


def export_mesh_run(
    folder: Path, path: str | PathLike[str], *, version: str = "0", licence: str = "Apache-2.0"
) -> dict[str, Any]:
    """Write a run as one model file and return its metadata.

    Raises
    ------
    VoxfaceError
        If the folder holds no trained mesh net, the net does not stream, or the file cannot be
        written.
    """
    return export_mesh(load_mesh_run(folder), path, version=version, licence=licence)


def export_mesh(
    trained: TrainedMesh, path: str | PathLike[str], *, version: str, licence: str
) -> dict[str, Any]:
    """Do what `export_mesh_run` does with a net at hand."""
    net: Any = folded(trained.net)
    config = net.config
    hop = HOP * config.stride
    recipe = trained.about.get("recipe") or {}
    about = {
        "name": str(recipe.get("name", config.family)),
        "version": version,
        "family": config.family,
        "rate": config.rate,
        "look_ahead": net.look_ahead,
        "latent": None,
        "licence": licence,
        "training_data": {
            "licences": trained.about.get("licences", []),
            "sha256": trained.about.get("data_sha256", {}),
            "facts": trained.about.get("facts", {}),
        },
        "recipe": recipe,
    }
    if isinstance(net, MeshTalkNet):
        sampler = Sampler(net).eval()
        heads, classes = config.heads, config.classes
        inputs = {
            "pcm": torch.zeros(1, hop),
            "state": torch.zeros(1, sampler.state_size),
            "noise": torch.zeros(1, 1, heads, classes),
            "temperature": torch.zeros(1),
            "top_k": torch.tensor([classes]),
            "neutral": torch.tensor(trained.neutral).reshape(1, -1),
        }
        about["latent"] = {"heads": heads, "classes": classes}
        return export_mesh_onnx(
            sampler, inputs, path, about, trained.topology, trained.neutral, free_length=False
        )
    if not (isinstance(net, AnimoteNet) and config.causal):
        raise VoxfaceError(
            "this net sees whole chunks, so it cannot be made a file that streams; train one with "
            "'causal: true'"
        )
    if config.columns:
        raise VoxfaceError(
            "this net hears speech encoders, which a file that streams does not hold; train one "
            "that hears mel bands alone"
        )
    mover = Mover(net).eval()
    inputs = {"pcm": torch.zeros(1, 3 * hop), "state": torch.zeros(1, mover.state_size)}
    return export_mesh_onnx(
        mover, inputs, path, about, trained.topology, trained.neutral, free_length=True
    )


def folded(net: nn.Module) -> nn.Module:
    """Return a copy of a net for evaluation alone, its norms folded into its convolutions."""
    copied = copy.deepcopy(net).eval().requires_grad_(False)
    for part in copied.modules():
        if isinstance(part, Block):
            part.fold()
    return copied


class Mover(nn.Module):
    """``(pcm, state) -> (offsets, next_state)`` of a causal Animote net."""

    def __init__(self, net: AnimoteNet) -> None:
        super().__init__()
        self.sound, self.net = HeardSound(), net
        self.state_size = self.sound.state_size + net.state_size

    def forward(self, pcm: Tensor, state: Tensor) -> tuple[Tensor, Tensor]:
        """Advance by any number of frames."""
        features, tail = self.sound(pcm, state[:, : self.sound.state_size])
        offsets, memory = self.net(features, state[:, self.sound.state_size :])
        return offsets, torch.cat([tail, memory], dim=1)


class Sampler(nn.Module):
    """``(pcm, state, noise, temperature, top_k, neutral) -> (offsets, next_state)`` of MeshTalk."""

    def __init__(self, net: MeshTalkNet) -> None:
        super().__init__()
        self.sound, self.net = HeardSound(), net
        self.state_size = self.sound.state_size + net.state_size

    def forward(
        self,
        pcm: Tensor,
        state: Tensor,
        noise: Tensor,
        temperature: Tensor,
        top_k: Tensor,
        neutral: Tensor,
    ) -> tuple[Tensor, Tensor]:
        """Advance by one frame."""
        features, tail = self.sound(pcm, state[:, : self.sound.state_size])
        offsets, memory, _ = self.net.step(
            features, state[:, self.sound.state_size :], self.net.template(neutral),
            noise[:, 0], temperature, top_k,
        )  # fmt: skip
        return offsets[:, None], torch.cat([tail, memory], dim=1)
