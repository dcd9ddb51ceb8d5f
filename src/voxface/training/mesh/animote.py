"""How Animote is taught."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import lightning
import torch
from torch import Tensor

from voxface.models.mesh.animote import AnimoteNet
from voxface.training.mesh.data import MeshBatch
from voxface.training.mesh.figures import MILLIMETRES, Masks, by_vertex, motion_figures, nearly_shut
from voxface.training.mesh.optimiser import one_cycle
from voxface.training.module import Optimiser


@dataclass(frozen=True)
class AnimoteLosses:
    """What is made small; a weight of 0 switches a term off.

    Parameters
    ----------
    position : float
        Mean squared error of vertices, mm².
    coherence : float
        Mean absolute error of the differences from frame to frame, mm, as published.
    mouth : float
        Mean squared error of the mouth's vertices, mm², by their mask: beyond the published loss.
    lips : float
        Mean squared error of how far the lips are apart, mm².
    closure : float
        The same where lips are shut or nearly so, which is seen most and lasts least.
    """

    position: float = 1.0
    coherence: float = 0.1
    mouth: float = 0.0
    lips: float = 0.0
    closure: float = 0.0


class AnimoteModule(lightning.LightningModule):  # type: ignore[misc]
    """Train a net from features to offsets.

    Parameters
    ----------
    net : AnimoteNet
    losses : AnimoteLosses
    optimiser : Optimiser
    masks : Masks
    seed : int
        Seeds dropout.
    """

    def __init__(
        self,
        net: AnimoteNet,
        losses: AnimoteLosses,
        optimiser: Optimiser,
        masks: Masks,
        seed: int = 0,
    ) -> None:
        super().__init__()
        self.net, self.losses, self.optimiser = net, losses, optimiser
        self.masks, self.seed = masks, seed

    def predicted(self, batch: MeshBatch) -> tuple[Tensor, Tensor, Tensor]:
        """Return predicted and true offsets (B, n, V, 3) in millimetres, and what was seen."""
        net = self.net
        state = net.initial_state(len(batch.features))
        told, _ = net(batch.features, state, batch.seen)
        late = net.look_ahead
        until = batch.offsets.shape[1] - late
        said = by_vertex(told[:, late:])
        return (
            MILLIMETRES * said,
            MILLIMETRES * batch.offsets[:, :until],
            batch.seen[:, :until],
        )

    def terms(self, said: Tensor, true: Tensor, seen: Tensor) -> dict[str, Tensor]:
        """Return the weighted terms of the loss; see `AnimoteLosses`."""
        weights = self.losses
        count = seen.sum().clamp(min=1.0)
        squared = ((said - true) ** 2).sum(dim=3)
        terms = {"position": weights.position * (squared.mean(dim=2) * seen).sum() / count / 3}
        if weights.coherence:
            both = seen[:, 1:] * seen[:, :-1]
            change = (said.diff(dim=1) - true.diff(dim=1)).abs().mean(dim=(2, 3))
            terms["coherence"] = (
                weights.coherence * (change * both).sum() / both.sum().clamp(min=1.0)
            )
        if weights.mouth:
            mask = self.masks.mouth.to(said)
            own = (squared * mask).sum(dim=2) / mask.sum()
            terms["mouth"] = weights.mouth * (own * seen).sum() / count / 3
        if weights.lips or weights.closure:
            opening = self.masks.opening(true)
            # All along the lips: a basis that learns can pinch them where alone it is looked.
            off = ((self.masks.gaps(said) - self.masks.gaps(true)) ** 2).mean(dim=2)
            terms["lips"] = weights.lips * (off * seen).sum() / count
            shut = nearly_shut(opening) * seen
            terms["closure"] = weights.closure * (off * shut).sum() / shut.sum().clamp(min=1.0)
        return terms

    def training_step(self, batch: MeshBatch, index: int) -> Tensor:
        """Compute the loss of one batch."""
        torch.manual_seed(hash((self.seed, self.global_step)))
        terms = self.terms(*self.predicted(MeshBatch(*batch)))
        self.log_dict({f"loss/{name}": value.detach() for name, value in terms.items()})
        total = torch.stack(list(terms.values())).sum()
        self.log("loss", total.detach(), prog_bar=True)
        return total

    def figures(self, batch: MeshBatch) -> dict[str, float]:
        """Return loss and figures of a whole take."""
        said, true, seen = self.predicted(batch)
        loss = torch.stack(list(self.terms(said, true, seen).values())).sum()
        neutral = MILLIMETRES * batch.neutral
        return {"loss": float(loss)} | motion_figures(said, true, seen, neutral, self.masks)

    @torch.no_grad()
    def snapshot(self, batch: MeshBatch) -> Tensor:
        """Return what the net makes of the frame in which the lips are widest: offsets (V, 3)."""
        was_training = self.training
        self.eval()
        said, true, _ = self.predicted(MeshBatch(*(part.to(self.device) for part in batch)))
        self.train(was_training)
        frame = int(self.masks.opening(true)[0].argmax())
        return said[0, frame].cpu() / MILLIMETRES

    def configure_optimizers(self) -> Any:
        """Return AdamW with its schedule."""
        return one_cycle(self, self.optimiser)
