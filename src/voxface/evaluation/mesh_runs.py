"""Runs of mesh nets as methods: from stored features, without a model file."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from voxface.corpus.mesh_examples import MeshExample
from voxface.engine import MeshOptions
from voxface.evaluation.mesh_methods import at_example_rate
from voxface.models.mesh.meshtalk import MeshTalkNet
from voxface.training.mesh.checkpoint import TrainedMesh, load_mesh_run
from voxface.training.mesh.data import Heard, MeshBatch, whole_take


@dataclass(frozen=True, eq=False)
class MeshRun:
    """The folder of a run as a method."""

    trained: TrainedMesh
    name: str
    options: MeshOptions

    @classmethod
    def load(cls, folder: Path, options: MeshOptions) -> MeshRun:
        """Read a run's folder.

        Raises
        ------
        VoxfaceError
            If it holds no trained mesh net.
        """
        return cls(load_mesh_run(folder), folder.name, options)

    @torch.no_grad()
    def predict(self, example: MeshExample) -> NDArray[np.float32]:
        """Return offsets (T, V, 3) at the example's times."""
        net: Any = self.trained.net
        batch = whole_take(Heard.of(example, net.config.rate), net.look_ahead)
        if isinstance(net, MeshTalkNet):
            told = performed(net, batch, self.options)
        else:
            whole, _ = net(batch.features, net.initial_state(1), None)
            told = whole[0, net.look_ahead :]
        offsets = told.reshape(len(told), -1, 3).numpy() * np.float32(self.options.strength)
        return at_example_rate(offsets, net.config.rate, example)


@torch.no_grad()
def performed(
    net: MeshTalkNet, batch: MeshBatch, options: MeshOptions, chosen: list[Tensor] | None = None
) -> Tensor:
    """Return what the prior and the decoder make of sound, frame by frame, (n, V x 3).

    Parameters
    ----------
    net : MeshTalkNet
    batch : MeshBatch
        One take, with `look_ahead` frames of silence after it.
    options : MeshOptions
    chosen : list of Tensor, optional
        Takes in the latents of each frame (H, C).
    """
    config, state = net.config, net.initial_state(1)
    template = net.template(batch.neutral)
    temperature = torch.tensor([options.temperature])
    top_k = torch.tensor([options.top_k or config.classes])
    frames = batch.offsets.shape[1]
    told = []
    for frame in range(frames):
        rng = np.random.default_rng((options.seed, frame))
        noise = rng.gumbel(size=(1, config.heads, config.classes)).astype(np.float32)
        part = batch.features[:, frame * config.stride : (frame + 1) * config.stride]
        offsets, state, latents = net.step(
            part, state, template, torch.from_numpy(noise), temperature, top_k
        )
        told.append(offsets[0])
        if chosen is not None:
            chosen.append(latents[0])
    return torch.stack(told)[net.look_ahead :]
