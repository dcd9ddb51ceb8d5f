"""The Lightning module: net, losses, optimiser and schedule."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import lightning
import torch
from torch import Tensor

from voxface.audio.features import FRAME_RATE
from voxface.errors import unknown_name
from voxface.models import CanonicalScale, FaceNet, FaceOutput
from voxface.training.crops import Batch
from voxface.training.losses import LossWeights, face_loss
from voxface.training.teachers import Teachers
from voxface.training.trunk import SpeakerJudge, Trunk
from voxface.training.workers import worker_count, worker_number


@dataclass(frozen=True)
class Optimiser:
    """AdamW with a one-cycle learning rate.

    Parameters
    ----------
    steps : int
        Batches in the whole run.
    learning_rate : float
        Peak of the cycle (Smith & Topin, "Super-convergence", 2019).
    weight_decay : float
    clip : float
        Largest gradient norm.
    average : float
        Decay of the exponential moving average of the weights; 0 for none.
    only : tuple of str
        Parts of the net that learn, as ``[articulation_head]``; the rest stays as `initial` has it,
        norms and all. Nothing named: everything learns.
    """

    steps: int = 2000
    learning_rate: float = 2e-3
    weight_decay: float = 0.02
    clip: float = 1.0
    average: float = 0.999
    only: tuple[str, ...] = ()


@dataclass(frozen=True)
class Stage:
    """A part of the run with its own loss weights, up to a share of all steps."""

    until: float
    losses: dict[str, float]


class FaceModule(lightning.LightningModule):  # type: ignore[misc]
    """Train a net from features to face.

    Parameters
    ----------
    net : FaceNet
    scale : CanonicalScale
    rest_motion : Tensor, shape (52,)
        Motion where nobody speaks.
    optimiser : Optimiser
    losses : LossWeights
    stages : sequence of Stage
        Parts of the run with loss weights of their own.
    rate : int
        Frames per second.
    seed : int
        Seeds dropout.
    teachers : Teachers, optional
        From whose motion it learns, too.
    speakers : int
        How many speakers the adversary tells apart; 0 for no adversary.
    """

    rest: Tensor

    def __init__(
        self,
        net: FaceNet,
        scale: CanonicalScale,
        rest_motion: Tensor,
        optimiser: Optimiser,
        losses: LossWeights,
        stages: Sequence[Stage] = (),
        rate: int = FRAME_RATE,
        seed: int = 0,
        teachers: Teachers | None = None,
        speakers: int = 0,
    ) -> None:
        super().__init__()
        self.teachers = teachers
        self.seed = seed
        self.net = net
        self.scale = scale
        self.register_buffer("rest", rest_motion.to(torch.float32))
        self.optimiser = optimiser
        self.losses = losses
        self.rate = rate
        self.stages = sorted(stages, key=lambda stage: stage.until)
        self._freeze()
        self.trunk = Trunk(net) if speakers else None
        self.judge = SpeakerJudge(self.trunk.width, speakers) if self.trunk else None

    def loss_weights(self) -> LossWeights:
        """Return the loss weights of the stage that the run is in."""
        progress = self.global_step / self.optimiser.steps
        for stage in self.stages:
            if progress < stage.until:
                return replace(self.losses, **stage.losses)
        return self.losses

    def _freeze(self) -> None:
        if not self.optimiser.only:
            return
        parts = [name for name, _ in self.net.named_children()]
        for asked in self.optimiser.only:
            if asked not in parts:
                raise unknown_name("part of the net", asked, parts)
        for name, part in self.net.named_children():
            part.requires_grad_(name in self.optimiser.only)

    def compare(self, batch: Batch, wanted: LossWeights) -> tuple[FaceOutput, dict[str, Tensor]]:
        """Return what the net says of a batch, and the wanted terms of its loss."""
        output, _ = self.net(
            batch.features,
            self.net.initial_state(len(batch.features)),
            batch.condition if batch.condition.numel() else None,
        )
        terms = face_loss(
            output,
            batch,
            self.scale,
            self.rest,
            self.net.look_ahead,
            wanted,
            self.rate,
        )
        return output, terms

    def training_step(self, batch: Batch, index: int) -> Tensor:
        """Compute the loss of one batch."""
        # Dropout depends on the step alone, so that a resumed run drops the same channels.
        torch.manual_seed(hash((self.seed, self.global_step, worker_number())))
        if self.optimiser.only:
            self.net.eval()  # norms that are not learned must not drift either
        wanted, batch = self.loss_weights(), Batch(*batch)
        output, terms = self.compare(batch, wanted)
        if self.teachers and wanted.distillation:
            off = self.teachers.loss(output.motion, self.net.look_ahead, batch)
            terms["distillation"] = wanted.distillation * off
        if self.trunk and self.judge and wanted.adversary:
            stream = self.trunk.stream
            terms["adversary"] = self.judge.loss(stream, wanted.adversary, batch.speaker)
        shared = worker_count() > 1
        self.log_dict(
            {f"loss/{name}": value.detach() for name, value in terms.items()}, sync_dist=shared
        )
        total = torch.stack(list(terms.values())).sum()
        self.log("loss", total.detach(), prog_bar=True, sync_dist=shared)
        return total + self._nothing(output) if shared else total

    def _nothing(self, output: FaceOutput) -> Tensor:
        """Return a zero that every parameter has a part in: workers wait for each one's gradient.

        Losses that are switched off leave a net's heads, or the judge, without.
        """
        parts = [*output, *(self.judge.parameters() if self.judge else ())]
        return 0 * torch.stack([part.float().sum() for part in parts]).sum()

    def configure_optimizers(self) -> Any:
        """Return AdamW with its schedule."""
        learned = [p for p in self.parameters() if p.requires_grad]
        matrices = [p for p in learned if p.ndim > 1]
        vectors = [p for p in learned if p.ndim <= 1]
        optimiser = torch.optim.AdamW(
            [
                {"params": matrices, "weight_decay": self.optimiser.weight_decay},
                {"params": vectors, "weight_decay": 0.0},
            ],
            lr=self.optimiser.learning_rate,
        )
        schedule = torch.optim.lr_scheduler.OneCycleLR(
            optimiser,
            max_lr=self.optimiser.learning_rate,
            total_steps=self.optimiser.steps,
            pct_start=0.15,
        )
        return {"optimizer": optimiser, "lr_scheduler": {"scheduler": schedule, "interval": "step"}}
