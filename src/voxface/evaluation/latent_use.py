"""How a MeshTalk net uses its latent space: classes, what the prior expects, how samples differ."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import combinations

import numpy as np
import torch
from numpy.typing import NDArray
from torch.nn import functional

from voxface.engine import MeshOptions
from voxface.errors import VoxfaceError
from voxface.evaluation.disentanglement import REGIONS
from voxface.evaluation.mesh_runs import performed
from voxface.evaluation.mesh_scores import MILLIMETRES
from voxface.face import MeshTopology
from voxface.models.mesh.latent import likeliest
from voxface.models.mesh.meshtalk import MeshTalkNet
from voxface.training.mesh.data import MeshBatch

FloatArray = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class LatentUse:
    """How the classes of each head are used.

    Attributes
    ----------
    shares : ndarray, shape (H, C)
        How often each class is chosen.
    """

    shares: FloatArray

    @property
    def entropy(self) -> FloatArray:
        """Entropy of each head in bits, (H,)."""
        logs = np.log2(np.maximum(self.shares, 1e-12))
        return np.asarray(-(self.shares * logs).sum(axis=1))

    @property
    def classes(self) -> FloatArray:
        """How many classes each head uses alike, (H,): 2 to its entropy."""
        return np.asarray(2**self.entropy)

    @property
    def dead(self) -> NDArray[np.int64]:
        """How many classes of each head are never chosen, (H,)."""
        return np.asarray((self.shares <= 0).sum(axis=1))


@torch.no_grad()
def latent_use(net: MeshTalkNet, takes: Sequence[MeshBatch]) -> LatentUse:
    """Return how the encoders use the latent space over takes."""
    counts = torch.zeros(net.config.heads, net.config.classes, dtype=torch.float64)
    for take in takes:
        chosen = likeliest(net.latents(take.features, take.offsets.flatten(2)))
        known = take.seen[:, : chosen.shape[1]] > 0
        counts += chosen[known].double().sum(dim=0)
    return LatentUse((counts / counts.sum(dim=1, keepdim=True).clamp(min=1)).numpy())


@torch.no_grad()
def prior_perplexity(net: MeshTalkNet, takes: Sequence[MeshBatch]) -> FloatArray:
    """Return the prior's perplexity for what the encoders choose, of each head (H,).

    1 is certain; the number of classes is a guess.
    """
    off, frames = torch.zeros(net.config.heads, dtype=torch.float64), 0.0
    for take in takes:
        chosen = likeliest(net.latents(take.features, take.offsets.flatten(2)))
        said = functional.log_softmax(net.prior_logits(take.features, chosen), dim=-1)
        known = take.seen[:, : chosen.shape[1]] > 0
        off -= (said * chosen).sum(dim=3)[known].double().sum(dim=0)
        frames += float(known.sum())
    return np.asarray(torch.exp(off / max(frames, 1.0)).numpy())


def diversity(
    net: MeshTalkNet,
    take: MeshBatch,
    topology: MeshTopology,
    options: MeshOptions | None = None,
    samples: int = 6,
) -> dict[str, float]:
    """Return how far performances of one sound are apart, by region, in millimetres.

    The mean distance of a vertex between two samples that differ by their seeds alone. A good prior
    differs in the upper face and agrees at the mouth.

    Raises
    ------
    VoxfaceError
        If there are fewer than two samples.
    """
    if samples < 2:
        raise VoxfaceError(f"diversity needs at least 2 samples, not {samples}")
    asked = options or MeshOptions(temperature=1.0)
    told = [
        performed(net, take, replace(asked, seed=asked.seed + number)) for number in range(samples)
    ]
    told = [each.reshape(len(each), -1, 3) for each in told]
    apart = torch.stack([(a - b).norm(dim=2).mean(dim=0) for a, b in combinations(told, 2)])
    row = apart.mean(dim=0)
    found = {}
    for region in REGIONS:
        mask = torch.from_numpy(topology.region(region))
        found[region] = float(MILLIMETRES * (row * mask).sum() / mask.sum())
    return found
